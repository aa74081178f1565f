"""However a report is arranged, its rows say the same; and whatever it holds, every row is accounted for exactly once."""

import string
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.model import ReportKind
from rts_factoring.core.reports.layout import AMOUNT_FIELDS, DATE_FIELDS, DEFAULT_LAYOUTS
from rts_factoring.core.reports.report import parse_report, read_report
from rts_factoring.core.reports.sheets import FORMULA_WITHOUT_VALUE, Sheet, Spreadsheet
from tests.support.workbooks import xlsx

FIELDS = {
	ReportKind.PURCHASE: [
		"invoice_no",
		"debtor_name",
		"debtor_code",
		"po_no",
		"invoice_date",
		"invoice_amount",
	]
	+ [
		"purchased_amount",
		"fee_amount",
		"reserve_amount",
		"other_deductions",
		"net_amount",
		"purchase_date",
		"status",
	]
	+ ["reason", "client_no", "batch_ref"],
	ReportKind.PAYMENT: [
		"invoice_no",
		"debtor_name",
		"debtor_code",
		"po_no",
		"invoice_date",
		"invoice_amount",
	]
	+ ["payment_date", "payment_ref", "transaction_type", "amount_paid", "fee_amount", "reserve_released"]
	+ ["chargeback_amount", "balance", "description", "client_no"],
}
TOTALS = ["Total", "Grand Total:", "Subtotal", "TOTALS", "Page Total", "Total for Ridgeline", "*"]
NOTES = [
	"Purchase Report",
	"Payment Report 11/01/2026 - 11/15/2026",
	"Page 2 of 3",
	"Ridgeline Foods Inc",
	"Continued:",
]
DEBTORS = ["Ridgeline Foods Inc", "Total Quality Logistics", "Harbor & Pine", "T.J. Marlow Co., Inc."]
REPEAT, BLANK = object(), object()

amounts = st.integers(min_value=1, max_value=10**9).map(lambda n: Decimal(n) / 100)
days = st.integers(min_value=0, max_value=2000).map(lambda n: date(2024, 1, 1) + timedelta(n))


def words(kind):
	layout = DEFAULT_LAYOUTS[kind]
	return st.sampled_from(sorted(layout.statuses or layout.types))


@st.composite
def lines(draw, kind):
	"""Field → value of one row, as plain values. A payment has what its type needs, so that it is no total or note."""
	number = draw(st.integers(min_value=1, max_value=99_999))
	line = {name: "" for name in FIELDS[kind]} | {
		"invoice_no": f"AF-{number}",
		"debtor_name": draw(st.sampled_from(DEBTORS)),
	}
	line["invoice_amount"] = draw(amounts)
	for name in FIELDS[kind]:
		if name in DATE_FIELDS:
			line[name] = draw(days)
		elif name in AMOUNT_FIELDS and draw(st.booleans()):
			line[name] = draw(amounts)
	line["status" if kind is ReportKind.PURCHASE else "transaction_type"] = draw(words(kind))
	line["po_no"] = draw(st.sampled_from(["", "LD7001", "88 12"]))
	line["client_no"] = "104233"
	return line


@st.composite
def spelled(draw, text):
	"""A header text in another case, with other spaces, punctuation and word for number."""
	form = draw(
		st.sampled_from([str, str.upper, str.lower, lambda t: t + ":", lambda t: t.replace(" ", "\u00a0")])
	)
	other = draw(st.sampled_from(["#", "No", "No.", "Number", "Num"]))
	return form(text.replace("Number", other) if "Number" in text else text.replace("#", other))


@st.composite
def cell(draw, value):
	"""The same value as reports write it: a number or a text, with signs, marks and spaces."""
	if isinstance(value, Decimal):
		forms = [float, str, lambda v: f"${v:,.2f}", lambda v: f"\u00a0{v:,.2f} ", lambda v: f"USD {v:.2f}"]
	elif isinstance(value, date):
		forms = [
			lambda v: v,
			date.isoformat,
			lambda v: f"{v:%m/%d/%Y}",
			lambda v: f"{v:%b} {v.day}, {v.year}",
		]
	else:
		forms = [lambda v: v or None, lambda v: f" {v}\u00a0" if v else "", lambda v: f"'{v}" if v else None]
	return draw(st.sampled_from(forms))(value)


@st.composite
def arranged(draw):
	"""Some rows, and a sheet that says them in an order and in words of its own between other rows.

	Returns the kind, the rows, the sheet, and at which of its rows (from 1) the lines stand.
	"""
	kind = draw(st.sampled_from((ReportKind.PURCHASE, ReportKind.PAYMENT)))
	layout = DEFAULT_LAYOUTS[kind]
	said = draw(st.lists(lines(kind), min_size=1, max_size=5))
	fields = draw(st.permutations(FIELDS[kind]))
	header = [draw(spelled(draw(st.sampled_from(layout.headers[name])))) for name in fields]
	extra = draw(st.sampled_from([None, 0, len(fields) // 2, len(fields)]))
	between = st.sampled_from([*TOTALS, *NOTES, REPEAT, BLANK])
	sheet = [[text] for text in draw(st.lists(st.sampled_from(NOTES), max_size=2))] + [[]] * draw(
		st.integers(0, 1)
	)
	sheet.append(header)
	places = []
	for line in [*said, None]:
		for other in (
			draw(st.lists(between, max_size=2)) if line is None or places or draw(st.booleans()) else []
		):
			sheet.append(_other(other, header, fields, said[: len(places)]))
		if line:
			sheet.append([draw(cell(line[name])) for name in fields])
			places.append(len(sheet))
	if extra is not None:
		sheet = [_with_extra(row, extra, header, at in places) for at, row in enumerate(sheet, 1)]
	return kind, said, sheet, places


def _other(what, header, fields, before):
	if what is REPEAT:
		return header
	if what is BLANK:
		return []
	if what not in TOTALS:
		return [what]
	row = [None] * len(fields)
	for place, name in enumerate(fields):
		if name in AMOUNT_FIELDS:
			row[place] = float(sum((line[name] or 0 for line in before), Decimal(0))) or None
	label = next(place for place, name in enumerate(fields) if name == "invoice_no")
	row[label] = what
	return row


def _with_extra(row, place, header, is_line):
	"""The row with a column beside the others that means nothing."""
	if len(row) < len(header):
		return row
	return [*row[:place], "Rep" if row == header else "Ann" if is_line else None, *row[place:]]


def canonical(kind, said):
	"""The same rows under the first header text of each field, as plain as can be."""
	layout = DEFAULT_LAYOUTS[kind]
	header = [layout.headers[name][0] for name in FIELDS[kind]]
	rows = [
		[float(v) if isinstance(v, Decimal) else v or None for v in map(line.get, FIELDS[kind])]
		for line in said
	]
	return read_report(xlsx([header, *rows]), "plain.xlsx").lines


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arranged())
def test_any_order_naming_and_company_of_rows_gives_the_same_lines(given_):
	kind, said, sheet, places = given_
	report = read_report(xlsx(sheet), "report.xlsx")
	assert report.kind is kind
	assert [line.row for line in report.lines] == places
	assert [line._replace(row=0) for line in report.lines] == [
		line._replace(row=0) for line in canonical(kind, said)
	]


# every row once -------------------------------------------------------------------------------------------------------

anything = st.one_of(
	st.just(""),
	st.just(""),
	st.sampled_from(
		[
			*TOTALS,
			*NOTES,
			*DEBTORS,
			"AF-1",
			"12345",
			"11/03/2026",
			"Payment",
			"Fee",
			"Held",
			"$5.00",
			"see note",
		]
	),
	st.text(alphabet=string.printable, max_size=8),
	st.floats(),
	st.integers(min_value=-(10**6), max_value=10**6).map(float),
	days,
	st.booleans(),
	st.just(FORMULA_WITHOUT_VALUE),
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_row_of_any_sheet_is_in_exactly_one_place(data):
	kind = data.draw(st.sampled_from((ReportKind.PURCHASE, ReportKind.PAYMENT)))
	layout = DEFAULT_LAYOUTS[kind]
	header = [layout.headers[name][0] for name in FIELDS[kind]]
	width = len(header)
	row = st.one_of(
		st.lists(anything, min_size=width, max_size=width),
		st.just(header),
		st.just([""] * width),
		st.tuples(anything).map(lambda cells: [*cells, *[""] * (width - 1)]),
	)
	sheet = [*data.draw(st.lists(row, max_size=2)), header, *data.draw(st.lists(row, max_size=6))]
	try:
		report = parse_report(Spreadsheet("any.xlsx", [Sheet("Any", [list(row) for row in sheet])]))
	except FileRefused as refused:
		assert refused.code in ("no_rows", "no_header", "missing_column", "duplicate_column", "wrong_kind")
		return
	placed = [line.row for line in report.lines] + [total.row for total in report.totals]
	placed += [*report.titles, *report.headers, *report.blanks]
	assert sorted(placed) == list(range(1, len(sheet) + 1))
	assert [line.row for line in report.lines] == sorted(line.row for line in report.lines)
