"""Layouts nobody has agreed on with us, as a factor might send them: each gives the right lines and the right entries."""

from datetime import date

import pytest

from rts_factoring.core.reconciliation.posting_matrix import by_role
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reports.report import read_report
from tests.support.workbooks import PURCHASE_HEADER, delimited, ledger_of, receivable, xlsx

D4, D5, D6 = (date(2026, 11, day) for day in (4, 5, 6))
TQL = "Total Quality Logistics"


def ledger():
	return ledger_of(*(receivable(f"AF-{n}", po_no=f"LD{n}") for n in range(1, 8)))


def bought_book():
	"""A ledger in which RTS has bought all seven invoices."""
	ours, receivables = ledger()
	rows = [(f"AF-{n}", "Ridgeline Foods Inc", 1000, 1000, 30, 50, 0, 920) for n in range(1, 8)]
	ours.commit(
		reconcile(read_report(xlsx([PURCHASE_HEADER, *rows]), "bought.xlsx"), receivables, ours, "A1")
	)
	return ours, receivables


def reconciled(data, name, ours, receivables, batch=""):
	report = read_report(data, name)
	assert report.total_differences == (), "the totals of these reports are right"
	result = reconcile(report, receivables, ours, batch)
	lines = [f"{line.invoice_no or '-'} {line.reason or line.outcome.value}" for line in result.lines]
	entries = {role.value: float(debit - credit) for role, (debit, credit) in by_role(result.legs).items()}
	return lines, entries, result


PURCHASES = {
	"semicolons, an advance of 80 % and no reserve, no status": (
		delimited(
			[
				["RTS Financial"],
				["Purchase Schedule # A1"],
				["Client Number: 104233"],
				[],
				[
					"Inv No.",
					"Account Debtor",
					"Load #",
					"Inv Date",
					"Face Value",
					"Advance (80%)",
					"Discount Fee",
					"Net Funded",
				],
				[
					"AF-1",
					"Ridgeline Foods, Inc.",
					"LD1",
					"10/26/2026",
					"1,000.00",
					"800.00",
					"30.00",
					"770.00",
				],
				[
					"AF-2",
					"Ridgeline Foods, Inc.",
					"LD2",
					"10/26/2026",
					"$1,000.00",
					"$800.00",
					"$30.00",
					"$770.00",
				],
				["Totals", "", "", "", "2,000.00", "1,600.00", "60.00", "1,540.00"],
			],
			";",
		),
		"schedule.csv",
		["AF-1 matched", "AF-2 matched"],
		{"advances": -2000, "clearing": 1540, "fee": 60, "reserve": 400},
	),
	"a header of two lines with merged groups and several deductions": (
		xlsx(
			[
				["Purchase Report", "Batch: A1"],
				["Invoice", None, None, "Debtor", None, "Deductions", None, None, None, "Net"],
				[
					"Number",
					"Date",
					"Amount",
					"Name",
					"MC",
					"Fee",
					"Escrow",
					"Wire Fee",
					"Fuel Advance",
					"Funded",
				],
				["AF-1", D4, 1000, "Ridgeline", "MC-1", 30, 50, 15, 100, 805],
				["AF-2", D4, 1000, "Ridgeline", "MC-1", 30, 50, None, None, 920],
				[None, None, 2000, None, None, 60, 100, 15, 100, 1725],
			]
		),
		"report.xlsx",
		["AF-1 matched", "AF-2 matched"],
		{
			"advances": -2000,
			"cash_advances": 100,
			"charges": 15,
			"clearing": 1725,
			"fee": 60,
			"reserve": 100,
		},
	),
	"capitals, statuses, and a schedule number of the factor's own": (
		xlsx(
			[
				["SCHEDULE NO: 88123"],
				[
					"INVOICE NUMBER",
					"DEBTOR",
					"INVOICE AMT",
					"APPROVED A/R",
					"FACTOR FEE",
					"CASH RESERVE",
					"PURCHASE STATUS",
					"HELD REASON",
				],
				["AF-1", "RIDGELINE", 1000, 1000, 30, 50, "FUNDED", ""],
				["AF-2", "RIDGELINE", 1000, 0, 0, 0, "On Hold", "no POD"],
				["AF-3", "RIDGELINE", 1000, 0, 0, 0, "UNDER REVIEW", ""],
				["AF-4", "RIDGELINE", 1000, 0, 0, 0, "DECLINED", "over limit"],
				["TOTAL", "", 4000, 1000, 30, 50, "", ""],
			]
		),
		"report.xlsx",
		["AF-1 matched", "AF-2 no POD", "AF-3 pending", "AF-4 over limit"],
		{"advances": -1000, "clearing": 920, "fee": 30, "reserve": 50},
	),
	"deductions in brackets, everything a text": (
		xlsx(
			[
				["Batch #", "A1"],
				[
					"Invoice",
					"Customer",
					"Gross",
					"Purchased Amount",
					"Fees",
					"Reserves",
					"Wire Fee",
					"Net",
				],
				["AF-1", "R", "$1,000.00", "$1,000.00", "($30.00)", "($50.00)", "-", "$920.00"],
				["AF-2", "R", "$1,000.00", "$1,000.00", "($30.00)", "($50.00)", "($20.00)", "$900.00"],
			]
		),
		"report.xlsx",
		["AF-1 matched", "AF-2 matched"],
		{"advances": -2000, "charges": 20, "clearing": 1820, "fee": 60, "reserve": 100},
	),
	"client and batch in columns, no titles, dates mixed": (
		xlsx(
			[
				[
					"Client #",
					"Batch",
					"Invoice ID",
					"Bill To",
					"Original Amount",
					"Accepted",
					"Factoring Fee",
					"Holdback",
					"Paid to Client",
					"Date Funded",
				],
				["104233", "A1", "AF-1", "R", 1000, 1000, 30, 50, 920, D4],
				[104233, "A1", "af 2", "R", 1000, 1000, 30, 50, 920, "11/04/2026"],
				["104871", "A1", "AF-3", "R", 1000, 1000, 30, 50, 920, "11/04/2026"],
			]
		),
		"report.xlsx",
		["AF-1 matched", "AF-2 matched", "AF-3 other_subsidiary"],
		{"advances": -2000, "clearing": 1840, "fee": 60, "reserve": 100},
	),
	"no purchased, fee or status column: the net paid says it was bought": (
		xlsx(
			[
				["Reference", "Amount", "Reserve", "Funded"],
				["AF-1", 1000, 100, 900],
				["AF-2", 1000, None, None],
			]
		),
		"report.xlsx",
		["AF-1 matched", "AF-2 pending"],
		{"advances": -1000, "clearing": 900, "reserve": 100},
	),
	"grouped by debtor, with headings, subtotals and pages": (
		xlsx(
			[
				["Purchase Report"],
				["Schedule #", "A1", "Page 1 of 2"],
				PURCHASE_HEADER,
				[TQL],
				["AF-1", TQL, 1000, 1000, 30, 50, 0, 920],
				["AF-2", TQL, 1000, 1000, 30, 50, 0, 920],
				[f"{TQL} Total", None, 2000, 2000, 60, 100, 0, 1840],
				[],
				["Purchase Report"],
				["Schedule #", "A1", "Page 2 of 2"],
				PURCHASE_HEADER,
				["Total Transport Inc", "MC-77"],
				["AF-3", "Total Transport Inc", 1000, 1000, 30, 50, 0, 920],
				["Total for Total Transport Inc", None, 1000, 1000, 30, 50, 0, 920],
				["Grand Total", None, 3000, 3000, 90, 150, 0, 2760],
				["* Fees are billed monthly"],
			]
		),
		"report.xlsx",
		["AF-1 matched", "AF-2 matched", "AF-3 matched"],
		{"advances": -3000, "clearing": 2760, "fee": 90, "reserve": 150},
	),
}

PAYMENTS = {
	"a chargeback column and no types": (
		xlsx(
			[
				["Collections Report"],
				["From", date(2026, 11, 1), "To", date(2026, 11, 15)],
				["Account #:", 104233],
				["Ref #", "Debtor", "Chk #", "Posted Date", "Collected", "C/B", "Earned Fee", "Giveback"],
				["AF-1", "Ridgeline", "100", D4, 1000, None, None, 50],
				["AF-2", "Ridgeline", "", D5, None, 1000, None, None],
				["AF-4", "Ridgeline", "101", D6, 600, 400, 12, None],
				["AF-1", "Ridgeline", "100", D6, -1000, None, None, None],
				[None, None, None, D6, None, None, 25, None],
				["Report Total", None, None, None, 600, 1400, 37, 50],
			]
		),
		"report.xlsx",
		["AF-1 matched", "AF-2 matched", "AF-4 matched", "AF-1 matched", "- matched"],
		{
			"advances": 1000 + 1000 + 600 + 400 - 1000,
			"clearing": 50,
			"fee": 37,
			"receivable": -600,
			"reserve": -50 - 1400 - 37,
		},
	),
	"types in other words, charges that stand alone, a debtor named Total": (
		xlsx(
			[
				[
					"Invoice #",
					"Broker",
					"Check/ACH Number",
					"Paid Date",
					"Activity",
					"Amount Received",
					"Applied to Fee",
					"Due to Client",
					"Open Balance",
					"Comments",
				],
				["AF-1", TQL, "9", D4, "CashPosting", 1000, 0, 50, 0, ""],
				["AF-2", TQL, "9", D4, "In Full", 1000, 0, 50, 0, ""],
				["", f"{TQL} Total", "", "", "", 2000, 0, 100, 0, ""],
				["", "", "", D4, "Wire Fee", "", 15, "", "", ""],
				["AF-3", "Landstar", "10", "11/05/2026", "Recourse", 1000, "", "", "", "120 days"],
				["AF-3", "Landstar", "10", "11/06/2026", "Chargeback Reversal", 1000, "", "", "", ""],
				["AF-4", "Landstar", "11", "11/06/2026", "Volume Rebate", "", 3, "", "", ""],
				["AF-2", "Landstar", "12", "11/06/2026", "Payment Removed", "(1,000.00)", "", "", "", ""],
				["AF-5", "Landstar", "13", "11/06/2026", "Write-Off", 5, "", "", "", ""],
				["Grand Total", "", "", "", "", 3005, 18, 100, "", ""],
			]
		),
		"report.xlsx",
		[
			"AF-1 matched",
			"AF-2 matched",
			"- matched",
			"AF-3 matched",
			"AF-3 matched",
			"AF-4 matched",
			"AF-2 matched",
		]
		+ ["AF-5 needs_decision"],
		{
			"advances": 1000,
			"charges": 15,
			"clearing": 100,
			"fee": -3,
			"receivable": -1000,
			"reserve": -100 - 15 + 3,
		},
	),
	"tabs and UTF-16, no types, an overpayment, numbers without prefix": (
		delimited(
			[
				["Payment Report"],
				["Period: 11/01/2026 thru 11/15/2026", "Client Number: 104233"],
				["Invoice Number", "Customer", "PO #", "Payment Date", "Payment Type", "Payment Amount"],
				["AF-1", "Ridgeline", "", "11/04/2026", "Check", "1,000.00"],
				["AF 2", "Ridgeline", "", "11/04/2026", "ACH", "1,100.00"],
				["3", "Ridgeline Foods Inc", "", "11/04/2026", "ACH", "1,000.00"],
				["", "Ridgeline Foods Inc", "LD-4", "11/04/2026", "ACH", "1,000.00"],
				["", "Ridgeline Foods Inc", "", "11/04/2026", "ACH", "1,000.00"],
				["3", "Somebody Else", "", "11/04/2026", "ACH", "1,000.00"],
			],
			"\t",
			"utf-16",
		),
		"report.txt",
		[
			"AF-1 matched",
			"AF-2 matched",
			"AF-3 digits_only",
			"AF-4 po_number",
			"- missing_invoice",
			"3 unknown_invoice",
		],
		{"advances": 2000, "customer_credit": -100, "receivable": -2000, "reserve": 100},
	),
	"a header of two lines with groups, and the check's own amount": (
		xlsx(
			[
				["Payment Report 11/01/2026 - 11/15/2026"],
				["Invoice", None, None, "Check", None, None, "Payment", None, "Reserve"],
				["#", "Date", "Amount", "#", "Date", "Amount", "Amount", "Type", "Released"],
				["AF-1", D4, 1000, "77", D5, 1900, 1000, "Payment", 50],
				["AF-2", D4, 1000, "77", D5, 1900, 900, "Short Pay", None],
			]
		),
		"report.xlsx",
		["AF-1 matched", "AF-2 matched"],
		{"advances": 2000, "clearing": 50, "receivable": -1900, "reserve": -50 - 100},
	),
}


@pytest.mark.parametrize("name", PURCHASES)
def test_a_purchase_report_in_another_layout(name):
	data, file_name, lines, entries = PURCHASES[name]
	found, posted, result = reconciled(data, file_name, *ledger(), batch="A1")
	assert (found, posted, result.batch) == (lines, entries, "A1")


@pytest.mark.parametrize("name", PAYMENTS)
def test_a_payment_report_in_another_layout(name):
	data, file_name, lines, entries = PAYMENTS[name]
	found, posted, _ = reconciled(data, file_name, *bought_book())
	assert (found, {role: amount for role, amount in posted.items() if amount}) == (lines, entries)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_a_csv_is_read_in_any_usual_form(delimiter, encoding, line_end):
	rows = [
		PURCHASE_HEADER,
		("AF-1", "Café Marlow; Co, Inc. | Ltd", "1,000.00", "1,000.00", 30, 50, 0, "920.00"),
	]
	data = delimited([["Report"], *rows], delimiter, encoding, line_end)
	(line,) = read_report(data, "report.csv").lines
	assert (line.debtor_name, line.purchased, line.net) == ("Café Marlow; Co, Inc. | Ltd", 1000, 920)


@pytest.mark.parametrize(
	"data, code",
	[(b"", "no_rows"), (b" \r\n", "no_rows"), (b"PK\x03\x04...", "not_xlsx"), (b"a\x00b", "not_xlsx")],
)
def test_what_is_no_csv_says_so(data, code):
	from rts_factoring.core.errors import FileRefused

	with pytest.raises(FileRefused) as caught:
		read_report(data, "report.csv")
	assert caught.value.code == code
