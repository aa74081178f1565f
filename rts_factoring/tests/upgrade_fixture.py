"""A database of a released version as a file of tests/fixtures/upgrade: made by scripts/make_upgrade_fixture.py, put back
into a test site by the test of upgrades, and migrated there by the version under test.

The file holds the app's tables (form and rows), its custom fields with their columns, its lines of the patch log, and what
both carriers posted in ERPNext. Companies, customers and items are those of `factories`.
"""

import base64
import gzip
import json
import math
import tempfile
from datetime import date
from pathlib import Path

import frappe
from frappe.modules.patch_handler import get_patches_from_app
from frappe.utils import get_datetime, now_datetime

import rts_factoring
from rts_factoring import custom_fields
from rts_factoring.core.money import text
from rts_factoring.sandbox.factor import Factor
from rts_factoring.sandbox.server import SandboxServer
from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.batches import delivery, factoring_batch
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import inbox
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import point_to
from rts_factoring.tests.factories import ACME, COMPANIES, FIXTURES

FOLDER = FIXTURES / "upgrade"
MODULE = "RTS Factoring"
OF_DOCTYPES = ("DocField", "DocPerm", "DocType Action", "DocType Link", "DocType State")
ERPNEXT = ("Sales Invoice", "Journal Entry", "Payment Entry", "GL Entry", "Payment Ledger Entry", "Account")
PASSWORD = "correct horse battery"
LATE = {"UP-1": "1830.25", "UP-2": "640.00", "UP-3": "910.50"}  # beside the samples; the last one is not sent


def write(target: Path = FOLDER) -> Path:
	"""Make the carriers' weeks on this site, and the file of them. Commits."""
	make_weeks()
	frappe.db.commit()
	target.mkdir(parents=True, exist_ok=True)
	file = target / f"{rts_factoring.__version__}.json.gz"
	content = json.dumps(dump(), default=str, sort_keys=True).encode()
	file.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
	return file


def read(file: Path) -> dict:
	return json.loads(gzip.decompress(file.read_bytes()))


def files() -> list[Path]:
	return sorted(FOLDER.glob("*.json.gz"))


def make_weeks() -> None:
	"""All samples sent and reported on, a batch delivered over SSH with both its reports, and one of each that waits."""
	factories.ensure_companies()
	factories.wipe()
	_begin_anew()
	factories.make_notice(ACME)
	report_factories.sent_samples()
	factories.forget_jobs()  # RTS has them already: no worker sends them
	report_factories.import_golden()
	*sent, kept = [_invoice(name, amount) for name, amount in LATE.items()]
	with tempfile.TemporaryDirectory() as folder:
		server = SandboxServer(Path(folder), password=PASSWORD)
		server.start()
		try:
			point_to(server, inbox_folder="outbox")
			batch = factoring_batch.create(ACME, sent)
			batch.submit()
			factories.commit_without_jobs()
			delivery.deliver_batch(batch.name)
			factor = Factor(server.root)
			factor.buy(factor.new_schedules()[0], date(2026, 11, 20))
			made = inbox.poll(ACME)
		finally:
			server.stop()
	frappe.get_doc("Report Import", made[0]).submit()
	factoring_batch.create(ACME, [kept])
	row = (sent[0], "C-9", date(2026, 11, 21), "Payment", 100)
	content = report_factories.payment_rows("2026-11-21", row)
	report_factories.import_file("waits.xlsx", content, submit=False)


def _begin_anew() -> None:
	"""Settings and layouts as a new site has them."""
	for doctype in (factories.settings.DOCTYPE, "Report Layout", "Schedule Layout"):
		for name in frappe.get_all(doctype, pluck="name"):
			frappe.delete_doc(doctype, name, force=True)
	layouts.create_defaults()
	factories.ensure_companies()


def _invoice(name: str, amount: str) -> str:
	customer = "Ridgeline Foods Inc"
	factories.receivables()[name] = {"customer": customer, "amount": amount}
	return factories.make_invoice(
		name, customer=customer, posting_date="2026-11-19", amount=amount, po_no=f"PO-{name}"
	).name


def figures() -> dict:
	"""What no upgrade may change, by company: balances, invoices and the ledger's sums; texts, as JSON gives them back."""
	found = {}
	for company in COMPANIES:
		books = report_factories.books(company)
		found[company] = {
			"balances": {account: text(value) for account, value in books["balances"].items()},
			"invoices": [[str(value) for value in row] for row in books["invoices"]],
			"ledger": {role: text(value) for role, value in ledger_sums.of_company(company).items()},
			"batches": _states("Factoring Batch", company),
			"imports": _states("Report Import", company),
		}
	return found


def _states(doctype: str, company: str) -> list[list[str]]:
	rows = frappe.get_all(
		doctype, {"company": company}, ["name", "docstatus", "status"], order_by="name", limit=0
	)
	return [[str(value) for value in row.values()] for row in rows]


# To the file


def dump() -> dict:
	ours = frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name", order_by="name")
	attached = [row for doctype in (*ours, "Sales Invoice") for row in _files(doctype)]
	return {
		"version": rts_factoring.__version__,
		"frappe": frappe.__version__,
		"patches": _rows("Patch Log", {"patch": ("like", "rts_factoring.%")}),
		"series": frappe.db.sql("select name, current from tabSeries where current > 0"),
		"forms": {doctype: _form(doctype) for doctype in ours},
		"ours": {doctype: _rows(doctype, {}) for doctype in ours},
		"custom_fields": _rows("Custom Field", {"module": MODULE}),
		"columns": {doctype: _columns(doctype) for doctype in custom_fields.custom_fields()},
		"doctypes": _rows("DocType", {"name": ("in", ours)}),
		"of_doctypes": {doctype: _rows(doctype, {"parent": ("in", ours)}) for doctype in OF_DOCTYPES},
		"erpnext": _erpnext_rows(),
		"files": attached,
		"contents": {row["name"]: _content(row["name"]) for row in attached},
		"figures": figures(),
	}


def _rows(doctype: str, filters: dict) -> list[dict]:
	"""Whole rows, without what is empty: the columns of another Frappe have their own defaults."""
	rows = frappe.get_all(doctype, filters, ["*"], order_by="name", limit=0)
	return [{key: value for key, value in row.items() if value not in (None, "")} for row in rows]


def _form(doctype: str) -> str:
	"""The statement that makes the table."""
	return frappe.db.sql(f"show create table `tab{doctype}`")[0][1]


def _columns(doctype: str) -> dict[str, str]:
	"""Columns of our custom fields with their definitions."""
	names = frappe.get_all("Custom Field", {"dt": doctype, "module": MODULE}, pluck="fieldname")
	shown = frappe.db.sql(f"show columns from `tab{doctype}`", as_dict=True)
	return {row.Field: _definition(row) for row in shown if row.Field in names}


def _definition(column: dict) -> str:
	"""Text columns have no default; those of checks and numbers are never null."""
	return column.Type if column.Null == "YES" else f"{column.Type} not null default {column.Default}"


def _erpnext_rows() -> dict[str, list[dict]]:
	found: dict[str, list[dict]] = {}
	for doctype in ERPNEXT:
		rows = found[doctype] = _rows(doctype, {"company": ("in", list(COMPANIES))})
		names = [row["name"] for row in rows] or [""]
		for table in frappe.get_meta(doctype).get_table_fields():
			if frappe.get_meta(table.options).module != MODULE:
				found[table.options] = _rows(table.options, {"parent": ("in", names), "parenttype": doctype})
	return {doctype: rows for doctype, rows in found.items() if rows}


def _files(doctype: str) -> list[dict]:
	names = frappe.get_all(doctype, pluck="name", limit=0) or [""]
	return _rows("File", {"attached_to_doctype": doctype, "attached_to_name": ("in", names)})


def _content(file: str) -> str:
	path = Path(frappe.get_doc("File", file).get_full_path())
	return base64.b64encode(path.read_bytes()).decode()


# To a site


def load(data: dict) -> None:
	"""Put the database of the file in place of this site's. Commits."""
	factories.ensure_companies()
	factories.wipe()
	for doctype in frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name"):
		frappe.db.sql_ddl(f"drop table if exists `tab{doctype}`")
		frappe.db.delete("DocType", {"name": doctype})
		for table in OF_DOCTYPES:
			frappe.db.delete(table, {"parent": doctype})
	custom_fields.delete()
	for doctype, columns in data["columns"].items():
		for name, kind in columns.items():
			frappe.db.sql_ddl(f"alter table `tab{doctype}` add column if not exists `{name}` {kind}")
	frappe.db.delete("Patch Log", {"patch": ("like", "rts_factoring.%")})
	for statement in data["forms"].values():
		frappe.db.sql_ddl(statement)
	frappe.clear_cache()
	_insert("DocType", data["doctypes"])
	for key in ("of_doctypes", "ours", "erpnext"):
		for doctype, rows in data[key].items():
			_insert(doctype, rows)
	_date_back(data["ours"])
	_insert("Patch Log", data["patches"])
	_insert("Custom Field", data["custom_fields"])
	for row in data["files"]:
		_insert("File", [row])
		path = Path(frappe.get_site_path(row["file_url"].lstrip("/")))
		path.write_bytes(base64.b64decode(data["contents"][row["name"]]))
	for name, current in data["series"]:
		frappe.db.sql(
			"insert into tabSeries (name, current) values (%s, %s) "
			"on duplicate key update current = greatest(current, values(current))",
			(name, current),
		)
	frappe.db.commit()
	frappe.clear_cache()


def _date_back(ours: dict[str, list[dict]]) -> None:
	"""What a clock ahead of this site's wrote came before what is written from now on: order of undoing goes by creation."""
	newest = max(get_datetime(row["creation"]) for rows in ours.values() for row in rows)
	ahead = math.ceil((newest - now_datetime()).total_seconds()) + 60
	if ahead <= 0:
		return
	for doctype in ours:
		frappe.db.sql(
			f"update `tab{doctype}` set creation = date_sub(creation, interval %(ahead)s second),"
			" modified = date_sub(modified, interval %(ahead)s second)",
			{"ahead": ahead},
		)


def _insert(doctype: str, rows: list[dict]) -> None:
	"""Rows that are not there yet, with the columns that this Frappe and ERPNext have."""
	if not rows:
		return
	there = {row[0] for row in frappe.db.sql(f"show columns from `tab{doctype}`")}
	for row in rows:
		values = {key: value for key, value in row.items() if key in there}
		names, places = ", ".join(f"`{key}`" for key in values), ", ".join(["%s"] * len(values))
		frappe.db.sql(f"insert ignore into `tab{doctype}` ({names}) values ({places})", list(values.values()))


# What the patches change


def patches() -> list[str]:
	"""The app's patches as patches.txt lists them, without their numbers."""
	return [line.split()[0] for line in get_patches_from_app("rts_factoring")]


def snapshot() -> dict[str, list]:
	"""Every row that the app's patches may write, without who wrote it when."""
	ours = frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name")
	tables = [*ours, "Custom Field", "Property Setter", "Role", *ERPNEXT, "Customer"]
	found = {}
	for doctype in tables:
		rows = frappe.db.sql(f"select * from `tab{doctype}` order by name", as_dict=True)
		found[doctype] = [
			{key: value for key, value in row.items() if key not in ("modified", "modified_by")}
			for row in rows
		]
	found["Version"] = frappe.db.count("Version")
	return found
