"""Books of any size, in seconds: a week is posted through the app once, then its rows are copied inside the database.

Every copied document has its own name (the first one's, a dash and a number), so links, keys and sums are as those of real
weeks. The weeks spread over two years.
"""

import hashlib

import frappe

from rts_factoring.services.accounting import daily_totals
from rts_factoring.services.common import file_companies
from rts_factoring.services.invoices import number_keys
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME

INVOICES = 50  # in the week that is copied
CUSTOMER = "Ridgeline Foods Inc"
PAST, OPEN = "GP", "GO"  # invoices of weeks that RTS has paid, and of weeks it has only bought
WEEKS = 104
BY_COMPANY = (
	*("Sales Invoice", "Factoring Batch", "Journal Entry", "Report Import", "Report Import Line"),
	*("Factoring Ledger Entry", "Factoring Daily Total", "GL Entry", "Payment Ledger Entry"),
)
CHILDREN = {"Factoring Batch Invoice": "Factoring Batch", "Journal Entry Account": "Journal Entry"}
_LINKS = {
	"Sales Invoice": ("factoring_batch", "po_no"),
	"Factoring Batch": (),
	"Factoring Batch Invoice": ("parent", "sales_invoice"),
	"Journal Entry": ("factoring_report_import",),
	"Journal Entry Account": ("parent", "reference_name"),
	"GL Entry": ("voucher_no", "against_voucher"),
	"Payment Ledger Entry": ("voucher_no", "against_voucher_no"),
	"Report Import": ("batch",),
	"Report Import Line": ("report_import", "sales_invoice", "invoice_no", "duplicate_of", "po_no"),
	"Factoring Ledger Entry": (
		*("sales_invoice", "batch", "report_import", "report_import_line", "journal_entry", "reverses"),
	),
	"File": ("attached_to_name", "file_url", "file_name"),
}  # columns that name a copied document, beside `name`
_DAYS = ("posting_date", "due_date", "batch_date", "date", "invoice_date")
_SEPARATE = {"identity", "fingerprint"}


def start(open_weeks: int) -> list[str]:
	"""Wipe the company's documents, post the week that is copied, and `open_weeks` times a week that RTS has bought and not
	paid. Returns the invoices of those, and commits."""
	factories.ensure_companies()
	wipe()
	factories.make_settings(ACME, max_invoices=INVOICES)
	factories.make_notice(ACME)
	_post_week(OPEN)
	_copy(OPEN, 1, open_weeks)
	_post_week(PAST, paid=True)
	factories.commit_without_jobs()
	names = [f"{OPEN}-{number:03}" for number in range(INVOICES)]
	return names + [f"{name}-{week}" for week in range(1, open_weeks) for name in names]


def grow(invoices: int) -> None:
	"""Copy the paid week until the company has so many invoices that RTS bought. Commits."""
	has = frappe.db.count("Sales Invoice", {"company": ACME})
	done = frappe.db.count("Factoring Batch", {"company": ACME, "name": ("like", f"{PAST}-BATCH%")})
	_copy(PAST, done, done + max(invoices - has, 0) // INVOICES)
	daily_totals.rebuild(ACME)
	frappe.db.commit()
	for doctype in (*_LINKS, daily_totals.DOCTYPE):
		frappe.db.sql_ddl(f"analyze table `tab{doctype}`")


def wipe() -> None:
	"""Delete what was copied, and the files of what was; factories.wipe deletes the rest one by one. Commits."""
	names = frappe.get_all("File", {"file_name": ("like", "growth%")})
	for start_at in range(0, len(names), 1_000):
		frappe.db.delete("File", {"name": ("in", [row.name for row in names[start_at : start_at + 1_000]])})
	for child, parent in CHILDREN.items():
		frappe.db.sql(
			f"delete child from `tab{child}` child inner join `tab{parent}` parent on parent.name = child.parent"
			" where parent.company = %s",
			ACME,
		)
	for doctype in BY_COMPANY:
		frappe.db.delete(doctype, {"company": ACME})
	frappe.db.commit()
	factories.wipe()


def _post_week(prefix: str, paid: bool = False) -> None:
	names = [f"{prefix}-{number:03}" for number in range(INVOICES)]
	for name in names:
		factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000.00"}
		values = {
			"posting_date": "2026-10-01",
			"due_date": "2026-11-01",
			"amount": 1000,
			"po_no": f"PO{name}",
		}
		factories.make_invoice(name, company=ACME, customer=CUSTOMER, **values)
	batch = f"{prefix}-BATCH"
	report_factories.sent_batch(batch, names)
	rows = [(name, 1000, 30, 50) for name in names]
	content = report_factories.purchase_rows(batch, *rows, day="10/05/2026")
	report_factories.import_file(f"{batch}.xlsx", content)
	if paid:
		check, day = "48210", "10/20/2026"
		rows = [(name, check, day, "Payment", 1000, None, 50) for name in names[4:]]
		rows.append((names[0], check, day, "Payment", 400, None, None))
		rows.append((names[1], check, day, "Payment", 1040, None, 50))
		rows.append((names[2], check, day, "Chargeback", -1000, None, None))
		content = report_factories.payment_rows("10/16/2026 - 10/31/2026", *rows)
		report_factories.import_file(f"{batch}-paid.xlsx", content)
	for name in names:
		values = {"file_name": f"growth-{name}.pdf", "file_url": f"/private/files/growth-{name}.pdf"}
		values |= {"is_private": 1, "attached_to_doctype": "Sales Invoice", "attached_to_name": name}
		values |= {file_companies.FIELD: ACME}
		frappe.get_doc({"doctype": "File", **values}).db_insert()


def _copy(prefix: str, first: int, until: int) -> None:
	"""Copies number `first` to `until - 1` of the week of this prefix."""
	if until <= first:
		return
	invoices = [f"{prefix}-{number:03}" for number in range(INVOICES)]
	imports = frappe.get_all("Report Import", {"batch": f"{prefix}-BATCH"}, pluck="name")
	ledger = {"sales_invoice": ("in", invoices)}
	entries = set(frappe.get_all("Factoring Ledger Entry", ledger, pluck="report_import")) | set(imports)
	journals = frappe.get_all(
		"Journal Entry", {"factoring_report_import": ("in", list(entries))}, pluck="name"
	)
	chosen = {
		"Sales Invoice": ("name", invoices),
		"Factoring Batch": ("name", [f"{prefix}-BATCH"]),
		"Factoring Batch Invoice": ("parent", [f"{prefix}-BATCH"]),
		"Journal Entry": ("name", journals),
		"Journal Entry Account": ("parent", journals),
		"GL Entry": ("voucher_no", [*invoices, *journals]),
		"Payment Ledger Entry": ("voucher_no", [*invoices, *journals]),
		"Report Import": ("name", list(entries)),
		"Report Import Line": ("report_import", list(entries)),
		"Factoring Ledger Entry": ("report_import", list(entries)),
		"File": ("attached_to_name", invoices),
	}
	for doctype, (column, values) in chosen.items():
		_copy_rows(doctype, column, values, first, until)


def copy_invoices(invoices: list[str], first: int, until: int) -> list[str]:
	"""Copies number `first` to `until - 1` of submitted invoices that no batch has, with what their customers owe; their names."""
	for doctype, column in (
		("Sales Invoice", "name"),
		("GL Entry", "voucher_no"),
		("Payment Ledger Entry", "voucher_no"),
	):
		_copy_rows(doctype, column, invoices, first, until)
	return [f"{name}-{number}" for name in invoices for number in range(first, until)]


def _copy_rows(doctype: str, column: str, values: list[str], first: int, until: int) -> None:
	columns = frappe.db.get_table_columns(doctype)
	copied = ", ".join(f"`{name}`" for name in columns)
	made = ", ".join(_expression(doctype, name) for name in columns)
	frappe.db.sql(
		f"insert into `tab{doctype}` ({copied}) select {made} from `tab{doctype}` t"
		f" cross join seq_{first}_to_{until - 1} s where t.`{column}` in %s",
		(values,),
	)


def _expression(doctype: str, column: str) -> str:
	value = f"t.`{column}`"
	if column == "name" or column in _LINKS[doctype]:
		return f"if(ifnull({value}, '') = '', {value}, concat({value}, '-', s.seq))"
	if column == number_keys.NUMBER:
		return f"concat({value}, s.seq)"
	if column == "file_sha256":
		return f"sha2(concat({value}, s.seq), 256)"
	if column in _SEPARATE:
		return f"sha1(concat({value}, s.seq))"
	if column == "posted_key":
		company = hashlib.sha1(ACME.encode(), usedforsecurity=False).hexdigest()[:20]
		return f"if({value} is null, null, concat('{company}:', sha1(concat(t.`identity`, s.seq)), ':', t.`occurrence`))"
	if column in _DAYS:
		return f"date_sub({value}, interval 7 * (s.seq mod {WEEKS}) day)"
	return value
