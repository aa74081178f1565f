"""A copied site, or a database put back to before a delivery, reaches no factor until a System Manager confirms it."""

from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import frappe

from rts_factoring.core.errors import DeliveryError
from rts_factoring.services.batches import automatic_submit, delivery, factoring_batch
from rts_factoring.services.common import site_identity
from rts_factoring.services.company import connections, settings, site_binding
from rts_factoring.services.reports import inbox
from rts_factoring.services.views import checklist
from rts_factoring.tests import factories
from rts_factoring.tests.cases import THREE, DeliveryCase, arrivals
from rts_factoring.tests.factories import ACME

TABLES = ("tabFactoring Batch", "tabFactoring Batch File")


class BindingCase(DeliveryCase):
	def setUp(self):
		super().setUp()
		self.server = self.factor(inbox_folder="outbox", poll_inbox=1)
		self.manager = factories.make_user("boss@rts.test", "Factoring Manager")

	def settings(self):
		return frappe.get_doc(settings.DOCTYPE, ACME)

	def confirm(self):
		found = site_binding.confirm(self.settings())
		frappe.db.commit()
		return found

	@contextmanager
	def copied_site(self):
		"""The site as a restored backup has it in a folder of another bench: the database is there, its folder is new."""
		installation = Path(frappe.get_site_path(site_identity.FOLDER)) / "installation"
		kept = installation.read_text()
		installation.unlink()
		try:
			yield
		finally:
			installation.write_text(kept)

	@contextmanager
	def paused_site(self):
		frappe.local.conf.factoring_paused = 1
		try:
			yield
		finally:
			frappe.local.conf.factoring_paused = 0

	def assert_nothing_reaches_the_factor(self, batch, code: str, *words: str):
		events = list(self.server.events)
		self.assertEqual(delivery.resume_due(), [])
		self.assertEqual(self.run_job(batch), "Queued")
		for word in words:
			self.assertIn(word, batch.error)
		for act in (
			lambda: inbox.poll(ACME),
			lambda: settings.connection(self.settings()),
		):
			with self.assertRaises(DeliveryError) as refused:
				act()
			self.assertEqual(refused.exception.code, code)
		for act in (connections.test_connection, connections.show_host_key):
			with self.refused(*words):
				act(self.settings())
		self.assertEqual(self.server.events, events)

	def assert_nothing_is_enqueued(self):
		wanted = {"auto_submit": "When Enough Invoices Are Queued", "auto_submit_count": 1, "poll_inbox": 1}
		frappe.db.set_value(settings.DOCTYPE, ACME, wanted)
		frappe.clear_document_cache(settings.DOCTYPE, ACME)
		with mock.patch.object(frappe, "enqueue") as enqueue:
			automatic_submit.submit_due(ACME)
			inbox.poll_due(ACME)
		enqueue.assert_not_called()


class TestRestoredBackup(BindingCase):
	def backup(self):
		for table in TABLES:
			frappe.db.sql_ddl(f"drop table if exists `backup of {table}`")
			frappe.db.sql_ddl(f"create table `backup of {table}` as select * from `{table}`")
			self.addCleanup(frappe.db.sql_ddl, f"drop table if exists `backup of {table}`")

	def restore(self):
		for table in TABLES:
			frappe.db.sql(f"delete from `{table}`")
			frappe.db.sql(f"insert into `{table}` select * from `backup of {table}`")
		frappe.db.commit()

	def delivered_and_restored(self):
		batch = self.submit()
		self.backup()
		self.assertEqual(self.run_job(batch), "Delivered")
		self.restore()
		batch.reload()
		self.assertEqual(batch.status, "Queued")
		return batch

	def test_books_older_than_the_last_delivery_send_fetch_and_submit_nothing(self):
		batch = self.delivered_and_restored()
		self.assert_nothing_reaches_the_factor(batch, "older_books", batch.name, "Confirm This Site")
		factories.make_invoices(["AF-10004"])
		draft = factoring_batch.create(ACME, ["AF-10004"])
		with self.refused("older than the last delivery"):
			draft.submit()
		self.assert_nothing_is_enqueued()

	def test_a_batch_that_the_books_do_not_know_was_sent_later_than_they_are(self):
		batch = self.submit()
		self.assertEqual(self.run_job(batch), "Delivered")
		for table in TABLES:
			frappe.db.sql(f"delete from `{table}`")
		frappe.db.commit()
		self.assertEqual(site_binding.problem(self.settings()), "older_books")

	def test_once_it_is_confirmed_the_app_looks_at_the_server_and_sends_nothing_twice(self):
		batch = self.delivered_and_restored()
		self.assertEqual(self.confirm(), [batch.name])
		sent = arrivals(self.server)
		self.assertEqual(len(sent), len(THREE) + 1)
		self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual(arrivals(self.server), sent)
		self.assertEqual({row.state for row in batch.files}, {"Delivered"})
		self.assertEqual(site_binding.problem(self.settings()), "")

	def test_a_batch_that_the_factor_has_is_marked_as_delivered_before_the_confirmation(self):
		"""Where the factor takes files away at once, the server cannot tell."""
		batch = self.submit()
		self.run_job(batch)
		frappe.db.set_value("Factoring Batch", batch.name, {"status": "Queued", "delivery_steps": 1})
		self.assertEqual(site_binding.problem(self.settings()), "older_books")
		delivery.mark_delivered(batch.name)
		self.confirm()
		sent = arrivals(self.server)
		self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual(arrivals(self.server), sent)

	def test_each_step_is_marked_once_it_is_saved(self):
		batch = self.submit()
		self.run_job(batch)
		steps = frappe.db.get_value("Factoring Batch", batch.name, "delivery_steps")
		self.assertGreaterEqual(
			steps, len(batch.files) * 2 + 1
		)  # the attempt, and each file uploaded and delivered
		self.assertEqual(site_identity.read_mark(ACME), (batch.name, steps))


class TestCopiedSite(BindingCase):
	def test_a_copy_of_the_site_sends_fetches_and_submits_nothing(self):
		batch = self.submit(THREE[:2])
		with self.copied_site():
			self.assert_nothing_reaches_the_factor(batch, "other_site", "another site", "Confirm This Site")
			draft = factoring_batch.create(ACME, THREE[2:])
			with self.refused("another site"):
				draft.submit()
			self.assert_nothing_is_enqueued()

	def test_a_copy_asks_nobody_for_credentials(self):
		doc = self.settings()
		doc.representative_email = "rep@rts.example"
		with mock.patch.object(checklist.EmailAccount, "find_default_outgoing", return_value="an account"):
			with self.copied_site(), self.refused("another site", "Confirm This Site"):
				checklist.request_credentials(doc)
			with self.paused_site(), self.refused("factoring_paused"):
				checklist.request_credentials(doc)

	def test_the_managers_are_told_once(self):
		with self.copied_site():
			connections.notify_halted(ACME)
			connections.notify_halted(ACME)
			self.assertEqual(self.told(self.manager, ACME), [f"Nothing is sent or fetched for {ACME}"])

	def test_the_copy_works_once_a_system_manager_confirmed_it_and_the_original_no_longer(self):
		batch = self.submit()
		with self.copied_site():
			self.assertEqual(self.confirm(), [batch.name])
			self.assertEqual(self.run_job(batch), "Delivered")
		self.assertEqual(site_binding.problem(self.settings()), "other_site")

	def test_another_database_or_site_name_is_another_site(self):
		before = site_identity.identity()
		for holder, name in ((frappe.local.conf, "db_name"), (frappe.local, "site")):
			kept = getattr(holder, name)
			setattr(holder, name, "another")
			try:
				found = (
					site_identity.identity() if name == "db_name" else self.identity_under("another", kept)
				)
			finally:
				setattr(holder, name, kept)
			self.assertNotEqual(found, before, name)
		self.assertEqual(site_identity.identity(), before)

	def identity_under(self, name: str, folder: str) -> str:
		"""The identity of a site of another name whose folder was copied whole."""
		with mock.patch.object(
			frappe, "get_site_path", lambda *parts: str(Path(frappe.local.sites_path, folder, *parts))
		):
			return site_identity.identity()

	def test_a_form_does_not_confirm_a_site(self):
		doc = self.settings()
		with self.copied_site():
			doc.confirmed_site = site_identity.identity()
			doc.save()
			self.assertEqual(site_binding.problem(self.settings()), "other_site")

	def test_a_paused_site_reaches_nobody_and_cannot_be_confirmed(self):
		batch = self.submit()
		with self.paused_site():
			self.assert_nothing_reaches_the_factor(batch, "paused", "factoring_paused")
			with self.refused("factoring_paused"):
				site_binding.confirm(self.settings())
		self.assertEqual(self.run_job(batch), "Delivered")
