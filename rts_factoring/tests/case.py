"""What the bench tests stand on: two carriers on a clean site, a factor's server, and real workers."""

import html
import subprocess
import sys
import tempfile
import unittest
from contextlib import contextmanager
from pathlib import Path

import frappe

from rts_factoring.sandbox.server import SandboxServer
from rts_factoring.tests import freight
from rts_factoring.tests.freight import ACME

PASSWORD = "correct horse battery"


class FreightCase(unittest.TestCase):
	"""Each test begins with both companies set up, nothing posted, and a notice for Acme in force."""

	@classmethod
	def setUpClass(cls):
		freight.ensure_companies()

	def setUp(self):
		freight.wipe()
		for company in freight.COMPANIES:
			freight.make_settings(company)
		self.notice = freight.make_notice(ACME)
		frappe.db.commit()
		self.addCleanup(frappe.set_user, "Administrator")
		self.addCleanup(frappe.db.rollback)

	@contextmanager
	def refused(self, *words: str):
		"""The block is refused with a message that holds all the words."""
		frappe.clear_messages()
		with self.assertRaises(frappe.ValidationError) as caught:
			yield
		for word in words:
			self.assertIn(word, html.unescape(str(caught.exception)))

	def factor(self, **settings_of_acme) -> SandboxServer:
		"""A sandbox SFTP server that Acme's settings point to; stopped when the test ends."""
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		events: list[tuple[str, str]] = []
		server = SandboxServer(
			Path(folder.name), password=PASSWORD, observer=lambda *event: events.append(event)
		)
		server.events = events
		server.start()
		self.addCleanup(server.stop)
		point_to(server, **settings_of_acme)
		return server


def point_to(server: SandboxServer, **values) -> None:
	"""Acme delivers to this server."""
	given = {"host": server.host, "port": server.port, "username": server.username, "password": PASSWORD}
	given |= {"remote_folder": "inbox"} | values
	freight.make_settings(ACME, **given)
	frappe.db.set_value(
		freight.settings.DOCTYPE, ACME, "host_key_fingerprint", values.get("pin", server.fingerprint)
	)
	frappe.clear_document_cache(freight.settings.DOCTYPE, ACME)
	frappe.db.commit()


def run_worker(*queues: str) -> None:
	"""A real RQ worker as another process; it ends when the queues are empty."""
	frappe.db.commit()
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "worker", "--burst", "--quiet"]
	command += ["--queue", ",".join(queues or ("default", "long", "short"))]
	subprocess.run(command, cwd=frappe.utils.get_bench_path() + "/sites", check=True, timeout=900)
	frappe.db.rollback()


def arrivals(server: SandboxServer) -> list[str]:
	"""Names in the order in which they came under their final name; a name that came twice stands twice."""
	return [path.rpartition("/")[2] for what, path in server.events if what == "renamed"]


def received(server: SandboxServer) -> list[str]:
	"""Names in the factor's inbox, temporary ones too, in the order in which they arrived."""
	files = sorted(server.inbox.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))
	return [path.name for path in files]
