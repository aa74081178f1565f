"""What the bench tests stand on: two carriers on a clean site, a factor's server, and real workers."""

import html
import subprocess
import sys
import tempfile
import unittest
from contextlib import contextmanager
from pathlib import Path

import frappe
from frappe.utils import add_to_date, now_datetime

from rts_factoring.sandbox.server import SandboxServer
from rts_factoring.services.batches import delivery, factoring_batch
from rts_factoring.tests import factories
from rts_factoring.tests.factories import ACME

PASSWORD = "correct horse battery"
THREE = ["AF-10001", "AF-10002", "AF-10003"]


class FreightCase(unittest.TestCase):
	"""Each test begins with both companies set up, nothing posted, and a notice for Acme in force."""

	@classmethod
	def setUpClass(cls):
		factories.ensure_companies()

	def setUp(self):
		factories.wipe()
		for company in factories.COMPANIES:
			factories.make_settings(company)
		self.notice = factories.make_notice(ACME)
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


class DeliveryCase(FreightCase):
	"""Each test begins with three queued invoices of Acme; what it commits is gone afterwards."""

	def setUp(self):
		super().setUp()
		factories.make_invoices(THREE)
		self.addCleanup(self.forget_users)

	def forget_users(self):
		for user in frappe.get_all("User", {"name": ("like", "%@rts.test")}, pluck="name"):
			frappe.db.delete("User Permission", {"user": user})
			frappe.db.delete("Notification Log", {"for_user": user})
			frappe.delete_doc("User", user, force=True)
		frappe.db.commit()

	def submit(self, invoices=THREE):
		batch = factoring_batch.create(ACME, invoices)
		batch.submit()
		frappe.db.commit()
		return batch

	def run_job(self, batch) -> str:
		frappe.db.commit()
		status = delivery.deliver_batch(batch.name)
		batch.reload()
		return status

	def let_time_pass(self, batch):
		"""The pause is over, or the lease of a dead job."""
		past = add_to_date(now_datetime(), days=-1)
		row = frappe.db.get_value(
			"Factoring Batch", batch.name, ["claimed_on", "next_attempt_on"], as_dict=True
		)
		values = {key: past for key, value in row.items() if value}
		if values:
			frappe.db.set_value("Factoring Batch", batch.name, values, update_modified=False)
		frappe.db.commit()

	def told(self, user: str, name: str) -> list[str]:
		"""Subjects of what the user was told about the document."""
		return frappe.get_all("Notification Log", {"for_user": user, "document_name": name}, pluck="subject")


def point_to(server: SandboxServer, **values) -> None:
	"""Acme delivers to this server."""
	given = {"host": server.host, "port": server.port, "username": server.username, "password": PASSWORD}
	given |= {"remote_folder": "inbox"} | values
	factories.make_settings(ACME, **given)
	frappe.db.set_value(
		factories.settings.DOCTYPE, ACME, "host_key_fingerprint", values.get("pin", server.fingerprint)
	)
	frappe.clear_document_cache(factories.settings.DOCTYPE, ACME)
	frappe.db.commit()


def bench(*arguments: str) -> None:
	"""A bench command on this site, as an admin types it."""
	frappe.db.commit()  # our own transaction would hold the tables
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", frappe.local.site]
	done = subprocess.run(
		[*command, *arguments],
		cwd=frappe.utils.get_bench_path() + "/sites",
		capture_output=True,
		text=True,
		timeout=300,
	)
	if done.returncode:
		raise AssertionError(f"{arguments}: {done.stdout}\n{done.stderr}")
	frappe.db.rollback()
	getattr(
		frappe.local, "request_cache", {}
	).clear()  # Frappe 16 makes the hooks anew while it clears, from the apps cached here
	frappe.clear_cache()


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
