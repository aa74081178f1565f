"""The workbook of a Factoring Close, for an auditor: one sheet a question, amounts as numbers, dates as dates."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from frappe import _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from rts_factoring.core.model import Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reports.cells import escape_formula
from rts_factoring.services.accounting import ledger, ledger_sums
from rts_factoring.services.views import statements
from rts_factoring.services.views.close_figures import Month, money_of

_AMOUNT, _DATE = "#,##0.00", "yyyy-mm-dd"
_BOLD = Font(bold=True)
_AGING = ("age", "bucket", "buyback_on", "recourse_days", "share")


def build(doc, month: Month) -> bytes:
	"""The bytes of the .xlsx."""
	book = Workbook(write_only=True)
	_add(book, _("Checklist"), [_("Done"), _("Point"), _("Details")], _checklist(doc), widths=(8, 42, 110))
	labels = [_("Part"), _("Figure"), _("Account"), _("Factoring Ledger"), _("Journal or Invoices")]
	labels += [_("Difference"), _("Account Balance"), _("Of Which Other Entries")]
	_add(book, _("Tie-out"), labels, _figures(doc), widths=(14, 40, 40))
	_add(book, _("Open Invoices"), *_open_invoices(month), widths=(18, 30))
	_add(book, _("Reserve"), *_reserve(month), widths=(12, 24, 18))
	_add(book, _("Clearing"), *_clearing(month), widths=(22,))
	_add(book, _("Decided by Hand"), *_decided(month), widths=(18, 8, 12))
	_add(book, _("Adjustments"), *_adjustments(month), widths=(18, 12, 20, 60))
	_add(book, _("Entries to File Rows"), *_entries(month), widths=(12, 20, 18, 18, 24))
	_add(book, _("Entries of Others"), *_others(month), widths=(12, 18, 22, 34))
	labels = [_("Entry"), _("Amount"), _("Debit"), _("Credit"), _("Computed From")]
	labels += [_("Journal Entry"), _("Turned Back By")]
	_add(book, _("Period-end Entries"), labels, _period_end(doc), widths=(26, 14, 34, 34, 60))
	found = io.BytesIO()
	book.save(found)
	return found.getvalue()


def _add(
	book: Workbook, title: str, labels: Sequence[str], rows: Iterable[Sequence], widths: Sequence[int] = ()
) -> None:
	sheet = book.create_sheet(title)
	sheet.freeze_panes = "A2"
	for number in range(len(labels)):
		width = widths[number] if number < len(widths) else 16
		sheet.column_dimensions[get_column_letter(number + 1)].width = width
	head = [WriteOnlyCell(sheet, value=label) for label in labels]
	for cell in head:
		cell.font = _BOLD
	sheet.append(head)
	for row in rows:
		sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet, value):
	"""Text never becomes a formula; amounts and days get their format."""
	if isinstance(value, Decimal):
		cell = WriteOnlyCell(sheet, value=float(value))
		cell.number_format = _AMOUNT
		return cell
	if isinstance(value, datetime):
		return value.replace(microsecond=0)
	if isinstance(value, date):
		cell = WriteOnlyCell(sheet, value=value)
		cell.number_format = _DATE
		return cell
	return escape_formula(value) if isinstance(value, str) else value


def _checklist(doc) -> Iterable[Sequence]:
	yield from ((_("yes") if row.is_done else _("open"), row.title, row.detail) for row in doc.checklist)
	if doc.reason:
		yield ("", _("Why It Is Closed with Open Points"), doc.reason)
	if doc.closed_on:
		yield ("", _("Closed By"), f"{doc.closed_by}, {doc.closed_on}")


def _figures(doc) -> Iterable[Sequence]:
	names = ("ledger", "journal", "difference", "balance", "others")
	for row in doc.figures:
		amounts = (money(row.get(name) or 0) for name in names)
		yield (_(row.section), row.label, row.account, *amounts)


def _open_invoices(month: Month) -> tuple[list[str], Iterable[Sequence]]:
	labels = [_("Invoice"), _("Customer"), _("Status"), _("Invoice Date"), _("Purchased On"), _("Due Date")]
	labels += [_("Purchased"), _("Reserve"), _("Fee"), _("Paid by Customer"), _("Charged Back")]
	labels += [_("Open with RTS"), _("Outstanding in Books"), _("Age in Days"), _("Age Group")]
	labels += [_("Buyback On"), _("Days to Buyback"), _("Debtor's Share of Open (%)")]
	amounts = ("purchased", "reserve", "fee", "collected", "charged_back", "open_change")
	rows = (
		(
			*(row.sales_invoice, row.customer_name, _(row.factoring_status)),
			*(row.posting_date, row.bought_on, row.due_date),
			*(money(row[name] or 0) for name in (*amounts, "outstanding_amount")),
			*(row[name] for name in _AGING),
		)
		for row in month.invoices
	)
	return labels, rows


def _reserve(month: Month) -> tuple[list[str], Iterable[Sequence]]:
	labels = [_("Date"), _("What"), _("Invoice"), _("Customer"), _("Movement"), _("Balance")]
	labels += [_("Report Import"), _("Journal Entry"), _("Undone")]

	def rows():
		before = ledger_sums.of_company(month.company, before=month.first, only=("reserve",))
		balance = before["reserve"]
		yield (month.first, _("Opening balance"), "", "", ZERO, balance)
		for row in statements.movements(month.company, Role.RESERVE, month.first, month.last):
			balance += money(row.amount)
			undone = _("yes") if row.is_reversal else ""
			yield (
				*(row.posting_date, row.event, row.sales_invoice, row.customer, money(row.amount), balance),
				*(row.report_import, row.journal_entry, undone),
			)
		yield (month.last, _("Closing balance"), "", "", ZERO, balance)

	return labels, rows()


def _clearing(month: Month) -> tuple[list[str], Iterable[Sequence]]:
	found = month.clearing
	rows: list[Sequence] = [(row.source, row.day, row.left) for row in found.payouts]
	rows.append((_("Belongs to no payout"), None, -found.unexplained))
	rows.append((_("Balance of clearing"), month.last, found.balance))
	return [_("Payout"), _("Date"), _("Not at the Bank")], rows


def _decided(month: Month) -> tuple[list[str], Iterable[Sequence]]:
	labels = [_("Report Import"), _("Row"), _("Date"), _("Number in the Report"), _("Invoice"), _("Customer")]
	labels += [_("Amount"), _("Decision"), _("Type"), _("Reason"), _("Decided By"), _("Decided On")]
	labels += [_("Posted"), _("File")]
	rows = (
		(
			*(row.report_import, row.row_no, row.date, row.invoice_no, row.sales_invoice, row.debtor),
			*(money_of(row), _(row.resolution), row.event_type, row.resolution_reason),
			*(row.decided_by, row.decided_on, _("yes") if row.posted else _("no"), row.file),
		)
		for row in month.decided
	)
	return labels, rows


def _adjustments(month: Month) -> tuple[list[str], Iterable[Sequence]]:
	labels = [_("Factoring Adjustment"), _("Date"), _("Purpose"), _("Reason"), _("Made By"), _("Made On")]
	labels += [_("Posted"), _("Evidence")]
	rows = (
		(
			*(row.name, row.posting_date, _(row.purpose), row.reason, row.owner, row.creation),
			*(_("yes") if row.docstatus else _("no"), row.evidence),
		)
		for row in month.adjustments
	)
	return labels, rows


def _entries(month: Month) -> tuple[list[str], Iterable[Sequence]]:
	labels = [_("Date"), _("Journal Entry"), _("Event"), _("Invoice"), _("Customer")]
	labels += [_(role.replace("_", " ").title()) for role in ledger.ROLES]
	labels += [_("Change of the Open Position"), _("Undone"), _("Report Import"), _("Row")]
	labels += [_("Payment Reference"), _("File"), _("SHA-256 of the File"), _("Factoring Adjustment")]
	rows = (
		(
			*(row.posting_date, row.journal_entry, row.event, row.sales_invoice, row.customer),
			*(money(row[role]) if row[role] else None for role in ledger.ROLES),
			*(
				money(row.open_change) if row.open_change else None,
				_("yes") if row.is_reversal else "",
				row.report_import,
			),
			*(row.row_no, row.payment_ref, row.file, row.file_sha256, row.factoring_adjustment),
		)
		for row in month.entries()
	)
	return labels, rows


def _others(month: Month) -> tuple[list[str], Iterable[Sequence]]:
	labels = [_("Date"), _("Document Type"), _("Document"), _("Account"), _("Debit"), _("Credit")]
	labels += [_("Deposit"), _("Reference"), _("Made By"), _("Remarks")]
	rows = (
		(
			*(row.posting_date, _(row.voucher_type), row.voucher_no, row.account),
			*(money(row.debit), money(row.credit), _("yes") if row.is_deposit else ""),
			*(row.cheque_no, row.owner, row.remarks),
		)
		for row in month.others
	)
	return labels, rows


def _period_end(doc) -> Iterable[Sequence]:
	for row in doc.entries:
		yield (
			*(_(row.kind), money(row.amount or 0), row.debit_account, row.credit_account),
			*(row.basis, row.journal_entry, row.turned_back),
		)
