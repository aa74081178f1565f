"""What other systems and the app's own forms may call. Each function first checks the permission on the document itself."""

import frappe
from frappe import _
from frappe.utils import getdate

from rts_factoring.core.notice.notice import TEMPLATE_TEXT
from rts_factoring.permissions import require_company
from rts_factoring.services.accounting import adjustments, deposits, direct_payments, openings, repairs
from rts_factoring.services.batches import batch_status, downloads, factoring_batch, schedule_files
from rts_factoring.services.company import settings as settings_service
from rts_factoring.services.invoices import documents, notices, readiness
from rts_factoring.services.reports import (
	column_mapping,
	decisions,
	mailbox,
	opening_lines,
	posting,
	row_details,
	row_pages,
	statement_comparison,
)
from rts_factoring.services.views import (
	checklist,
	closes,
	document_state,
	forecasts,
	invoice_status,
	overview,
)

USERS = ("Factoring User", "Factoring Manager")


@frappe.whitelist()
def get_queued_invoices(
	company: str,
	customer: str | None = None,
	from_date: str | None = None,
	to_date: str | None = None,
	min_amount: float = 0,
) -> dict:
	"""Invoices for a new batch, those in other batches, and those that are not ready, with the reasons."""
	frappe.has_permission("Factoring Batch", "create", throw=True)
	_check_company(company)
	return readiness.invoices_for_batch(company, customer, from_date, to_date, min_amount)


@frappe.whitelist(methods=["POST"])
def queue_invoice(invoice: str) -> dict:
	"""Set the invoicing method to Factoring; the state says whether the invoice is complete."""
	_invoice(invoice, "write")
	readiness.set_invoicing_method(invoice, "Factoring")
	readiness.requeue(invoice)
	return invoice_status.state(invoice)


@frappe.whitelist(methods=["POST"])
def unqueue_invoice(invoice: str) -> dict:
	"""Set the invoicing method to Direct. Refused once the invoice is in a batch."""
	_invoice(invoice, "write")
	readiness.set_invoicing_method(invoice, "Direct")
	return invoice_status.state(invoice)


@frappe.whitelist(methods=["POST"])
def send_now(invoice: str) -> str:
	"""Submit a batch of this one invoice; returns its name."""
	_invoice(invoice, "write")
	frappe.has_permission("Factoring Batch", "submit", throw=True)
	return factoring_batch.send_now(invoice).name


@frappe.whitelist(methods=["POST"])
def attach_document(invoice: str, file_url: str, kind: str | None = None, note: str | None = None) -> dict:
	"""Add an uploaded file to the invoice's documents; without a kind it is guessed from the file name."""
	doc = _invoice(invoice, "write")
	documents.attach(doc, file_url, kind, note)
	return invoice_status.state(invoice)


@frappe.whitelist(methods=["POST"])
def attach_documents(invoice: str, file_urls: list[str] | str) -> list[dict]:
	"""Add several uploaded files at once, each with the kind guessed from its name; returns what was added."""
	return documents.attach_all(_invoice(invoice, "write"), frappe.parse_json(file_urls))


@frappe.whitelist(methods=["POST"])
def queue_invoices(invoices: list[str] | str) -> dict:
	"""Queue several; `done`, and `refused` with the reason of each."""
	frappe.only_for(USERS)
	return invoice_status.in_bulk(frappe.parse_json(invoices), queue_invoice)


@frappe.whitelist(methods=["POST"])
def unqueue_invoices(invoices: list[str] | str) -> dict:
	"""Set several to Direct; `done`, and `refused` with the reason of each."""
	frappe.only_for(USERS)
	return invoice_status.in_bulk(frappe.parse_json(invoices), unqueue_invoice)


@frappe.whitelist(methods=["POST"])
def make_batch(invoices: list[str] | str) -> str:
	"""Make a draft batch of these queued invoices of one company; returns its name."""
	names = frappe.parse_json(invoices)
	companies = {_invoice(name, "read").company for name in names}
	if len(companies) != 1:
		frappe.throw(_("Choose invoices of one company; each subsidiary sends batches of its own."))
	frappe.has_permission("Factoring Batch", "create", throw=True)
	return factoring_batch.create(companies.pop(), names).name


@frappe.whitelist()
def get_reasons(invoice: str) -> list[dict]:
	"""Why the invoice is not ready, and how to fix it."""
	_invoice(invoice, "read")
	return invoice_status.reasons(invoice)


@frappe.whitelist(methods=["POST"])
def import_received(received_report: str) -> str:
	"""Import a mailed report that was kept aside, refused or deleted; returns the draft."""
	frappe.only_for("Factoring Manager")
	doc = frappe.get_doc("Received Report", received_report)
	doc.check_permission("read")
	frappe.has_permission("Report Import", "create", throw=True)
	return mailbox.take(doc.name)


@frappe.whitelist(methods=["POST"])
def hold_for_factor(payment_entry: str) -> str:
	"""Book a draft payment of factored invoices as money held for the factor; returns the name of the draft journal entry."""
	doc = frappe.get_doc("Payment Entry", payment_entry)
	doc.check_permission("delete")
	doc.check_permission("write")
	frappe.has_permission("Journal Entry", "create", throw=True)
	_check_company(doc.company)
	return direct_payments.hold_for_factor(doc)


@frappe.whitelist()
def find_repairs(company: str) -> list[dict]:
	"""Payments that settle invoices which the factor holds, and what a repair would do to each."""
	frappe.only_for("Factoring Manager")
	_check_company(company)
	return repairs.find(company)


@frappe.whitelist(methods=["POST"])
def repair_payments(company: str, payments: list[str] | str) -> list[str]:
	"""Cancel such payments and hold their money for the factor; returns the draft journal entries."""
	frappe.only_for("Factoring Manager")
	_check_company(company)
	return repairs.repair(company, frappe.parse_json(payments))


@frappe.whitelist()
def get_invoice_state(invoice: str) -> dict:
	"""State, reasons, batch, and what the factor bought, collected and still has open."""
	return invoice_status.state(_invoice(invoice, "read").name)


@frappe.whitelist()
def get_invoice_overview(invoice: str) -> dict:
	"""The same with the day it was bought, the days since, its story, and its documents as small pictures."""
	return invoice_status.overview(_invoice(invoice, "read").name)


@frappe.whitelist()
def get_batch_state(batch: str) -> dict:
	"""Status, attempts, error and the state of each file."""
	return batch_status.progress(_readable("Factoring Batch", batch).name)


@frappe.whitelist()
def download_batch(batch: str) -> None:
	"""The files of a batch as one zip."""
	name, content = downloads.of_batch(_readable("Factoring Batch", batch).name)
	frappe.local.response.filename = name
	frappe.local.response.filecontent = content
	frappe.local.response.type = "download"


@frappe.whitelist()
def download_close(close: str) -> None:
	"""The workbook of a month: of a closed one as it was closed, of a draft as it is now."""
	doc = _readable("Factoring Close", close)
	frappe.local.response.filename = f"{doc.name}.xlsx"
	frappe.local.response.filecontent = closes.workbook(doc)
	frappe.local.response.type = "download"


# What the app's forms show. They ask by name, so a document that is old in the browser does no harm.


@frappe.whitelist()
def get_report_rows(
	report_import: str, outcome: str = "", start: int = 0, length: int = 50, search: str = "", row: int = 0
) -> dict:
	"""A page of a report's rows (the one with the row numbered `row`, if given), with the count of each outcome."""
	name = _readable("Report Import", report_import).name
	return row_pages.page(name, outcome, start, length, search, row)


@frappe.whitelist()
def get_report_row(report_import: str, row: int) -> dict:
	"""One row with its cells, the invoice beside it, others it may mean, and what it posted; and the next row that waits.
	With `row` 0 only that."""
	return row_details.details(_readable("Report Import", report_import), int(row))


@frappe.whitelist()
def get_teachable(report_import: str) -> dict:
	"""The columns of an import with examples, the headers and words that its layout does not know, and what they may mean."""
	doc = _readable("Report Import", report_import)
	return decisions.teachable(doc.name) | {"columns": column_mapping.columns_of_import(doc)}


@frappe.whitelist()
def get_report_columns(
	file_url: str, kind: str = "", company: str = "", sheet: str = "", row: int = 0
) -> dict:
	"""The columns of an uploaded report, each with three examples, and what each may be."""
	_check_mapping(company)
	return column_mapping.columns(file_url, kind, company, sheet, int(row))


@frappe.whitelist()
def try_report_columns(
	file_url: str, kind: str, fields: dict | str, company: str = "", date_order: str = "MDY"
) -> dict:
	"""How many rows of an uploaded report are read with these columns, and what problems remain. Nothing is written."""
	_check_mapping(company)
	return column_mapping.attempt(file_url, kind, frappe.parse_json(fields), company, date_order)


@frappe.whitelist(methods=["POST"])
def save_report_columns(
	kind: str, fields: dict | str, company: str, date_order: str, layout_name: str
) -> str:
	"""Save these columns as a Report Layout of the company; returns its name."""
	_check_mapping(company)
	return column_mapping.save(kind, frappe.parse_json(fields), company, date_order, layout_name.strip())


@frappe.whitelist()
def preview_entries(report_import: str) -> list[dict]:
	"""The journal entries a submit would make now."""
	return posting.preview(_readable("Report Import", report_import).name)


@frappe.whitelist()
def expected_deposit(report_import: str) -> dict:
	"""What the import announces, what of it is recorded, and what is left; `others` the imports of the company whose payout is
	not recorded either, and `entries`, for who may read them, bank entries that belong to no import yet."""
	doc = _readable("Report Import", report_import)
	return deposits.expected(doc.name) | {
		"others": [row for row in deposits.open_payouts(doc.company) if row["report_import"] != doc.name],
		"entries": deposits.unlinked_entries(doc.company) if frappe.has_permission("Journal Entry") else [],
	}


@frappe.whitelist()
def get_document_warnings(doctype: str, name: str) -> dict:
	"""Documents that contradict their invoice or cannot be read, and how far the checks and packets are: of one Sales Invoice,
	or of all of a Factoring Batch."""
	if doctype == "Sales Invoice":
		invoices = [_invoice(name, "read").name]
	else:
		invoices = [row.sales_invoice for row in _readable("Factoring Batch", name).invoices]
	return document_state.state(name, invoices)


@frappe.whitelist()
def preview_adjustment(adjustment: str) -> dict:
	"""The journal entries that a submit of a saved adjustment would make now, and what keeps lines from being posted."""
	return adjustments.preview(_readable("Factoring Adjustment", adjustment))


@frappe.whitelist()
def get_closing_lines(company: str) -> list[dict]:
	"""Lines of an adjustment that end everything with RTS: buyouts, cash advances, the reserve."""
	frappe.has_permission("Factoring Adjustment", "create", throw=True)
	_check_company(company)
	return adjustments.closing_lines(company)


@frappe.whitelist(methods=["POST"])
def make_opening(report_import: str) -> str:
	"""Make a draft opening of RTS's list of open invoices; returns its name."""
	frappe.has_permission("Factoring Adjustment", "create", throw=True)
	return opening_lines.make(_readable("Report Import", report_import).name).insert().name


@frappe.whitelist()
def get_opening_lines(company: str, customer: str = "", from_date: str = "", to_date: str = "") -> list[dict]:
	"""Lines of an opening for submitted invoices that owe something, and that the app does not know at RTS."""
	frappe.has_permission("Factoring Adjustment", "create", throw=True)
	_check_company(company)
	return openings.lines_of_invoices(company, customer, from_date, to_date)


@frappe.whitelist()
def get_unknown_invoices(report_import: str) -> dict:
	"""What RTS's list of open invoices has that is not in ERPNext."""
	return opening_lines.unknown(_readable("Report Import", report_import).name)


@frappe.whitelist()
def get_opening_template() -> None:
	"""Download an empty list of open invoices, to be filled and imported."""
	frappe.only_for(USERS)
	frappe.response.update(
		{"type": "binary", "filename": "open_invoices.xlsx", "filecontent": opening_lines.template()}
	)


@frappe.whitelist()
def get_correction(report_import: str, invoice: str) -> dict | None:
	"""What settles the difference of an invoice that is open in the books, and that RTS's list leaves out."""
	return statement_comparison.correction_alone(_readable("Report Import", report_import), invoice)


@frappe.whitelist()
def preview_schedule(batch: str) -> str:
	"""The schedule as it would be sent."""
	return schedule_files.preview(_readable("Factoring Batch", batch))


@frappe.whitelist()
def get_checklist(settings: str) -> list[dict]:
	"""The steps from an agreement to the first batch, each done or with what is missing."""
	return checklist.checklist(_readable("Subsidiary Factoring Settings", settings))


@frappe.whitelist()
def get_card(filters: str | dict) -> str:
	"""What a number card of the workspace shows; `filters` holds the `card`, and a `company` or none, and `to_date` for a past day."""
	asked = frappe._dict(frappe.parse_json(filters))
	if asked.card not in overview.CARDS:
		frappe.throw(_("There is no such card."))
	frappe.has_permission(overview.CARDS[asked.card][0], "read", throw=True)
	if asked.company:
		_check_company(asked.company)
	return overview.card(asked.card, asked.company, getdate(asked.to_date) if asked.to_date else None)


@frappe.whitelist()
def get_position(company: str) -> dict:
	"""What the factor owes, what we may owe it, what comes in the next weeks, and what its money costs."""
	frappe.has_permission("Factoring Ledger Entry", "read", throw=True)
	return forecasts.position(require_company(company))


@frappe.whitelist()
def preview_notice(notice: dict | str) -> str:
	"""The notice of a form, saved or not, as it would look on a print."""
	doc = frappe.get_doc(frappe.parse_json(notice) | {"doctype": "Notice of Assignment"})
	doc.check_permission("read")
	return notices.preview(doc)


@frappe.whitelist()
def get_notice_template() -> str:
	"""The text a new notice begins with."""
	frappe.has_permission("Notice of Assignment", "read", throw=True)
	return TEMPLATE_TEXT


def _readable(doctype: str, name: str):
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	return doc


def _invoice(name: str, ptype: str):
	frappe.only_for(USERS)
	doc = frappe.get_doc("Sales Invoice", name)
	doc.check_permission(ptype)
	return doc


def _check_mapping(company: str) -> None:
	frappe.has_permission("Report Layout", "create", throw=True)
	if company:
		_check_company(company)


def _check_company(company: str) -> None:
	require_company(company)
	if not frappe.has_permission("Company", "read", doc=company):
		frappe.throw(
			_("You have no permission for company {0}.").format(
				frappe.bold(frappe.utils.escape_html(company))
			),
			frappe.PermissionError,
		)


@frappe.whitelist(methods=["POST"])
def store_private_key(company: str, key: str, pwd: str = "") -> str:  # nosec B107 # none
	"""Keep a private key, and its passphrase `pwd`, encrypted; returns the key's fingerprint.

	Secrets are arguments of their own, under names that Frappe hides in its logs.
	"""
	with settings_service.without_traces():
		return settings_service.store_private_key(_settings_of(company), key, pwd)


@frappe.whitelist(methods=["POST"])
def store_password(company: str, password: str) -> None:
	"""Keep the password of the factor's server encrypted."""
	with settings_service.without_traces():
		settings_service.store_password(_settings_of(company), password)


def _settings_of(company: str):
	frappe.only_for("System Manager")
	doc = frappe.get_doc(settings_service.DOCTYPE, {"company": company})
	doc.check_permission("write")
	return doc
