"""The schedule says what the factor's layout asks, and a wrong cell fails its invoice, not the batch's meaning."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rts_factoring.core.errors import FactoringError, LayoutError
from rts_factoring.core.model import Receivable
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT, ScheduleLayout
from rts_factoring.core.schedule.render import (
	Column,
	ScheduleLine,
	numbered,
	packet_name,
	packet_names,
	problems,
	render,
	schedule_name,
	write_zip,
	zip_name,
)

TODAY = date(2026, 11, 3)


def invoice(number: str = "AF-10001", **changes) -> Receivable:
	facts = {
		"invoice_no": number,
		"company": "Acme Freight LLC",
		"customer": "Ridgeline Foods Inc",
		"amount": Decimal("2450.00"),
		"invoice_date": date(2026, 10, 26),
		"customer_mc": "MC-318842",
		"customer_code": "7731",
		"po_no": "LD70001",
		"load_no": "L-1",
	}
	return Receivable(**{**facts, **changes})


def schedule(layout: ScheduleLayout, *invoices: Receivable) -> bytes:
	lines = [ScheduleLine(one, packet_name(layout, one.invoice_no)) for one in invoices]
	return render(layout, "A1", "104233", lines, TODAY)


def layout(*columns: Column, **changes) -> ScheduleLayout:
	return ScheduleLayout(name="Test", columns=columns or (Column("invoice_no"), Column("amount")), **changes)


def test_the_default_schedule():
	assert schedule(
		DEFAULT_LAYOUT, invoice(), invoice("AF-10005", customer="T.J. Marlow Co., Inc.", customer_mc="")
	) == (
		b"Client Number,Invoice Number,Invoice Date,Customer Name,Customer MC,PO Number,Invoice Amount,"
		b"Load Number,Batch Number,File Name\r\n"
		b"104233,AF-10001,10/26/2026,Ridgeline Foods Inc,MC-318842,LD70001,2450.00,L-1,A1,AF-10001.pdf\r\n"
		b'104233,AF-10005,10/26/2026,"T.J. Marlow Co., Inc.",,LD70001,2450.00,L-1,A1,AF-10005.pdf\r\n'
	)


def test_the_default_file_names():
	assert schedule_name(DEFAULT_LAYOUT, "104233", "A1", TODAY) == "104233_A1_20261103.csv"
	assert zip_name(DEFAULT_LAYOUT, "104233", "A1", TODAY) == "104233_A1_20261103.zip"
	assert packet_name(DEFAULT_LAYOUT, "AF-10001") == "AF-10001.pdf"


@pytest.mark.parametrize(
	("made", "expected"),
	[
		pytest.param(layout(header=False), b"AF-10001,2450.00\r\n", id="no header"),
		pytest.param(
			layout(Column("amount"), Column("invoice_no"), header=False), b"2450.00,AF-10001\r\n", id="order"
		),
		pytest.param(
			layout(
				Column("invoice_no", title="Inv #"), Column(title="Type", constant="F"), Column(title="Spare")
			),
			b"Inv #,Type,Spare\r\nAF-10001,F,\r\n",
			id="titles, constant and blank columns",
		),
		pytest.param(layout(amounts="cents", header=False), b"AF-10001,245000\r\n", id="cents"),
		pytest.param(
			layout(
				Column("invoice_date"),
				Column("due_date"),
				Column("today"),
				header=False,
				date_format="%Y%m%d",
			),
			b"20261026,,20261103\r\n",
			id="dates, one of them unknown",
		),
		pytest.param(layout(header=False, delimiter=";"), b"AF-10001;2450.00\r\n", id="semicolon"),
		pytest.param(layout(header=False, delimiter="\t"), b"AF-10001\t2450.00\r\n", id="tab"),
		pytest.param(layout(header=False, delimiter="|"), b"AF-10001|2450.00\r\n", id="bar"),
		pytest.param(layout(header=False, quoting="all"), b'"AF-10001","2450.00"\r\n', id="all quoted"),
		pytest.param(layout(header=False, line_end="\n"), b"AF-10001,2450.00\n", id="line end"),
		pytest.param(
			layout(header=False, bom=True), b"\xef\xbb\xbfAF-10001,2450.00\r\n", id="byte order mark"
		),
		pytest.param(
			layout(
				Column("invoice_no", width=10),
				Column("amount", width=12, align="right", pad="0"),
				Column("customer", width=6, cut=True),
				header=False,
				delimiter="",
				amounts="cents",
			),
			b"AF-10001  000000245000Ridgel\r\n",
			id="fixed width, padding, a name that may be cut",
		),
		pytest.param(
			layout(Column("customer_code", title="REFNO")), b"REFNO\r\n7731\r\n", id="the debtor's own code"
		),
	],
)
def test_what_a_layout_can_say(made, expected):
	assert schedule(made, invoice()) == expected


def test_an_encoding_carries_its_own_letters():
	made = layout(Column("customer"), header=False, encoding="cp1252")
	assert schedule(made, invoice(customer="Müller & Söhne")) == "Müller & Söhne\r\n".encode("cp1252")


def test_a_quote_in_a_name_is_doubled():
	rendered = schedule(layout(Column("customer"), header=False), invoice(customer='The "Big" One, Inc'))
	assert rendered == b'"The ""Big"" One, Inc"\r\n'


@given(
	st.lists(
		st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: text + "x"), min_size=1, max_size=5
	),
	st.sampled_from([",", ";", "\t", "|"]),
	st.sampled_from(["minimal", "all"]),
)
def test_every_row_reads_back_as_its_cells(names, delimiter, quoting):
	made = layout(
		Column("invoice_no"), Column("customer"), header=False, delimiter=delimiter, quoting=quoting
	)
	invoices = [invoice(f"AF-{number}", customer=name) for number, name in enumerate(names)]
	text = schedule(made, *invoices).decode()
	rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
	assert [row[0] for row in rows] == [one.invoice_no for one in invoices]
	assert all(len(row) == 2 and row[1].isprintable() for row in rows)


class TestHygiene:
	def test_a_name_loses_what_would_run_as_a_formula(self):
		rendered = schedule(layout(Column("customer"), header=False), invoice(customer="=@+-Ridgeline-Foods"))
		assert rendered == b"Ridgeline-Foods\r\n"

	@pytest.mark.parametrize("sign", list("=+-@") + ["\t=", "\r@", "＝"])
	def test_a_number_that_would_run_as_a_formula_is_refused_not_changed(self, sign):
		assert "formula" in problems(DEFAULT_LAYOUT, invoice(po_no=f"{sign}1"))[0]

	def test_control_and_format_characters_go_and_lines_stay_lines(self):
		dirty = invoice(customer="Ridge\u200bline\x00\r\n Foods\xa0\u202eInc\ufeff")
		assert schedule(layout(Column("customer"), header=False), dirty) == b"Ridgeline Foods Inc\r\n"

	def test_a_negative_amount_is_no_invoice(self):
		assert problems(DEFAULT_LAYOUT, invoice(amount=Decimal("-5"))) == [
			"Invoice Amount -5.00 is not above zero."
		]


class TestProblems:
	"""A flaw fails that invoice only, and says which column."""

	def test_a_complete_invoice_has_none(self):
		assert problems(DEFAULT_LAYOUT, invoice()) == []

	@pytest.mark.parametrize(
		("changes", "column"), [({"po_no": ""}, "PO Number"), ({"customer": " \x00"}, "Customer Name")]
	)
	def test_a_required_column_without_a_value(self, changes, column):
		assert problems(DEFAULT_LAYOUT, invoice(**changes)) == [f"{column} is missing."]

	def test_a_number_longer_than_its_column_is_never_cut(self):
		made = layout(Column("invoice_no", width=5))
		assert "longer than the 5 characters" in problems(made, invoice())[0]

	def test_a_letter_the_encoding_cannot_carry(self):
		assert "'Ł'" in problems(layout(Column("customer"), encoding="cp1252"), invoice(customer="Łódź"))[0]

	def test_a_delimiter_inside_a_cell_without_quotes(self):
		made = layout(Column("customer"), quoting="none")
		assert "delimiter" in problems(made, invoice(customer="Marlow, Inc"))[0]

	def test_a_number_that_gives_no_file_name(self):
		assert "No file name" in problems(layout(), invoice("///"))[0]

	def test_rendering_names_every_invoice_that_is_wrong(self):
		with pytest.raises(FactoringError) as caught:
			schedule(DEFAULT_LAYOUT, invoice(), invoice("AF-2", po_no=""), invoice("AF-3", customer=""))
		assert caught.value.code == "schedule_incomplete"
		assert "AF-2: PO Number is missing. AF-3: Customer Name is missing." in caught.value.message

	def test_a_batch_without_invoices_has_no_schedule(self):
		with pytest.raises(FactoringError) as caught:
			render(DEFAULT_LAYOUT, "A1", "104233", [], TODAY)
		assert caught.value.code == "empty_batch"


class TestNames:
	@pytest.mark.parametrize(
		("number", "name"),
		[
			("INV/2026/001", "INV-2026-001.pdf"),
			("../../etc/passwd", "etc-passwd.pdf"),
			("AF 10001", "AF-10001.pdf"),
			("Ä-1", "A-1.pdf"),
			("AF\n10001", "AF-10001.pdf"),
			("C:\\x", "C-x.pdf"),
			(".hidden", "hidden.pdf"),
		],
	)
	def test_a_number_stays_recognisable_and_is_never_a_path(self, number, name):
		assert packet_name(DEFAULT_LAYOUT, number) == name

	@given(st.text(min_size=1, max_size=60))
	def test_no_number_makes_more_than_a_file_name(self, number):
		try:
			name = packet_name(DEFAULT_LAYOUT, number)
		except FactoringError as error:
			assert error.code == "bad_file_name"
		else:
			assert name.isascii() and name.isprintable()
			assert not set(name) & set('/\\:*?"<>| ') and not name.startswith((".", "-")) and ".." not in name

	@pytest.mark.parametrize(("one", "other"), [("AF/1", "AF-1"), ("af-1", "AF-1"), ("Ä1", "A1")])
	def test_two_invoices_of_one_name_are_an_error_that_names_both(self, one, other):
		with pytest.raises(FactoringError) as caught:
			packet_names(DEFAULT_LAYOUT, [one, other])
		assert caught.value.code == "name_collision"
		assert one in caught.value.message and other in caught.value.message

	def test_a_schedule_is_not_rendered_over_a_collision(self):
		with pytest.raises(FactoringError) as caught:
			schedule(DEFAULT_LAYOUT, invoice("AF/1"), invoice("AF-1"))
		assert caught.value.code == "name_collision"

	def test_a_pattern_may_hold_client_batch_and_date(self):
		made = layout(packet_pattern="{client}_{yyyymmdd}_{batch}_{invoice}.pdf")
		names = packet_names(made, ["AF-1"], client_number="104233", batch="A1", today=TODAY)
		assert names == {"AF-1": "104233_20261103_A1_AF-1.pdf"}

	def test_a_name_too_long_for_some_server_is_refused(self):
		with pytest.raises(FactoringError) as caught:
			packet_name(DEFAULT_LAYOUT, "9" * 120)
		assert caught.value.code == "bad_file_name"


class TestLayouts:
	@pytest.mark.parametrize(
		"changes",
		[
			{"delimiter": "x"},
			{"quoting": "some"},
			{"encoding": "klingon"},
			{"encoding": "cp1252", "bom": True},
			{"packet_pattern": "packet.pdf"},
			{"packet_pattern": "../{invoice}.pdf"},
			{"schedule_pattern": "{invoice}.csv"},
			{"schedule_pattern": "{client.__class__}.csv"},
			{"delimiter": ""},
		],
	)
	def test_a_layout_that_contradicts_itself_cannot_be_made(self, changes):
		with pytest.raises(LayoutError):
			layout(**changes)

	@pytest.mark.parametrize(
		"column",
		[Column("profit"), Column("amount", pad="00"), Column("amount", align="up"), Column(constant="a\nb")],
	)
	def test_a_column_that_makes_no_sense_is_refused(self, column):
		with pytest.raises(LayoutError):
			layout(column)

	def test_a_layout_without_columns_is_refused(self):
		with pytest.raises(LayoutError):
			ScheduleLayout(name="None", columns=())

	def test_a_layout_survives_being_stored(self):
		made = replace(DEFAULT_LAYOUT, delimiter="\t", bom=True, as_zip=True, remote_folder="in")
		assert ScheduleLayout.from_dict(json.loads(json.dumps(made.as_dict()))) == made

	def test_a_stored_layout_of_another_version_is_refused_by_name(self):
		with pytest.raises(LayoutError, match="colour"):
			ScheduleLayout.from_dict({**DEFAULT_LAYOUT.as_dict(), "colour": "red"})


def test_a_name_sent_again_gets_a_number_before_its_ending():
	assert numbered("AF-10002.pdf", 2) == "AF-10002-2.pdf"
	assert numbered("AF-10002", 3) == "AF-10002-3"


def test_a_packet_pattern_with_the_day_is_no_problem_of_the_invoice():
	assert (
		problems(replace(DEFAULT_LAYOUT, packet_pattern="{invoice}_{yyyymmdd}_{batch}.pdf"), invoice()) == []
	)


def test_a_zip_holds_packets_and_schedule_and_is_the_same_each_time(tmp_path):
	packet = tmp_path / "AF-1.pdf"
	packet.write_bytes(b"%PDF packet")
	entries = [("AF-1.pdf", packet), ("104233_A1_20261103.csv", b"schedule")]
	write_zip(tmp_path / "one.zip", entries)
	write_zip(tmp_path / "two.zip", entries)
	assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
	with zipfile.ZipFile(tmp_path / "one.zip") as archive:
		assert {name: archive.read(name) for name in archive.namelist()} == {
			"AF-1.pdf": b"%PDF packet",
			"104233_A1_20261103.csv": b"schedule",
		}
