"""A rehearsed delivery shows what RTS would receive, and leaves nothing."""

import base64
import io
import os
import tempfile
from pathlib import Path

import frappe
from pypdf import PdfReader

from rts_factoring.services.batches import rehearsed_delivery
from rts_factoring.services.company import layouts, settings
from rts_factoring.tests import company_isolation
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.web_server import TIMEOUT, Server

DOCTYPE = settings.DOCTYPE
LISTENING = "0A"  # a socket's state in /proc/net/tcp


class TestRehearsal(FreightCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		company_isolation.make_people()
		cls.web = Server()
		cls.addClassCleanup(cls.web.stop)
		cls.addClassCleanup(company_isolation.remove_limits)

	def ask(self, role: str, company: str = ACME):
		person = self.web.person(company_isolation.address(role), company_isolation.PASSWORD)
		data = {"dt": DOCTYPE, "dn": company, "method": "rehearse_delivery"}
		answer = person.session.post(f"{self.web.url}/api/method/run_doc_method", data=data, timeout=TIMEOUT)
		frappe.db.rollback()
		return answer

	def rehearsed(self) -> dict:
		answer = self.ask("Factoring Manager")
		self.assertEqual(answer.status_code, 200, answer.text)
		return answer.json()["message"]

	def settings(self, **values):
		doc = frappe.get_doc(DOCTYPE, ACME)
		doc.update(values)
		return doc

	def test_it_shows_what_rts_would_receive_and_its_answer(self):
		seen = self.rehearsed()
		agreement = frappe.get_doc(DOCTYPE, ACME)
		self.assertEqual([file["name"] for file in seen["files"]][:2], ["EX-10001.pdf", "EX-10002.pdf"])
		self.assertEqual([file["whole"] for file in seen["files"]], [True, True, True])
		self.assertEqual(seen["schedule"][0].split(",")[1], "Invoice Number")
		self.assertIn(f"{agreement.client_number},EX-10001,", seen["schedule"][1])
		lines = seen["report"]["lines"]
		self.assertEqual([line["invoice"] for line in lines], ["EX-10001", "EX-10002"])
		fee = 1850 * agreement.fee_rate / 100
		self.assertEqual(lines[0]["fee"], f"{fee:.2f}")
		self.assertEqual(float(lines[0]["net"]), round(1850 - fee - 1850 * agreement.reserve_rate / 100, 2))

	def test_the_packet_is_an_example_with_the_notice_and_the_documents_of_the_settings(self):
		seen = self.rehearsed()
		self.assertTrue(seen["notice"])
		reader = PdfReader(io.BytesIO(base64.b64decode(seen["packets"][0]["content"])))
		self.assertIn("EXAMPLE, NOT AN INVOICE", reader.pages[0].extract_text())
		whole = "".join(page.extract_text() for page in reader.pages)
		self.assertIn(
			frappe.db.get_value("Notice of Assignment", seen["notice"], "remit_to").split("\n")[0], whole
		)
		for row in frappe.get_doc(DOCTYPE, ACME).document_kinds:
			self.assertIn(f"EXAMPLE: {row.kind}", whole)

	def test_it_leaves_no_row_no_file_and_no_open_port(self):
		self.rehearsed()  # what a first request writes, as a cache of the site, is there
		rows, files, ports = count_rows(), site_files(), self.ports()
		self.rehearsed()
		self.assertEqual(count_rows(), rows)
		self.assertEqual(site_files(), files)
		self.assertEqual(self.ports(), ports)
		self.assertEqual(len(ports), 1)  # the web server's own

	def test_a_delivery_that_fails_leaves_no_file_and_no_open_port_either(self):
		files, ports = site_files(), self.ports()
		layout = frappe.copy_doc(frappe.get_doc("Schedule Layout", self.layout_name()))
		layout.update({"layout_name": "Too Narrow", "company": ACME})
		row = next(row for row in layout.columns if row.field == "invoice_no")
		row.update({"width": 3, "cut": 0})
		layout.insert()
		with self.refused("EX-10001"):
			rehearsed_delivery.rehearse_delivery(self.settings(schedule_layout=layout.name))
		self.assertEqual(site_files(), files)
		self.assertEqual(self.ports() - ports, set())

	def test_one_zip_is_sent_where_the_settings_say_so(self):
		seen = rehearsed_delivery.rehearse_delivery(self.settings(zip_mode="All in One Zip"))
		self.assertEqual([Path(file["name"]).suffix for file in seen["files"]], [".zip"])
		self.assertEqual(len(seen["report"]["lines"]), 2)

	def test_a_schedule_that_the_sandbox_cannot_read_is_shown_without_an_answer(self):
		layout = frappe.copy_doc(frappe.get_doc("Schedule Layout", self.layout_name()))
		layout.update({"layout_name": "Without Amount", "company": ACME})
		layout.columns = [row for row in layout.columns if row.field != "amount"]
		layout.insert()
		seen = rehearsed_delivery.rehearse_delivery(self.settings(schedule_layout=layout.name))
		self.assertIsNone(seen["report"])
		self.assertIn("amount", seen["problem"])
		self.assertEqual(len(seen["files"]), 3)

	def test_only_those_who_may_write_the_settings_of_the_company_rehearse(self):
		self.assertEqual(self.ask("System Manager").status_code, 200)
		for role in ("Factoring User", "Accounts User"):
			self.assertEqual(self.ask(role).status_code, 403, role)
		self.assertEqual(self.ask("Factoring Manager", BLUEBIRD).status_code, 403)

	def ports(self) -> set[str]:
		"""Where the web server and this process listen."""
		return listening(self.web.process.pid, os.getpid())

	def layout_name(self) -> str:
		return frappe.get_doc(DOCTYPE, ACME).schedule_layout or layouts.DEFAULT_SCHEDULE


def count_rows() -> dict[str, int]:
	"""Rows of each table. Logging in writes to three, whatever is asked then."""
	own = {"tabSessions", "tabActivity Log", "tabUser", "tabAccess Log", "__global_search"}
	frappe.db.rollback()
	return {
		table: frappe.db.sql(f"select count(*) from `{table}`")[0][0]
		for table in frappe.db.get_tables(cached=False)
		if table not in own
	}


def site_files() -> set[str]:
	"""Files of the site, and what rehearsals have in the folder for temporary files."""
	folders = [Path(frappe.get_site_path(kind, "files")) for kind in ("private", "public")]
	found = {path.as_posix() for folder in folders for path in folder.rglob("*")}
	return found | {path.as_posix() for path in Path(tempfile.gettempdir()).glob("rts-rehearsal-*")}


def listening(*pids: int) -> set[str]:
	"""Addresses on which these processes listen."""
	sockets = {
		os.readlink(handle)
		for pid in pids
		for handle in Path(f"/proc/{pid}/fd").iterdir()
		if handle.is_symlink() and os.path.lexists(handle)
	}
	rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
	return {row[1] for row in rows if row[3] == LISTENING and f"socket:[{row[9]}]" in sockets}
