"""Batches that submit themselves: when, of what, and what happens when they cannot."""

from datetime import date, datetime
from unittest import mock

import frappe

from rts_factoring.services.batches import automatic_submit, factoring_batch
from rts_factoring.services.company import settings
from rts_factoring.tests import factories
from rts_factoring.tests.cases import THREE, DeliveryCase
from rts_factoring.tests.factories import ACME

CUSTOMER = "Ridgeline Foods Inc"
BY_COUNT = "When Enough Invoices Are Queued"
NOON = datetime(2026, 11, 3, 12, 0)


class TestWhenABatchIsSubmitted(DeliveryCase):
	def daily(self, time: str, at: datetime = NOON, **values):
		"""Acme's settings, saved at that moment with this daily time."""
		with mock.patch.object(automatic_submit, "now_datetime", lambda: at):
			return factories.make_settings(
				ACME, auto_submit="Daily at a Time", auto_submit_time=time, **values
			)

	def test_a_batch_submits_itself_at_its_time_once_a_day(self):
		doc = self.daily("17:00:00")
		self.assertFalse(automatic_submit.is_due(doc, datetime(2026, 11, 3, 16, 59)))
		self.assertTrue(automatic_submit.is_due(doc, datetime(2026, 11, 3, 17, 0)))
		doc.last_auto_submit = "2026-11-03"
		self.assertFalse(automatic_submit.is_due(doc, datetime(2026, 11, 3, 18, 0)))
		self.assertTrue(automatic_submit.is_due(doc, datetime(2026, 11, 4, 17, 5)))

	def test_midnight_is_a_time(self):
		doc = self.daily("00:00:00", last_auto_submit="2026-11-03")
		self.assertFalse(automatic_submit.is_due(doc, datetime(2026, 11, 3, 23, 59)))
		self.assertTrue(automatic_submit.is_due(doc, datetime(2026, 11, 4, 0, 3)))

	def test_a_time_after_the_last_tick_of_the_day_is_kept_after_midnight(self):
		doc = self.daily("23:59:00")
		self.assertFalse(automatic_submit.is_due(doc, datetime(2026, 11, 3, 23, 57)))
		self.assertTrue(automatic_submit.is_due(doc, datetime(2026, 11, 4, 0, 1)))
		doc.last_auto_submit = "2026-11-03"
		self.assertFalse(automatic_submit.is_due(doc, datetime(2026, 11, 4, 23, 58)))

	def test_a_day_that_was_missed_is_made_up_for_once_the_scheduler_runs_again(self):
		doc = self.daily("17:00:00", last_auto_submit="2026-11-03")
		doc.last_auto_submit = "2026-10-31"
		self.assertTrue(automatic_submit.is_due(doc, NOON))

	def test_switching_it_on_makes_up_for_nothing(self):
		doc = self.daily("17:00:00", last_auto_submit="2026-10-01")
		self.assertFalse(automatic_submit.is_due(doc, NOON))
		self.assertTrue(automatic_submit.is_due(doc, datetime(2026, 11, 3, 17, 0)))

	def test_a_batch_submits_itself_when_enough_invoices_are_queued(self):
		factories.make_settings(ACME, auto_submit=BY_COUNT, auto_submit_count=4)
		self.assertEqual(automatic_submit.submit_queued(ACME), [])
		factories.make_settings(ACME, auto_submit=BY_COUNT, auto_submit_count=3)
		(name,) = automatic_submit.submit_queued(ACME)
		batch = frappe.get_doc("Factoring Batch", name)
		self.assertEqual([row.sales_invoice for row in batch.invoices], THREE)
		self.assertEqual((batch.docstatus, batch.status), (1, "Queued"))
		self.assertEqual(automatic_submit.submit_queued(ACME), [])

	def test_a_batch_by_count_leaves_the_daily_one_of_the_day_due(self):
		evening = datetime(2026, 11, 3, 23, 59)
		self.daily("17:00:00", auto_submit_count=3)
		frappe.db.set_value(settings.DOCTYPE, ACME, "auto_submit", "Both")
		for now, number in ((NOON, None), (evening, "AF-10004"), (evening, "AF-10005")):
			if number:
				factories.make_invoice(number)
			with mock.patch.object(automatic_submit, "now_datetime", lambda now=now: now):
				made = automatic_submit.submit_queued(ACME)
			self.assertEqual(len(made), number != "AF-10005", number)
		self.assertEqual(settings.find(ACME).last_auto_submit, date(2026, 11, 3))


class TestWhatIsSubmitted(DeliveryCase):
	def setUp(self):
		super().setUp()
		self.manager = factories.make_user("boss@rts.test", "Factoring Manager")
		factories.make_settings(ACME, auto_submit=BY_COUNT, auto_submit_count=1)

	def held_by(self, made: list[str]) -> list[list[str]]:
		return [
			[row.sales_invoice for row in frappe.get_doc("Factoring Batch", name).invoices] for name in made
		]

	def test_an_invoice_that_is_not_ready_any_more_keeps_no_other_back(self):
		frappe.db.set_value(
			"Sales Invoice", "AF-10001", "outstanding_amount", 2000
		)  # as a part payment leaves it
		self.assertEqual(self.held_by(automatic_submit.submit_queued(ACME)), [THREE[1:]])
		self.assertEqual(factories.state("AF-10001"), "Not Ready")

	def test_enough_are_counted_without_those_that_are_not_ready(self):
		factories.make_settings(ACME, auto_submit=BY_COUNT, auto_submit_count=3)
		frappe.db.set_value("Sales Invoice", "AF-10001", "outstanding_amount", 2000)
		self.assertEqual(automatic_submit.submit_queued(ACME), [])

	def test_of_two_names_that_would_be_one_file_the_later_goes_with_the_next_batch(self):
		for number in ("AF 77/1", "AF-77-1"):
			factories.make_invoice(
				number, customer=CUSTOMER, amount=500, po_no="L", posting_date="2026-10-26"
			)
		made = [automatic_submit.submit_queued(ACME) for _tick in range(3)]
		self.assertEqual([len(names) for names in made], [1, 1, 0])
		(first,), (second,) = (self.held_by(names) for names in made[:2])
		self.assertEqual((sorted(first), second), (sorted([*THREE, "AF 77/1"]), ["AF-77-1"]))

	def test_what_is_refused_all_the_same_is_told_once_and_tried_again(self):
		with mock.patch.object(
			factoring_batch, "create", side_effect=frappe.ValidationError("The dog ate it.")
		):
			self.assertEqual(automatic_submit.submit_queued(ACME), [])
			self.assertEqual(automatic_submit.submit_queued(ACME), [])
		(told,) = self.told(self.manager, ACME)
		self.assertIn("could not be submitted", told)
		log = frappe.get_all("Factoring Log", {"action": "Submit"}, ["status", "message"])
		self.assertEqual([(line.status, line.message) for line in log], [("Failed", "The dog ate it.")])
		self.assertEqual(self.held_by(automatic_submit.submit_queued(ACME)), [THREE])
