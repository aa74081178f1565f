"""The sandbox factor behaves as the real one is documented to, so that a rehearsal means something."""

import hashlib
import io
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import paramiko
import pytest
from openpyxl import load_workbook
from reportlab.pdfgen.canvas import Canvas

from rts_factoring.core.delivery import Connection, OutgoingFile, deliver, fetch_file, list_folder
from rts_factoring.core.errors import FactoringError
from rts_factoring.core.model import Receivable
from rts_factoring.core.money import money
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT
from rts_factoring.core.schedule.render import ScheduleLine, packet_name, render, schedule_name
from rts_factoring.sandbox import Agreement, Factor, SandboxServer, Scenario, serve

TODAY = date(2026, 11, 3)
AMOUNTS = {
	f"AF-{10001 + n}": Decimal(a)
	for n, a in enumerate(("2450", "1875.50", "3120.25", "990", "4410.10", "1240.99"))
}


def one_of_each(amounts: dict) -> Scenario:
	"""A scenario with one of each event, on the first six invoices."""
	held, denied, short, partial, over, charged_back = list(amounts)[:6]
	return Scenario(
		held={held: "Illegible POD"},
		denied={denied: "Debtor credit limit exceeded"},
		short_pay={short: amounts[short] - 100},
		partial={partial: money(amounts[partial] * Decimal("0.6"))},
		over_pay={over: amounts[over] + 75},
		chargeback={charged_back: "Recourse 90 days"},
	)


def pdf(text: str) -> bytes:
	target = io.BytesIO()
	canvas = Canvas(target)
	canvas.drawString(72, 720, text)
	canvas.showPage()
	canvas.save()
	return target.getvalue()


def write_batch(folder, batch="A1", amounts=AMOUNTS, client="104233"):
	"""What a carrier sends: a packet for each invoice and the schedule; returns the schedule's path."""
	lines = []
	for number, amount in amounts.items():
		invoice = Receivable(
			number, "Acme", "Ridgeline Foods Inc", amount, date(2026, 10, 26), po_no=f"LD{number[-3:]}"
		)
		lines.append(ScheduleLine(invoice, packet_name(DEFAULT_LAYOUT, number)))
		(folder / lines[-1].file_name).write_bytes(pdf(number))
	schedule = folder / schedule_name(DEFAULT_LAYOUT, client, batch, TODAY)
	schedule.write_bytes(render(DEFAULT_LAYOUT, batch, client, lines, TODAY))
	return schedule


def rows(report) -> list[tuple]:
	return list(load_workbook(report).active.iter_rows(values_only=True))


def cells(report, header: int) -> dict[str, dict]:
	"""The lines of a report by invoice."""
	found = rows(report)
	return {row[0]: dict(zip(found[header - 1], row, strict=True)) for row in found[header:-1]}


@pytest.fixture
def factor(tmp_path):
	return Factor(tmp_path, clients={"104233": "Acme Freight LLC"})


class TestPurchase:
	def test_the_report_looks_as_the_factors_does(self, factor):
		report = factor.buy(write_batch(factor.inbox), TODAY)
		found = rows(report)
		assert found[0][0] == "Purchase Report"
		assert found[1][:4] == ("Client:", "Acme Freight LLC", "Client #:", "104233")
		assert found[2][:3] == ("Batch:", "A1", "Date:")
		assert found[4] == (
			"Invoice #", "Customer", "PO #", "Invoice Date", "Invoice Amount", "Purchase Amount", "Fee",
			"Reserve", "Other", "Net Funded", "Purchase Date", "Status", "Notes",
		)  # fmt: skip
		assert found[-1][0] == "Total"

	def test_fee_and_reserve_follow_the_agreement_to_the_cent(self, factor):
		line = cells(factor.buy(write_batch(factor.inbox), TODAY), 5)["AF-10002"]
		money = [line[name] for name in ("Purchase Amount", "Fee", "Reserve", "Other", "Net Funded")]
		assert money == [1875.5, 56.27, 93.78, 0, 1725.45]  # 3 % is 56.265, 5 % is 93.775

	def test_the_wire_fee_comes_off_once_a_batch(self, tmp_path):
		factor = Factor(tmp_path, agreement=Agreement(wire_fee=Decimal("15")))
		found = cells(factor.buy(write_batch(factor.inbox), TODAY), 5)
		assert [line["Other"] for line in found.values()] == [15, 0, 0, 0, 0, 0]
		assert found["AF-10001"]["Net Funded"] == 2239

	def test_the_totals_are_of_what_was_bought(self, factor):
		schedule = write_batch(factor.inbox)
		(factor.inbox / "AF-10001.pdf").unlink()
		report = factor.buy(schedule, TODAY)
		bought = [line for line in cells(report, 5).values() if line["Purchase Amount"]]
		assert rows(report)[-1][5] == pytest.approx(sum(line["Purchase Amount"] for line in bought))
		assert len(bought) == 5

	@pytest.mark.parametrize(
		("content", "reason"),
		[(None, "Missing image"), (b"not a pdf", "Unreadable image"), (b"%PDF-1.4\n", "Unreadable image")],
	)
	def test_an_invoice_without_a_readable_packet_is_held(self, factor, content, reason):
		schedule = write_batch(factor.inbox)
		packet = factor.inbox / "AF-10003.pdf"
		packet.unlink()
		if content is not None:
			packet.write_bytes(content)
		line = cells(factor.buy(schedule, TODAY), 5)["AF-10003"]
		assert (line["Status"], line["Notes"], line["Purchase Amount"]) == ("Held", reason, None)

	def test_a_held_invoice_is_bought_when_it_comes_again(self, factor):
		schedule = write_batch(factor.inbox)
		(factor.inbox / "AF-10003.pdf").unlink()
		factor.buy(schedule, TODAY)
		again = write_batch(factor.inbox, "A2", {"AF-10003": AMOUNTS["AF-10003"]})
		assert cells(factor.buy(again, TODAY), 5)["AF-10003"]["Status"] == "Processed"

	def test_an_invoice_is_bought_once(self, factor):
		factor.buy(write_batch(factor.inbox), TODAY)
		again = factor.buy(write_batch(factor.inbox, "A2"), TODAY)
		assert {line["Status"] for line in cells(again, 5).values()} == {"Denied"}

	def test_a_schedule_it_cannot_read_is_refused_by_row(self, factor):
		schedule = write_batch(factor.inbox)
		schedule.write_bytes(schedule.read_bytes().replace(b"990.00", b"lots"))
		with pytest.raises(FactoringError) as caught:
			factor.buy(schedule, TODAY)
		assert caught.value.code == "bad_schedule"
		assert "Row 5" in caught.value.message


class TestPayment:
	def test_every_debtor_pays_and_the_reserve_is_released(self, factor):
		factor.buy(write_batch(factor.inbox), TODAY)
		report = factor.pay("104233", date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 16))
		found = rows(report)
		assert found[0][0] == "Payment Report 11/01/2026 - 11/15/2026"
		assert found[1][:4] == ("Client #:", "104233", "Run date:", "11/16/2026 08:02")
		line = cells(report, 4)["AF-10002"]
		assert (line["Type"], line["Payment Amount"], line["Reserve Released"]) == ("Payment", 1875.5, 93.78)
		assert found[-1][7] == pytest.approx(float(sum(AMOUNTS.values())))

	def test_nothing_is_paid_twice(self, factor):
		factor.buy(write_batch(factor.inbox), TODAY)
		period = (date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 16))
		assert factor.pay("104233", *period)
		assert factor.pay("104233", *period) is None

	def test_a_client_sees_only_its_own(self, factor):
		factor.buy(write_batch(factor.inbox), TODAY)
		assert factor.pay("104871", TODAY, TODAY, TODAY) is None

	def test_a_month_of_exceptions_has_one_row_of_each_kind(self, tmp_path):
		factor = Factor(tmp_path, scenario=one_of_each(AMOUNTS))
		bought = cells(factor.buy(write_batch(factor.inbox), TODAY), 5)
		assert [bought[number]["Status"] for number in AMOUNTS] == ["Held", "Denied", *["Processed"] * 4]
		paid = cells(factor.pay("104233", date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 16)), 4)
		assert {number: (line["Type"], line["Payment Amount"]) for number, line in paid.items()} == {
			"AF-10003": ("Short Pay", 3020.25),
			"AF-10004": ("Partial Payment", 594),
			"AF-10005": ("Over Pay", 4485.1),
			"AF-10006": ("Chargeback", 1240.99),
		}
		rest = cells(factor.pay("104233", date(2026, 11, 16), date(2026, 11, 30), date(2026, 12, 1)), 4)
		assert {number: (line["Type"], line["Payment Amount"]) for number, line in rest.items()} == {
			"AF-10004": ("Payment", 396)
		}

	def test_a_restarted_factor_remembers(self, factor):
		schedule = write_batch(factor.inbox)
		factor.buy(schedule, TODAY)
		again = Factor(factor.root)
		assert again.new_schedules() == []
		assert again.pay("104233", TODAY, TODAY, TODAY)

	def test_the_same_month_gives_the_same_figures(self, tmp_path):
		def month(root):
			factor = Factor(root, scenario=one_of_each(AMOUNTS))
			purchase = factor.buy(write_batch(factor.inbox), TODAY)
			return rows(purchase), rows(factor.pay("104233", TODAY, TODAY, TODAY))

		assert month(tmp_path / "one") == month(tmp_path / "two")


class TestServer:
	def test_the_host_key_survives_a_restart(self, tmp_path):
		with SandboxServer(tmp_path) as first:
			fingerprint = first.fingerprint
		with SandboxServer(tmp_path) as second:
			assert second.fingerprint == fingerprint

	def test_the_server_listens_on_loopback_only(self, tmp_path):
		with SandboxServer(tmp_path) as server:
			assert server._listener.getsockname()[0] == "127.0.0.1"

	@pytest.fixture
	def client(self, tmp_path):
		(tmp_path / "outside").write_text("secret")
		with SandboxServer(tmp_path / "root") as server:
			transport = paramiko.Transport(("127.0.0.1", server.port))
			transport.connect(username="rts", password="sandbox")
			client = paramiko.SFTPClient.from_transport(transport)
			client.server = server
			yield client
			transport.close()

	@pytest.mark.parametrize(
		"path", ["../outside", "/../outside", "inbox/../../outside", "inbox/link", "door/outside"]
	)
	def test_nothing_outside_the_folder_can_be_read(self, client, path):
		root = client.server.root
		(root / "inbox" / "link").symlink_to(root.parent / "outside")
		(root / "door").symlink_to(root.parent)
		with pytest.raises(OSError):
			client.open(path).read()

	def test_the_servers_key_and_memory_cannot_be_read(self, client):
		assert sorted(client.listdir(".")) == ["inbox", "outbox"]
		with pytest.raises(OSError):
			client.open(".sandbox/host_key").read()
		with pytest.raises(OSError):
			client.rename("inbox/../.sandbox/host_key", "inbox/key")

	def test_renaming_never_replaces_a_file(self, client):
		for name in ("one", "two"):
			with client.open(f"inbox/{name}", "w") as target:
				target.write(name)
		with pytest.raises(OSError):
			client.rename("inbox/one", "inbox/two")
		assert client.open("inbox/two").read() == b"two"

	def test_what_was_written_is_read_back(self, client):
		content = bytes(range(256)) * 2000
		with client.open("inbox/x", "wb") as target:
			target.write(content)
		assert client.open("inbox/x").read() == content
		assert client.open("inbox/x").check("sha256") == hashlib.sha256(content).digest()


def test_a_whole_cycle_over_the_wire(tmp_path):
	"""Deliver, wait for the answer in the outbox, fetch both reports: as a carrier rehearses it."""
	said, stop = [], threading.Event()
	listening = threading.Event()

	def say(text):
		said.append(text)
		if "Host key" in text:
			listening.set()

	thread = threading.Thread(
		target=serve,
		args=(tmp_path / "factor",),
		kwargs={"say": say, "stop": stop, "every": 0.02, "clients": {"104233": "Acme Freight LLC"}},
	)
	thread.start()
	try:
		assert listening.wait(10)
		port = int(said[0].split(":")[1].split(",")[0])
		connection = Connection(
			host="127.0.0.1",
			port=port,
			username="rts",
			password="sandbox",
			host_key_sha256=said[1].split()[-1],
			remote_folder="inbox",
		)
		work = tmp_path / "work"
		work.mkdir()
		schedule = write_batch(work)
		files = [
			OutgoingFile(
				p.name, p, p.stat().st_size, hashlib.sha256(p.read_bytes()).hexdigest(), last=p == schedule
			)
			for p in work.iterdir()
		]
		deliver(connection, files, lambda *step: None, token="A1")
		outbox = replace(connection, remote_folder="outbox")
		waited = 0
		while len(list_folder(outbox)) < 2 and waited < 200:
			waited += 1
			stop.wait(0.05)
		names = [found.name for found in list_folder(outbox)]
		assert [name.split("_")[0] for name in names] == ["payment", "purchase"]
		bought = cells(io.BytesIO(fetch_file(connection, names[1], "outbox")), 5)
		assert {number: line["Status"] for number, line in bought.items()} == dict.fromkeys(
			AMOUNTS, "Processed"
		)
	finally:
		stop.set()
		thread.join()
