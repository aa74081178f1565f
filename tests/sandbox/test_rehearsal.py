"""A rehearsed delivery: the real delivery to a sandbox, a packet and a schedule each, and nothing left."""

import io
import tempfile
import threading
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.errors import FactoringError
from rts_factoring.core.notice.notice import Notice
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT
from rts_factoring.sandbox.rehearsal import Client, rehearse
from rts_factoring.sandbox.server import SandboxServer

TODAY = date(2026, 11, 3)
ACME = Client("Acme Freight LLC", "104233")


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path, monkeypatch):
	monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
	yield
	assert list(tmp_path.iterdir()) == []
	assert not [thread for thread in threading.enumerate() if thread.name == "sandbox-sftp"]


def test_the_factor_receives_both_packets_and_the_schedule_and_buys():
	seen = rehearse(ACME, TODAY)
	assert [(file.name, file.whole) for file in seen.files] == [
		("EX-10001.pdf", True),
		("EX-10002.pdf", True),
		("104233_REHEARSAL_20261103.csv", True),
	]
	assert seen.files[-1].content == seen.schedule
	assert b"104233,EX-10001,11/03/2026," in seen.schedule
	assert [(line.invoice_no, str(line.net)) for line in seen.report.lines] == [
		("EX-10001", "1702.00"),  # 1,850.00 less 3 % fee and 5 % reserve
		("EX-10002", "2217.89"),  # 2,410.75
	]


def test_one_zip_is_received_and_bought():
	seen = rehearse(replace(ACME, as_zip=True), TODAY)
	assert [file.name for file in seen.files] == ["104233_REHEARSAL_20261103.zip"]
	assert len(seen.report.lines) == 2


def test_each_packet_has_the_notice_and_a_page_for_each_kind_and_says_that_it_is_an_example():
	notice = Notice(ACME.company, "PAY THE FACTOR. {invoice} of {company} is assigned.", "The Factor")
	kinds = (DocumentKind.POD, DocumentKind.BOL)
	seen = rehearse(replace(ACME, notice=notice, kinds=kinds), TODAY)
	pages = PdfReader(io.BytesIO(seen.packets["EX-10001.pdf"])).pages
	texts = [page.extract_text() for page in pages]
	assert "EX-10001 of Acme Freight LLC is assigned" in texts[0]
	for text, title in zip(
		texts, ("NOT AN INVOICE", "EXAMPLE: Proof of Delivery", "EXAMPLE: Bill of Lading"), strict=True
	):
		assert title in text


def test_a_layout_that_cannot_list_the_examples_is_refused_before_anything_is_sent(monkeypatch):
	monkeypatch.setattr(SandboxServer, "start", lambda self: pytest.fail("A server was started."))
	columns = tuple(replace(c, width=3) if c.field == "invoice_no" else c for c in DEFAULT_LAYOUT.columns)
	with pytest.raises(FactoringError, match="EX-10001"):
		rehearse(replace(ACME, layout=replace(DEFAULT_LAYOUT, columns=columns)), TODAY)


def test_a_line_that_is_cut_on_the_way_leaves_no_server(monkeypatch):
	monkeypatch.setattr(SandboxServer, "_serve", lambda self, sock: sock.close())
	with pytest.raises(FactoringError):
		rehearse(ACME, TODAY)


def test_a_schedule_the_sandbox_cannot_read_is_received_all_the_same():
	columns = tuple(column for column in DEFAULT_LAYOUT.columns if column.field != "amount")
	seen = rehearse(replace(ACME, layout=replace(DEFAULT_LAYOUT, columns=columns)), TODAY)
	assert len(seen.files) == 3
	assert seen.report is None
	assert "amount" in str(seen.problem)
