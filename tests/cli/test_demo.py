"""`demo` from the outside: the folder it leaves, and that page, workbook, ledger and reports say the same."""

import csv
import hashlib
import re
import shutil
from collections import defaultdict
from decimal import Decimal
from html.parser import HTMLParser

import pypdfium2
import pytest
from openpyxl import load_workbook

from rts_factoring.cli.demo.cycle import DemoCycle
from rts_factoring.cli.demo.example import DATA, load_example
from rts_factoring.cli.demo.page import render_page
from rts_factoring.cli.demo.workbook import write_workbook
from rts_factoring.core.reports.report import read_report
from tests.support.command_line import command, refused

SLUGS = {"prairie-star": "Prairie Star Carriers LLC", "blue-mesa": "Blue Mesa Logistics Inc"}
BATCHES = {"prairie-star": ("PS-B1", "PS-B2"), "blue-mesa": ("BM-B1",)}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
	"""Two runs, so that they can be compared; what the first one said."""
	folder = tmp_path_factory.mktemp("demo")
	done = [command("demo", "--out", folder / name, timeout=120) for name in ("one", "two")]
	assert [result.status for result in done] == [0, 0], done
	return folder / "one", folder / "two", done[0].out


@pytest.fixture(scope="module")
def page(demo):
	parser = Page()
	parser.feed((demo[0] / "index.html").read_text())
	return parser


class Page(HTMLParser):
	"""Tables by caption as lists of rows of cell texts; links, and everything a browser would load."""

	def __init__(self):
		super().__init__()
		self.tables, self.links, self.loads, self.text = {}, [], [], ""
		self.rows = self.cell = None

	def handle_starttag(self, tag, attributes):
		attributes = dict(attributes)
		self.loads += [attributes[name] for name in ("src", "srcset", "data", "action") if name in attributes]
		if tag == "a":
			self.links.append(attributes["href"])
		elif tag in ("script", "link", "iframe", "object"):
			self.loads.append(f"<{tag}>")
		elif tag == "table":
			self.rows = []
		elif tag == "tr":
			self.rows.append([])
		elif tag in ("td", "th", "caption"):
			self.cell = ""
		elif self.cell:
			self.cell += " "

	def handle_data(self, data):
		self.text += data
		if self.cell is not None:
			self.cell += data

	def handle_endtag(self, tag):
		if tag in ("td", "th", "caption"):
			text, self.cell = " ".join(self.cell.split()), None
			if tag == "caption":
				self.tables[text] = self.rows
			else:
				self.rows[-1].append(text)


def number(text) -> Decimal:
	return Decimal((text or "0").replace(",", "").replace("−", "-"))


def ledger(folder, slug) -> dict[str, tuple[Decimal, Decimal]]:
	"""Debit and credit by account role, added up from the ledger file."""
	sums = defaultdict(lambda: (Decimal(0), Decimal(0)))
	with (folder / slug / "ledger.csv").open(newline="") as file:
		for row in csv.DictReader(file):
			debit, credit = sums[row["Account role"]]
			sums[row["Account role"]] = (debit + number(row["Debit"]), credit + number(row["Credit"]))
	return dict(sums)


def test_the_terminal_ends_with_the_path_of_the_page(demo):
	folder, _, said = demo
	assert re.fullmatch(r"Done in [\d.]+ s\. Open (.+)", said.splitlines()[-1])[1] == str(
		folder / "index.html"
	)
	assert (folder / "index.html").is_file()


def test_every_file_arrived_as_it_was_made(demo):
	folder = demo[0]
	for slug, batches in BATCHES.items():
		arrived = folder / "at-the-factor" / slug
		assert sorted(path.name for path in arrived.iterdir()) == sorted(batches)
		for batch in batches:
			made = {path.name: path.read_bytes() for path in (folder / slug / batch).iterdir()}
			assert made == {path.name: path.read_bytes() for path in (arrived / batch).iterdir()}
			assert len(made) > 2


def test_every_schedule_names_exactly_its_packets(demo):
	folder = demo[0]
	for slug, batches in BATCHES.items():
		for batch in batches:
			(schedule,) = (folder / slug / batch).glob("*.csv")
			with schedule.open(newline="") as file:
				rows = list(csv.DictReader(file))
			assert {row["File Name"] for row in rows} == {path.name for path in schedule.parent.glob("*.pdf")}
			assert {row["Batch Number"] for row in rows} == {batch}


def test_every_packet_begins_with_the_notice_of_its_own_company_and_invoice(demo):
	for slug, name in SLUGS.items():
		for packet in demo[0].glob(f"{slug}/*/*.pdf"):
			first = pypdfium2.PdfDocument(packet)[0].get_textpage().get_text_bounded()
			text = " ".join(first.split())
			assert f"Invoice {packet.stem} has been sold and assigned to Sandbox Factor by {name}" in text


def test_balances_on_the_page_are_those_of_the_ledger_file_and_the_workbook(demo, page):
	folder = demo[0]
	sheet = load_workbook(folder / "reconciliation.xlsx")["Balances"]
	for slug, name in SLUGS.items():
		sums = ledger(folder, slug)
		rows = page.tables[f"Postings of {name} by account role"][1:]
		shown = {row[0].split()[0].lower(): tuple(map(number, row[1:])) for row in rows}
		expected = {
			role.split("_")[0]: (debit, credit, debit - credit) for role, (debit, credit) in sums.items()
		}
		assert shown == expected
		kept = {
			row[2]: (money(row[3]), money(row[4]))
			for row in sheet.iter_rows(min_row=2, values_only=True)
			if row[0] == name and row[2] != "all"
		}
		assert kept == sums


def money(value) -> Decimal:
	return Decimal(str(value)).quantize(Decimal("0.01"))


def test_each_journal_entry_balances_and_only_receivables_carry_the_invoice_to_the_debtor(demo):
	for slug in SLUGS:
		entries = defaultdict(Decimal)
		with (demo[0] / slug / "ledger.csv").open(newline="") as file:
			for row in csv.DictReader(file):
				entries[row["Entry"]] += number(row["Debit"]) - number(row["Credit"])
				assert row["Invoice"].startswith({"prairie-star": "PS-", "blue-mesa": "BM-"}[slug])
		assert set(entries.values()) == {Decimal(0)}


def test_clearing_is_what_the_factors_reports_say_was_paid_out(demo):
	for slug in SLUGS:
		reports = [
			read_report(path.read_bytes(), path.name) for path in (demo[0] / slug / "reports").iterdir()
		]
		lines = [line for report in reports for line in report.lines]
		debit, credit = ledger(demo[0], slug)["clearing"]
		assert debit - credit == sum((line.net or 0) + (line.released or 0) for line in lines)


def test_the_page_shows_each_surprise_of_the_scenario(page):
	rows = {
		(row[0], row[1].split(":")[0]): row[2:5]
		for row in page.tables["Invoices that were not simply bought and paid"]
	}
	assert rows[("PS-4105", "Held")] == ["2,310.00", "0.00", "−2,310.00"]
	assert rows[("PS-4108", "Denied")] == ["2,795.00", "0.00", "−2,795.00"]
	assert rows[("PS-4102", "Short pay")] == ["1,875.50", "1,725.50", "−150.00"]
	assert rows[("PS-4103", "Paid in part")] == ["3,120.25", "1,872.15", "−1,248.10"]
	assert rows[("PS-4106", "Overpaid")] == ["4,180.00", "4,255.00", "75.00"]
	assert rows[("PS-4109", "Charged back")] == ["1,985.00", "0.00", "−1,985.00"]


def test_a_held_invoice_is_sent_again_and_bought(page):
	rows = page.tables["States of the invoices of Prairie Star Carriers LLC by day"]
	way = next(row for row in rows if row[0].startswith("PS-4105"))
	assert [cell.split()[0] for cell in way[2:] if cell] == [
		"Submitted",
		"Held",
		"Submitted",
		"Financed",
		"Completed",
	]


def test_what_did_not_go_has_its_reason(page):
	rows = page.tables["Invoices that were not sold, with the reason and the fix"][1:]
	reasons = {row[0]: row[3] for row in rows}
	assert set(reasons) == {"PS-4114", "PS-4115", "PS-4116", "BM-2207", "BM-2208", "BM-2209", "BM-2210"}
	assert all(reasons.values())
	assert "PO Number is missing" in reasons["PS-4114"] and "(damaged).pdf" in reasons["BM-2207"]


def test_what_must_not_work_did_not_work(page, demo):
	assert "6 of 6 safety checks passed" in demo[2]
	assert "This should not have happened" not in page.text and "≠" not in page.text


def test_the_page_loads_nothing_and_its_links_lead_somewhere(demo, page):
	assert all(source.startswith("data:image/png;base64,") for source in page.loads)
	assert "url(" not in (demo[0] / "index.html").read_text()
	assert page.links
	for link in page.links:
		assert (demo[0] / link).exists(), link


def test_the_same_data_give_the_same_packets_schedules_ledgers_and_page(demo):
	one, two, _ = demo
	files = [path.relative_to(one) for path in one.rglob("*") if path.is_file() and path.suffix != ".xlsx"]
	assert len(files) > 40
	for file in files:
		assert digest(one / file) == digest(two / file), file


def digest(path) -> str:
	return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_the_demo_did_not_make_is_left_alone(tmp_path):
	(tmp_path / "taxes.xlsx").write_bytes(b"mine")
	assert "Nothing was written" in refused(command("demo", "--out", tmp_path))
	assert [path.name for path in tmp_path.iterdir()] == ["taxes.xlsx"]
	assert "it is a file" in refused(command("demo", "--out", tmp_path / "taxes.xlsx"))


def test_what_is_not_sold_is_in_no_control_figure(tmp_path):
	"""Neither a draft nor an invoice in another currency, whatever its amount."""
	data = tmp_path / "data"
	shutil.copytree(DATA, data)
	plain = (DATA / "receivables.csv").read_text()
	changed = plain.replace(",2960.00,,CAD,", ",9999.99,,CAD,").replace(
		",4990.00,,USD,draft,", ",8888.88,,USD,draft,"
	)
	assert changed.count("9999.99") == changed.count("8888.88") == 1
	(data / "receivables.csv").write_text(changed)
	figures = []
	for name, source in (("one", DATA), ("two", data)):
		demo_run = DemoCycle(
			load_example(source),
			tmp_path / name / "demo",
			tmp_path / name / "factor",
			lambda what, text: None,
		).run()
		figures.append([figure for run in demo_run.subsidiaries for figure in run.control_figures()])
	assert figures[0] == figures[1]
	sold = [figure for figure in figures[0] if figure.ours == "Receivables sold"]
	assert len(sold) == 2
	assert all(figure.agrees for figure in sold)


def test_the_page_shows_the_packet(page):
	assert sum(source.startswith("data:image/png;base64,") for source in page.loads) == 3


def test_a_hostile_customer_name_stays_text_on_the_page_and_in_every_spreadsheet(tmp_path):
	name = '=HYPERLINK("http://x","y")<script>alert(1)</script>'
	data = tmp_path / "data"
	shutil.copytree(DATA, data)
	with (
		(DATA / "receivables.csv").open(newline="") as source,
		(data / "receivables.csv").open("w", newline="") as target,
	):
		rows = csv.DictReader(source)
		writer = csv.DictWriter(target, rows.fieldnames)
		writer.writeheader()
		writer.writerows(
			row | {"customer": name if row["invoice_no"] == "PS-4101" else row["customer"]} for row in rows
		)
	demo_run = DemoCycle(
		load_example(data), tmp_path / "demo", tmp_path / "factor", lambda what, figures: None
	).run()
	assert demo_run.problems == []
	html = render_page(demo_run)
	assert "<script>" not in html and "&lt;script&gt;" in html
	write_workbook(tmp_path / "book.xlsx", demo_run)
	cell = load_workbook(tmp_path / "book.xlsx")["Invoices"]["C2"]
	assert (cell.value, cell.data_type, cell.quotePrefix) == (name, "s", True)
	(schedule,) = (tmp_path / "demo" / "prairie-star" / "PS-B1").glob("*.csv")
	assert "=HYPERLINK" not in schedule.read_text()
