"""`rts-factoring inspect` and `reconcile` as tools: what they take, what they print, how they fail."""

import json
import shutil
from datetime import date
from decimal import Decimal

import pytest

from rts_factoring.cli import main
from rts_factoring.cli.sources import read_receivables
from tests.support.other_workbooks import ods
from tests.support.workbooks import COMPANY, DAY, FIXTURES, PAYMENT_HEADER, PURCHASE_HEADER, delimited, xlsx

RECEIVABLES = "company,client_number,invoice_no,customer,amount,invoice_date,standing,outstanding\n"
OURS = f"{COMPANY},104233,AF-1,Ridgeline Foods Inc,1000.00,2026-10-26,open,\n"
BOUGHT = ("AF-1", "Ridgeline Foods Inc", 1000, 1000, 30, 50, 0, 920)


@pytest.fixture
def run(tmp_path, capsys):
	"""Run a command on files of one folder; gives its exit status, output and error text."""
	(tmp_path / "receivables.csv").write_text(RECEIVABLES + OURS)
	(tmp_path / "batches.json").write_text(json.dumps({"A1": {"company": COMPANY, "invoices": ["AF-1"]}}))
	(tmp_path / "bought.xlsx").write_bytes(xlsx([PURCHASE_HEADER, BOUGHT]))

	def run(*reports, company=COMPANY, policy="borrowing", as_json=True, **files):
		for name, content in files.items():
			(tmp_path / name.replace("_", ".")).write_text(content)
		options = [
			"--receivables",
			str(tmp_path / "receivables.csv"),
			"--batches",
			str(tmp_path / "batches.json"),
		]
		options += ["--company", company, "--policy", policy, *(["--json"] if as_json else [])]
		status = main(["reconcile", *options, *(str(tmp_path / report) for report in reports)])
		return status, *capsys.readouterr()

	return run


def test_one_line_of_json_a_report(run, tmp_path):
	(tmp_path / "paid.xlsx").write_bytes(
		xlsx([PAYMENT_HEADER, ("AF-1", "R", "1", DAY, "Payment", 1000, 1000)])
	)
	status, out, err = run("bought.xlsx@A1", "paid.xlsx")
	bought, paid = map(json.loads, out.splitlines())
	assert (status, err) == (0, "")
	assert (bought["kind"], bought["batch"], bought["totals"]["net"]) == ("purchase", "A1", "920.00")
	assert (paid["kind"], paid["period"], paid["lines"][0]["type"]) == ("payment", None, "payment")
	assert paid["postings"]["advances"] == {"debit": "1000.00", "credit": "0.00"}


def test_people_read_why_a_row_waits(run, tmp_path):
	row = ("AF-1", "R", "1", DAY, "Misc Adj", 1000, 12.34)
	(tmp_path / "paid.xlsx").write_bytes(xlsx([PAYMENT_HEADER, row]))
	_, out, _ = run("paid.xlsx", as_json=False)
	assert "(unknown_type: The column Type says Misc Adj. The type is unknown.)" in out


def test_people_read_a_table(run):
	status, out, _ = run("bought.xlsx@A1", as_json=False)
	assert status == 0
	assert "bought.xlsx: purchase report, Acme Freight LLC, A1" in out
	assert "matched  purchased=1000.00 fee=30.00 reserve=50.00 other=0.00 net=920.00" in out
	assert any(line.split() == ["advances", "0.00", "1000.00"] for line in out.splitlines())


def test_a_file_name_may_hold_an_at_sign(run, tmp_path):
	shutil.copy(tmp_path / "bought.xlsx", tmp_path / "a@A9.xlsx")
	status, out, _ = run("a@A9.xlsx")
	assert status == 0 and json.loads(out)["file"] == "a@A9.xlsx"


@pytest.mark.parametrize(
	"files, more, code, says",
	[
		(
			{"receivables_csv": "company,invoice_no\n"},
			{},
			"bad_receivables",
			"customer, amount, invoice_date",
		),
		({"receivables_csv": RECEIVABLES + OURS.replace("1000.00", "lots")}, {}, "bad_receivables", "row 2"),
		(
			{"receivables_csv": RECEIVABLES + OURS.replace("2026-10-26", "soon")},
			{},
			"bad_receivables",
			"'soon'",
		),
		(
			{"receivables_csv": RECEIVABLES + OURS.replace("2026-10-26", "")},
			{},
			"bad_receivables",
			"invoice_date is empty",
		),
		({"receivables_csv": RECEIVABLES + OURS.replace("open", "gone")}, {}, "bad_receivables", "'gone'"),
		(
			{"receivables_csv": RECEIVABLES + OURS.replace("AF-1", "")},
			{},
			"bad_receivables",
			"invoice_no is empty",
		),
		({"receivables_csv": RECEIVABLES + OURS + "x" * 200_000}, {}, "not_csv", "CSV"),
		({"receivables_csv": OURS + RECEIVABLES}, {}, "bad_receivables", "no column company"),
		(
			{"receivables_csv": RECEIVABLES.replace("standing", "company")},
			{},
			"bad_receivables",
			"more than once",
		),
		({"receivables_csv": "%PDF-1.7"}, {}, "not_xlsx", "This is a PDF"),
		({"batches_json": "["}, {}, "bad_batches", "list of batches"),
		({"batches_json": '{"A1": ["AF-1"]}'}, {}, "bad_batches", "list of batches"),
		({}, {"company": "Nobody"}, "unknown_company", "Nobody"),
	],
)
def test_what_is_wrong_with_the_input_is_said_in_a_sentence(run, files, more, code, says):
	status, out, err = run("bought.xlsx", **files, **more)
	assert status == 1 and json.loads(out)["error"]["code"] == code
	assert says in err and err.count("\n") == 1


def test_a_batch_we_do_not_have_is_refused(run):
	status, out, _ = run("bought.xlsx@A9")
	assert status == 1 and json.loads(out)["error"]["code"] == "wrong_batch"


def test_a_file_that_is_not_there_is_named(run):
	status, _, err = run("nothing.xlsx")
	assert status == 1 and "nothing.xlsx: there is no such file" in err


def test_wrong_usage_is_status_two(capsys):
	with pytest.raises(SystemExit) as stopped:
		main(["reconcile", "--policy", "factoring", "x.xlsx"])
	assert stopped.value.code == 2


def test_inspect_shows_a_person_what_each_column_and_row_became(capsys):
	assert main(["inspect", str(FIXTURES / "payment_messy.xlsx")]) == 0
	out = capsys.readouterr().out
	assert "payment report" in out and "header in row 5" in out
	assert "amount_paid        Payment Amount" in out
	assert "<- The column Type says Misc Adj. The type is unknown. (unknown_type)" in out
	assert "<- The column Payment Date says 13/45/2026. The date cannot be read. (invalid_date)" in out
	assert "15 lines, 2 totals" in out


ROWS = [
	("Company", "Client Number", "Invoice No", "Customer", "Amount", "Invoice Date", "Due Date"),
	(COMPANY, "104233", "AF-1", "Café Ridgeline; Foods, Inc", "$1,000.00", "10/26/2026", "11/25/26"),
	(COMPANY, "104233", "00012", "Ridgeline", "(50.00)", "26-Oct-2026", ""),
	("", "", "", "", "", "", ""),
]


def receivables_of(path, **options):
	found = read_receivables(str(path), **options).all
	return [(each.invoice_no, each.customer, each.amount, each.invoice_date, each.due_date) for each in found]


READ = [
	("AF-1", "Café Ridgeline; Foods, Inc", Decimal("1000.00"), date(2026, 10, 26), date(2026, 11, 25)),
	("00012", "Ridgeline", Decimal("-50.00"), date(2026, 10, 26), None),
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_receivables_take_the_separators_encodings_and_dates_of_reports(tmp_path, delimiter, encoding):
	(tmp_path / "r.csv").write_bytes(delimited(ROWS, delimiter, encoding))
	assert receivables_of(tmp_path / "r.csv") == READ


def test_receivables_may_be_a_workbook(tmp_path):
	(tmp_path / "r.xlsx").write_bytes(xlsx(ROWS))
	(tmp_path / "r.ods").write_bytes(ods(("A", ROWS)))
	assert receivables_of(tmp_path / "r.xlsx") == receivables_of(tmp_path / "r.ods") == READ


def test_the_order_of_dates_in_receivables_can_be_said(tmp_path):
	(tmp_path / "r.csv").write_bytes(delimited([ROWS[0], (*ROWS[1][:5], "03/11/2026", "2026-11-04")]))
	days = {order: receivables_of(tmp_path / "r.csv", date_order=order)[0][3:] for order in ("MDY", "DMY")}
	due = date(2026, 11, 4)
	assert days == {"MDY": (date(2026, 3, 11), due), "DMY": (date(2026, 11, 3), due)}


def test_the_books_of_another_subsidiary_are_left_out(run, tmp_path):
	other = (
		OURS.replace(COMPANY, "Bluebird Logistics Inc").replace("AF-1", "BL-1").replace("104233", "104871")
	)
	rows = [PURCHASE_HEADER, BOUGHT, ("BL-1", *BOUGHT[1:])]
	(tmp_path / "both.xlsx").write_bytes(xlsx(rows))
	_, out, _ = run("both.xlsx", receivables_csv=RECEIVABLES + OURS + other)
	assert [line["reason"] for line in json.loads(out)["lines"]] == [None, "other_subsidiary"]
