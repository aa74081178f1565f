"""Two companies with one document of each kind, one person of each role who is limited to the first, and the table
of docs/security.md that says what each may do."""

import json
import pkgutil
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from itertools import takewhile
from pathlib import Path

import frappe
from frappe.desk.doctype.tag.tag import DocTags
from frappe.model import no_value_fields, table_fields
from frappe.utils.password import update_password

import rts_factoring
from rts_factoring import custom_fields
from rts_factoring.core.model import ReportKind
from rts_factoring.services.common.logs import Attempt
from rts_factoring.services.company import layouts
from rts_factoring.services.invoices import invoice_state
from rts_factoring.services.reports import provenance, received
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, BLUEBIRD

MODULE = "RTS Factoring"
DOCUMENT = Path(rts_factoring.__file__).resolve().parent.parent / "docs" / "security.md"
PASSWORD = "a long pass phrase 7"
TAG = "walls"  # on each company's batch
RIGHTS = {
	"R": "read",
	"W": "write",
	"C": "create",
	"D": "delete",
	"S": "submit",
	"X": "cancel",
	"E": "export",
}
# The factoring roles stand beside ERPNext's own, which open the invoices and accounts.
PORTAL = "Portal User"  # a person of a customer, who sees that customer's invoices on the website
ROLES = {
	"Guest": (),
	PORTAL: ("Customer",),
	"Accounts User": ("Accounts User",),
	"Factoring User": ("Factoring User", "Accounts User"),
	"Factoring Manager": ("Factoring Manager", "Accounts User", "Accounts Manager"),
	"System Manager": ("System Manager",),
}
SHARED = {
	"Report Layout": layouts.DEFAULT_NAMES[ReportKind.PURCHASE],
	"Schedule Layout": layouts.DEFAULT_SCHEDULE,
}
INVOICES = {ACME: ("AF-10001", "AF-10002", "AF-10023"), BLUEBIRD: ("BL-20001", "BL-20002", "BL-20005")}


# The table


def table() -> dict[str, dict[str, str]]:
	"""What → role → cell, from the one table of the document whose first column is What."""
	lines = DOCUMENT.read_text().splitlines()
	start = next(number for number, line in enumerate(lines) if line.startswith("| What |"))
	rows = [
		[cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
		for line in takewhile(lambda line: line.startswith("|"), lines[start:])
	]
	header = rows[0]
	found = {}
	for row in rows[2:]:
		assert len(row) == len(header) and row[0] not in found, row
		found[row[0]] = dict(zip(header[1:], row[1:], strict=True))
	return found


def everything() -> set[str]:
	"""Every way in that the app has, found on the site and in the code."""
	found = {f"method {name}" for name in methods()}
	for kind, doctype, filters in (
		("DocType", "DocType", {"module": MODULE, "istable": 0}),
		("report", "Report", {"module": MODULE}),
		("card", "Number Card", {"module": MODULE}),
	):
		found |= {f"{kind} {name}" for name in frappe.get_all(doctype, filters=filters, pluck="name")}
	found |= {f"shared {doctype}" for doctype in SHARED}
	found |= {f"field {name}" for name in fields()}
	return found | {
		f"{kind} {name}" for kind in ("file", "listed file", "named file") for name in Company.FILES
	}


def fields() -> dict[str, object]:
	"""`DocType.field` → a function of a Company that gives a value to write there: every field of ours on a document of
	ERPNext, and on our own those that say where something came from and which site it belongs to."""
	found = {}
	for doctype, rows in custom_fields.custom_fields().items():
		for row in rows:
			if row["fieldtype"] not in (*no_value_fields, *table_fields):
				found[f"{doctype}.{row['fieldname']}"] = partial(_another_value, row)
	for name, value in (("source", "API"), ("received_from", "RTS itself"), ("sender_check", "confirmed")):
		found[f"Report Import.{name}"] = partial(_given, value)
	return found | {"Subsidiary Factoring Settings.confirmed_site": partial(_given, "0" * 32)}


def _given(value: object, _of: "Company") -> object:
	return value


def _another_value(row: dict, of: "Company") -> object:
	if row["fieldtype"] == "Link":
		links = {"Factoring Batch": of.batch, "Notice of Assignment": of.notice, "Report Import": of.posted}
		links["Company"] = BLUEBIRD if of.company == ACME else ACME
		links |= {"Factoring Adjustment": of.adjustment}
		return links.get(row["options"]) or frappe.db.get_value("File", {"file_url": of.files["packet"]})
	return {"Select": row.get("options", "").split("\n")[-1], "Check": 1}.get(row["fieldtype"], "written")


def methods() -> dict[str, object]:
	"""Name in the table → whitelisted function, of every module of the app but its tests."""
	for module in pkgutil.walk_packages(rts_factoring.__path__, "rts_factoring."):
		if not module.name.startswith(("rts_factoring.tests", "rts_factoring.__main__")):
			import_module(module.name)
	ours = [fn for fn in frappe.whitelisted if fn.__module__.startswith("rts_factoring.")]
	return {_label(fn): fn for fn in ours if ".tests." not in fn.__module__}


def _label(fn) -> str:
	module = fn.__module__.rsplit(".", 1)[-1]
	if "." in fn.__qualname__:
		return f"{frappe.unscrub(module)}.{fn.__name__}".replace(" Of ", " of ")
	return f"{module}.{fn.__name__}"


def arguments(of: "Company") -> dict[str, dict]:
	"""What each method is called with, about one company; for form methods the document too."""
	row = {"rows": [5], "action": "ignore", "reason": "test"}
	deposit = {"bank_account": of.bank, "amount": 1, "day": "2026-11-20"}
	batch, report = ("Factoring Batch", of.batch), ("Report Import", of.posted)
	agreement = ("Subsidiary Factoring Settings", of.settings)
	invoice, invoices = {"invoice": of.invoice}, {"invoices": json.dumps([of.invoice])}
	return {
		"api.get_queued_invoices": {"company": of.company},
		"api.queue_invoice": invoice,
		"api.unqueue_invoice": invoice,
		"api.send_now": invoice,
		"api.attach_document": invoice | {"file_url": of.files["paperwork"], "kind": "Other"},
		"api.attach_documents": invoice | {"file_urls": json.dumps([of.files["paperwork"]])},
		"api.queue_invoices": invoices,
		"api.unqueue_invoices": invoices,
		"api.make_batch": invoices,
		"api.get_reasons": invoice,
		"api.get_document_warnings": {"doctype": "Sales Invoice", "name": of.invoice},
		"api.get_invoice_state": invoice,
		"api.get_invoice_overview": invoice,
		"api.get_batch_state": {"batch": of.batch},
		"api.download_batch": {"batch": of.batch},
		"api.download_close": {"close": of.close},
		"Factoring Close.make_entries": {"on": ("Factoring Close", of.close)},
		"api.hold_for_factor": {"payment_entry": of.payment},
		"desk.get_chart": {"chart": json.dumps(chart(of.company)), "no_cache": 1},
		"desk.getdoc": {"doctype": "Factoring Batch", "name": of.batch},
		"desk.get_docinfo": {"doctype": "Factoring Batch", "name": of.batch},
		"desk.get_tagged_docs": {"doctype": "Factoring Batch", "tag": f"%{TAG}%"},
		"desk.get_submitted_linked_docs": {"doctype": "Company", "name": of.company},
		"report.get_script": {"report_name": "Accounts Receivable"},
		"api.find_repairs": {"company": of.company},
		"api.repair_payments": {"company": of.company, "payments": json.dumps([of.payment])},
		"api.store_private_key": {"company": of.company, "key": "no key"},
		"api.store_password": {"company": of.company, "password": "x"},
		"permissions.search_links": {"doctype": "Factoring Batch", "txt": of.batch, "searchfield": "name"}
		| {"start": 0, "page_len": 20, "filters": "{}"},
		"api.get_report_rows": {"report_import": of.posted},
		"api.get_report_row": {"report_import": of.posted, "row": 5},
		"api.get_teachable": {"report_import": of.posted},
		"api.get_report_columns": {"file_url": of.files["report"], "company": of.company},
		"api.try_report_columns": {
			"file_url": of.files["report"],
			"kind": "Payment",
			"fields": json.dumps({"Invoice #": "invoice_no"}),
			"company": of.company,
		},
		"api.save_report_columns": {
			"kind": "Payment",
			"fields": json.dumps({"Date": "payment_date", "Paid": "amount_paid"}),
			"company": of.company,
			"date_order": "MDY",
			"layout_name": f"Mapped {of.company}",
		},
		"api.preview_entries": {"report_import": of.posted},
		"api.expected_deposit": {"report_import": of.posted},
		"api.preview_adjustment": {"adjustment": of.adjustment},
		"api.get_closing_lines": {"company": of.company},
		"api.make_opening": {"report_import": of.posted},
		"api.get_opening_lines": {"company": of.company},
		"api.get_unknown_invoices": {"report_import": of.posted},
		"api.get_opening_template": {},
		"subsidiary_factoring_settings.start_rehearsal": {},
		"subsidiary_factoring_settings.remove_rehearsal": {},
		"subsidiary_factoring_settings.fetch_rehearsal_reports": {},
		"subsidiary_factoring_settings.get_rehearsal": {},
		"api.get_correction": {"report_import": of.posted, "invoice": of.invoice},
		"Factoring Adjustment.record_payment": {"on": ("Factoring Adjustment", of.adjustment)}
		| {"bank_account": of.bank, "day": "2026-11-20"},
		"api.preview_schedule": {"batch": of.batch},
		"api.get_checklist": {"settings": of.settings},
		"api.get_position": {"company": of.company},
		"api.get_card": {"filters": json.dumps({"card": "queued", "company": of.company})},
		"api.preview_notice": {"notice": frappe.get_doc("Notice of Assignment", of.notice).as_json()},
		"api.get_notice_template": {},
		"factoring_per_week.get": {"filters": json.dumps({"company": of.company})},
		"Factoring Batch.retry": {"on": batch},
		"Factoring Batch.mark_delivered": {"on": batch},
		"Factoring Batch.mark_seen": {"on": batch},
		"Schedule Layout.preview_schedule": {"on": ("Schedule Layout", of.schedule_layout)},
		"Report Layout.preview_file": {
			"on": ("Report Layout", of.report_layout),
			"file_url": of.files["report"],
		},
		"api.import_received": {"received_report": of.received},
		"Subsidiary Factoring Settings.confirm_site": {"on": agreement},
		"Report Import.correct": {"on": report, "row": 5, "reason": "test"},
		"Report Import.settle_rests": {"on": report, "rows": [5], "action": "write_off", "reason": "test"},
		"Report Import.teach": {"on": ("Report Import", of.draft), "headers": {"x": "x"}, "words": {}},
		"Report Import.try_teaching": {"on": ("Report Import", of.draft), "headers": {}, "words": {}},
		"Report Import.record_decision": {"on": ("Report Import", of.draft)} | row,
		"Report Import.update_rows": {"on": ("Report Import", of.draft)},
		"Report Import.post_waiting": {"on": report},
		"Report Import.record_deposit": {"on": report} | deposit,
		"Report Import.link_deposit": {"on": report, "journal_entry": of.entry, "amount": 1},
		"Subsidiary Factoring Settings.show_host_key": {"on": agreement},
		"Subsidiary Factoring Settings.confirm_host_key": {"on": agreement, "fingerprint": "SHA256:x"},
		"Subsidiary Factoring Settings.test_connection": {"on": agreement},
		"Subsidiary Factoring Settings.rehearse_delivery": {"on": agreement},
		"Subsidiary Factoring Settings.remove_private_key": {"on": agreement},
		"Subsidiary Factoring Settings.create_accounts": {"on": agreement},
		"Subsidiary Factoring Settings.request_credentials": {"on": agreement},
	}


def chart(company: str = "", **values) -> dict:
	"""A Dashboard Chart as a browser sends one: what RTS bought in a year."""
	doctype = "Factoring Ledger Entry"
	asked = {"name": "Bought", "document_type": doctype, "chart_type": "Sum", "type": "Bar"}
	asked |= {"based_on": "posting_date", "value_based_on": "purchased"}
	asked |= {"timespan": "Last Year", "time_interval": "Monthly"}
	filters = [[doctype, "company", "=", company]] if company else []
	return asked | {"filters_json": json.dumps(filters)} | values


# People


def make_people() -> None:
	for role, roles in ROLES.items():
		if not roles:
			continue
		name = address(role)
		factories.make_user(
			name, *roles, first_name=role, **({"user_type": "Website User"} if role == PORTAL else {})
		)
		update_password(name, PASSWORD)
		if not frappe.db.exists("User Permission", {"user": name, "allow": "Company"}):
			frappe.get_doc(
				{"doctype": "User Permission", "user": name, "allow": "Company", "for_value": ACME}
			).insert()
	frappe.db.commit()


def remove_limits() -> None:
	frappe.db.delete("User Permission", {"user": ("in", [address(role) for role in ROLES])})
	frappe.cache.delete_value("user_permissions")
	frappe.db.commit()


def address(role: str) -> str:
	return "Guest" if role == "Guest" else f"{frappe.scrub(role)}@walls.example.com"


# Documents


@dataclass
class Company:
	"""One document of each kind of a company; `names` is what must never be seen from outside."""

	company: str
	invoice: str  # queued, in no batch
	sent: tuple[str, ...]
	batch: str = ""
	draft: str = ""  # an import to review
	posted: str = ""
	settings: str = ""
	notice: str = ""
	bank: str = ""
	payment: str = ""  # a draft of no factored invoice
	adjustment: str = ""  # submitted
	received: str = ""  # a mailed report that was kept aside
	open_invoice: str = ""  # a draft
	entry: str = ""  # a draft journal entry
	close: str = ""  # a draft of a month's close
	customer: str = ""
	report_layout: str = ""
	schedule_layout: str = ""
	files: dict[str, str] = field(default_factory=dict)

	FILES = ("packet", "schedule", "report", "approval", "agreement", "paperwork")

	@property
	def names(self) -> set[str]:
		found = {
			self.invoice,
			*self.sent,
			self.batch,
			self.draft,
			self.posted,
			self.notice,
			self.received,
			self.close,
			self.adjustment,
			*self.files.values(),
		}
		return (found | {self.report_layout, self.schedule_layout}) - {""}

	def to_write(self, doctype: str) -> str:
		"""The document of this type whose fields people try to write."""
		return {
			"File": frappe.db.get_value("File", {"file_url": self.files["paperwork"]}),
			"Sales Invoice": self.open_invoice,
			"Customer": self.customer,
			"Payment Entry": self.payment,
			"Journal Entry": self.entry,
			"Report Import": self.draft,
			"Subsidiary Factoring Settings": self.settings,
		}[doctype]

	def one_of(self, doctype: str):
		"""A saved document of the company."""
		filters = {"company": self.company}
		return frappe.get_doc(doctype, frappe.get_all(doctype, filters=filters, pluck="name", limit=1)[0])


def make_companies() -> tuple[Company, Company]:
	"""Posted and committed; call `factories.wipe` before."""
	made = []
	for company, names in INVOICES.items():
		factories.make_settings(company, representative_email="")
		found = Company(company, names[-1], names[:-1])
		found.settings = frappe.db.get_value(factories.settings.DOCTYPE, {"company": company})
		found.notice = factories.make_notice(company).name
		factories.make_invoices(names)
		found.batch = report_factories.sent_batch(f"FB-WALL-{company[:4].upper()}", found.sent, company).name
		found.posted = _import(found, "purchase", submit=True).name
		found.draft = _import(found, "payment", submit=False).name
		found.bank = _bank(company)
		found.payment = _payment(found)
		found.received = _received(found)
		found.adjustment = _adjustment(found)
		found.open_invoice = _open_invoice(found)
		found.customer = factories.receivables()[found.invoice]["customer"]
		found.entry = _entry(found)
		found.close = _close(company)
		found.report_layout, found.schedule_layout = (own_layout(doctype, company) for doctype in SHARED)
		_add_files(found)
		DocTags("Factoring Batch").add(found.batch, TAG)
		Attempt("Deliver", company, found.batch).succeeded(f"{found.batch} arrived")
		made.append(found)
	frappe.db.commit()
	return tuple(made)


def _import(found: Company, kind: str, submit: bool):
	number = factories.COMPANIES[found.company][1]
	rows = [("Purchase Report",) if kind == "purchase" else ("Payment Report 11/01/2026 - 11/07/2026",)]
	rows += [("Client #:", number)]
	if kind == "purchase":
		rows += [("Batch:", found.batch), report_factories.PURCHASE_HEADER]
	else:
		rows += [report_factories.PAYMENT_HEADER]
	for invoice in found.sent:
		sample = factories.receivables()[invoice]
		amount = float(sample["amount"])
		if kind == "purchase":
			rows.append((invoice, sample["customer"], amount, amount, 30, 50, amount - 80))
		else:
			rows.append((invoice, sample["customer"], "CHK-1", "11/05/2026", "Payment", amount, 0, 0))
	name = f"{kind}-{number}.xlsx"
	return report_factories.import_file(name, report_factories.workbook(rows), submit, company=found.company)


def own_layout(doctype: str, company: str, like: str = "") -> str:
	"""A company's copy of a shared layout; its name."""
	copy = frappe.copy_doc(frappe.get_doc(doctype, like or SHARED[doctype]))
	copy.update({"layout_name": f"{doctype} of {company}", "company": company})
	return copy.insert().name


def _bank(company: str) -> str:
	existing = frappe.db.get_value("Account", {"company": company, "account_type": "Bank", "is_group": 0})
	if existing:
		return existing
	parent = frappe.db.get_value("Account", {"company": company, "account_type": "Bank", "is_group": 1})
	values = {
		"account_name": "Walls Bank",
		"company": company,
		"parent_account": parent,
		"account_type": "Bank",
	}
	return frappe.get_doc({"doctype": "Account", **values}).insert().name


def _payment(found: Company) -> str:
	values = {
		"doctype": "Payment Entry",
		"payment_type": "Receive",
		"company": found.company,
		"posting_date": "2026-11-10",
		"party_type": "Customer",
		"party": factories.receivables()[found.invoice]["customer"],
		"paid_from": frappe.get_cached_value("Company", found.company, "default_receivable_account"),
		"paid_to": found.bank,
		"reference_no": "CHK-2",
		"reference_date": "2026-11-10",
	}
	amounts = {"paid_amount": 1, "received_amount": 1, "source_exchange_rate": 1, "target_exchange_rate": 1}
	return frappe.get_doc(values | amounts).insert().name


def _adjustment(found: Company) -> str:
	line = {"event": "Payout Charge", "amount": 1}
	values = {"company": found.company, "posting_date": "2026-11-10", "reason": "Told by phone"}
	doc = frappe.get_doc({"doctype": "Factoring Adjustment", **values, "lines": [line]}).insert()
	doc.submit()
	return doc.name


def _received(found: Company) -> str:
	origin = provenance.Provenance(provenance.MAIL, "stranger@example.com")
	return received.record(origin, "report.xlsx", received.KEPT_ASIDE, company=found.company)


def _open_invoice(found: Company) -> str:
	sample = factories.receivables()[found.invoice]
	values = {"company": found.company, "customer": sample["customer"], "amount": 10, "po_no": "77"}
	dates = {"posting_date": "2026-11-01", "due_date": "2026-12-01"}
	return factories.make_invoice(f"{found.invoice}-OPEN", submit=False, **values, **dates).name


def _entry(found: Company) -> str:
	accounts = [{"account": found.bank, "debit_in_account_currency": 1}]
	fees = frappe.db.get_value("Subsidiary Factoring Settings", found.settings, "fee_account")
	accounts.append({"account": fees, "credit_in_account_currency": 1})
	center = frappe.get_cached_value("Company", found.company, "cost_center")
	accounts = [row | {"cost_center": center} for row in accounts]
	values = {"company": found.company, "posting_date": "2026-11-10", "accounts": accounts}
	return frappe.get_doc({"doctype": "Journal Entry", **values}).insert().name


def _close(company: str) -> str:
	values = {"company": company, "month_end": "2026-10-31"}
	return frappe.get_doc({"doctype": "Factoring Close", **values}).insert().name


def _add_files(found: Company) -> None:
	owners = {
		"packet": ("Sales Invoice", found.sent[0]),
		"schedule": ("Factoring Batch", found.batch),
		"approval": ("Notice of Assignment", found.notice),
		"agreement": ("Subsidiary Factoring Settings", found.settings),
		"paperwork": ("Sales Invoice", found.invoice),
	}
	for kind, (doctype, name) in owners.items():
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{kind}-{found.company[:4]}-{frappe.generate_hash(length=6)}.txt",
				"is_private": 1,
				"content": f"{kind} of {found.company}",
				"attached_to_doctype": doctype,
				"attached_to_name": name,
			}
		).insert()
		found.files[kind] = file.file_url
		if kind == "packet":
			invoice_state.write_fields([name], factoring_packet=file.name)
	found.files["report"] = frappe.db.get_value("Report Import", found.posted, "file")
