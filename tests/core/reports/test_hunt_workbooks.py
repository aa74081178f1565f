"""Workbooks as other factors and other programs write them: what is right for each."""

from decimal import Decimal

import pytest

from rts_factoring.core.model import Event, Outcome, ReportKind
from rts_factoring.core.reconciliation.posting_matrix import by_role
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import RowDecision
from rts_factoring.core.reports.report import read_report
from tests.support.workbooks import FIXTURES, ledger_of, receivable

HUNT = FIXTURES / "hunt"
WRITERS = (
	"purchase_backslash_names",
	"purchase_dotdot_target",
	"purchase_note_sheet_formatted_to_XFD",
	"purchase_saved_by_libreoffice",
	"purchase_streamed_empty_shared_strings",
	"purchase_utf16_sheet",
	"purchase_workbook_part_named_otherwise",
)


def report_of(name: str):
	path = HUNT / f"{name}.xlsx"
	return read_report(path.read_bytes(), path.name)


def reconciled(name: str, decisions=None):
	invoices = [
		receivable("AF-10001", "1000", "Ridge Foods"),
		receivable("AF-10002", "2450.50", "Bluegrass Paper"),
	]
	ledger, receivables = ledger_of(*invoices)
	return reconcile(report_of(name), receivables, ledger, decisions=decisions)


def net(result) -> dict[str, Decimal]:
	return {role.value: debit - credit for role, (debit, credit) in by_role(result.legs).items()}


@pytest.mark.parametrize("name", WRITERS)
def test_a_workbook_is_read_whatever_program_wrote_it(name):
	result = reconciled(name)
	assert [line.outcome for line in result.lines] == [Outcome.MATCHED] * 2
	assert net(result)["clearing"] == Decimal("3174.45") and net(result)["fee"] == Decimal("103.52")


@pytest.mark.parametrize("name", ["purchase_two_fee_columns", "purchase_two_fee_columns_no_net"])
def test_two_columns_of_fees_add_up(name):
	result = reconciled(name)
	assert [line.line.fee for line in result.lines] == [Decimal("32.00"), Decimal("73.52")]
	assert net(result)["clearing"] == Decimal("3172.45")


def test_faros_purchases():
	report = report_of("layouts/faro_purchase")
	assert [(line.purchased, line.reserve, line.fee, line.net) for line in report.lines[:2]] == [
		(Decimal("1000.00"), Decimal("15.00"), Decimal("15.00"), Decimal("970.00")),
		(Decimal("2450.50"), Decimal("36.76"), Decimal("46.76"), Decimal("2366.98")),
	]
	assert report.header.columns["advance_repaid"] and report.lines[0].date is None
	assert report.lines[2].status is Outcome.PENDING
	assert [total.label for total in report.totals] == ["3 invoices"] and not report.total_differences


def test_bobtails_payments():
	report = report_of("layouts/bobtail_payment")
	assert [line.event for line in report.lines] == [
		Event.PAYMENT,
		Event.SHORT_PAY,
		Event.OVER_PAY,
		Event.NON_PAYMENT,
		Event.NON_FACTORED,
	]
	result = reconciled("layouts/bobtail_payment", {8: RowDecision(invoice_no="AF-10001")})
	nothing = result.lines[3]
	assert (nothing.outcome, nothing.reason, nothing.effects) == (Outcome.IGNORED, "nothing_paid", ())


def test_denims_jobs_are_payments_of_rebates_and_what_is_not_read_waits():
	result = reconciled("layouts/denim_job_summary")
	line = result.lines[0]
	assert (result.report.kind.value, line.reason) == ("payment", "unread_money")
	assert line.line.unread == 900 + 900 + 70
	accepted = reconciled("layouts/denim_job_summary", {2: RowDecision(accepted=frozenset(["unread_money"]))})
	assert accepted.lines[0].reason == "nothing_paid"


def test_a_statement_of_the_reserve_is_read_as_one():
	report = report_of("layouts/jd_reserve")
	assert report.kind is ReportKind.RESERVE
	assert [(line.word, line.reserve) for line in report.lines] == [
		("Purchase", Decimal("3450.50")),
		("CashPosting", Decimal("1000.00")),
		("Fee Statement", Decimal("-12.50")),
		("Payment", Decimal("-950.00")),
	]
	assert not report.total_differences


def test_money_under_chargeback_never_posts_as_if_it_were_not_there():
	result = reconciled("layouts/generic_advance_statement")
	assert [(line.outcome, line.reason) for line in result.lines] == [
		(Outcome.MATCHED, None),
		(Outcome.BLOCKED, "recovery_unclear"),
	]
	accepted = {3: RowDecision(accepted=frozenset(["recovery_unclear"]))}
	assert net(reconciled("layouts/generic_advance_statement", accepted)) == {
		"advances": Decimal("-3450.50"),
		"clearing": Decimal("2951.93"),
		"differences": Decimal("50.00"),
		"fee": Decimal("103.52"),
		"reserve": Decimal("345.05"),
	}


def test_a_note_in_a_header_does_not_hide_the_amount():
	report = report_of("layouts/soft4")
	line = report.lines[0]
	assert (line.invoice_amount, line.advance, line.fee, line.status) == (1000, 900, 30, Outcome.MATCHED)
	assert "Advance %" in report.header.unknown and line.unread is None
