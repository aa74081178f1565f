"""An invoice is in at most one live batch; a batch is frozen when it is submitted, and can be taken back."""

import threading

import frappe

from rts_factoring.services.batches import batch_status, factoring_batch, schedule_files
from rts_factoring.tests import factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD

THREE = ["AF-10001", "AF-10002", "AF-10003"]


def batch_of(invoice: str) -> str | None:
	return frappe.db.get_value("Sales Invoice", invoice, "factoring_batch")


class TestBatches(FreightCase):
	def setUp(self):
		super().setUp()
		factories.make_invoices(THREE)

	def test_queued_invoices_are_offered_oldest_first_until_a_batch_holds_them(self):
		self.assertEqual(factoring_batch.queued(ACME), THREE)
		factoring_batch.create(ACME, THREE[:1])
		self.assertEqual(factoring_batch.queued(ACME), THREE[1:])

	def test_a_second_batch_is_told_which_one_has_the_invoice(self):
		first = factoring_batch.create(ACME, THREE[:2])
		with self.refused("AF-10002", first.name):
			factoring_batch.create(ACME, THREE[1:])
		first.submit()
		with self.refused("AF-10002", first.name):
			factoring_batch.create(ACME, THREE[1:])

	def test_an_invoice_stands_in_a_batch_once(self):
		with self.refused("AF-10001", "twice"):
			factoring_batch.create(ACME, ["AF-10001", "AF-10001"])

	def test_of_two_people_at_the_same_moment_one_gets_the_invoice(self):
		frappe.db.commit()
		site = frappe.local.site
		for _round in range(5):
			barrier, outcomes = threading.Barrier(2), []

			def make(names, barrier=barrier, outcomes=outcomes):
				frappe.init(site=site)
				frappe.connect()
				frappe.flags.in_test = True
				try:
					frappe.get_all("Sales Invoice", limit=1)  # both have their view of the database
					barrier.wait()
					outcomes.append(factoring_batch.create(ACME, names).name)
					frappe.db.commit()
				except (frappe.ValidationError, frappe.QueryDeadlockError, frappe.QueryTimeoutError) as error:
					frappe.db.rollback()
					outcomes.append(type(error).__name__)
				finally:
					frappe.destroy()

			threads = [threading.Thread(target=make, args=(names,)) for names in (THREE, THREE[::-1])]
			for thread in threads:
				thread.start()
			for thread in threads:
				thread.join()
			frappe.db.rollback()
			made = frappe.get_all("Factoring Batch", {"company": ACME}, pluck="name")
			self.assertEqual(len(made), 1, outcomes)
			self.assertEqual({batch_of(name) for name in THREE}, set(made))
			frappe.delete_doc("Factoring Batch", made[0])
			frappe.db.commit()

	def test_another_subsidiarys_invoice_is_refused(self):
		factories.make_notice(BLUEBIRD)
		factories.make_invoice("BL-20001")
		with self.refused("BL-20001 is not an invoice of", ACME):
			factoring_batch.create(ACME, ["AF-10001", "BL-20001"])

	def test_an_invoice_that_is_not_queued_is_refused_with_its_reason(self):
		factories.make_invoice("AF-10004", po_no="")
		with self.refused("AF-10004", "PO Number is missing"):
			factoring_batch.create(ACME, ["AF-10004"])

	def test_readiness_is_judged_once_more_at_submit(self):
		batch = factoring_batch.create(ACME, THREE)
		self.notice.cancel()
		with self.refused("AF-10002", "No Notice of Assignment is in force"):
			batch.submit()

	def test_rows_amounts_and_expectations_come_from_invoices_and_agreement(self):
		batch = factoring_batch.create(ACME, THREE)
		batch.invoices[0].amount = 1  # what the browser sends does not count
		batch.save()
		self.assertEqual(batch.total_amount, 2450.00 + 1875.50 + 3120.25)
		self.assertEqual(
			(batch.expected_advance, batch.expected_reserve, batch.expected_fee), (6850.09, 372.29, 223.37)
		)
		self.assertEqual([row.po_no for row in batch.invoices], ["LD70001", "LD70002", "LD70003"])

	def test_submitted_rows_are_frozen(self):
		batch = factoring_batch.create(ACME, THREE)
		batch.submit()
		batch.invoices[0].amount = 1
		with self.assertRaises(frappe.UpdateAfterSubmitError):
			batch.save()
		batch.reload()
		batch.remove(batch.invoices[0])
		with self.assertRaises(frappe.UpdateAfterSubmitError):
			batch.save()

	def test_over_the_limit_the_rest_goes_with_further_batches_in_order(self):
		factories.make_settings(ACME, max_invoices=2)
		rest = ["AF-10004", "AF-10005"]
		factories.make_invoices(rest)
		first = factoring_batch.create(ACME, THREE + rest)
		first.submit()
		made = frappe.get_all(
			"Factoring Batch", {"company": ACME, "docstatus": 1}, ["name", "split_from"], order_by="creation"
		)
		held = [
			[row.sales_invoice for row in frappe.get_doc("Factoring Batch", row.name).invoices]
			for row in made
		]
		self.assertEqual(held, [["AF-10001", "AF-10002"], ["AF-10003", "AF-10004"], ["AF-10005"]])
		self.assertEqual([row.split_from for row in made], [None, made[0].name, made[1].name])
		self.assertEqual(batch_of("AF-10005"), made[2].name)

	def test_cancelled_deleted_or_edited_a_batch_lets_its_invoices_go(self):
		batch = factoring_batch.create(ACME, THREE)
		batch.remove(batch.invoices[2])
		batch.save()
		self.assertEqual(factoring_batch.queued(ACME), THREE[2:])
		batch.submit()
		batch.cancel()
		self.assertEqual(factoring_batch.queued(ACME), THREE)
		self.assertEqual(batch.status, "Cancelled")
		draft = factoring_batch.create(ACME, THREE)
		draft.delete()
		self.assertEqual(factoring_batch.queued(ACME), THREE)

	def test_an_amended_batch_takes_the_invoices_again(self):
		batch = factoring_batch.create(ACME, THREE)
		batch.submit()
		batch.cancel()
		amended = frappe.copy_doc(batch)
		amended.amended_from, amended.docstatus = batch.name, 0
		amended.insert()
		self.assertEqual({batch_of(name) for name in THREE}, {amended.name})
		self.assertEqual((amended.status, len(amended.files)), ("Draft", 0))

	def test_a_sent_batch_is_cancelled_for_a_reason_only(self):
		batch = factoring_batch.create(ACME, THREE)
		batch.submit()
		frappe.get_doc(
			{
				"doctype": "Factoring Batch File",
				"parent": batch.name,
				"parenttype": "Factoring Batch",
				"parentfield": "files",
				"file_name": "AF-10001.pdf",
				"state": "Delivered",
			}
		).db_insert()
		batch.reload()
		with self.refused("Reason for Cancelling"):
			batch.cancel()
		batch.reload()
		batch.cancel_reason = "RTS asked us to"
		batch.save()
		batch.cancel()
		self.assertEqual({factories.state(name) for name in THREE}, {"Queued"})

	def test_an_invoice_in_a_batch_is_not_cancelled(self):
		batch = factoring_batch.create(ACME, THREE)
		for _step in ("draft", "submitted"):
			with self.refused("AF-10001", batch.name):
				frappe.get_doc("Sales Invoice", "AF-10001").cancel()
			batch.submit() if batch.docstatus == 0 else None

	def test_the_method_of_an_invoice_in_a_batch_stays(self):
		batch = factoring_batch.create(ACME, THREE)
		invoice = frappe.get_doc("Sales Invoice", "AF-10001")
		invoice.factoring_method = "Direct"
		with self.refused("AF-10001", batch.name):
			invoice.save()

	def test_a_held_invoice_goes_again_with_a_new_batch_once_corrected(self):
		first = factoring_batch.create(ACME, THREE)
		first.submit()
		batch_status.mark_submitted(first.name)
		frappe.db.set_value("Sales Invoice", "AF-10002", "factoring_status", "Held")
		frappe.db.set_value(
			"Factoring Batch Invoice", {"parent": first.name, "sales_invoice": "AF-10002"}, "outcome", "Held"
		)
		invoice = frappe.get_doc("Sales Invoice", "AF-10002")
		invoice.append(
			"factoring_documents",
			{
				"kind": "Proof of Delivery",
				"file": factories.upload("paperwork/rate_confirmation.pdf", "AF-10002"),
			},
		)
		invoice.save()
		self.assertEqual(invoice.factoring_status, "Queued")
		second = factoring_batch.create(ACME, ["AF-10002"])
		second.submit()
		self.assertEqual(batch_of("AF-10002"), second.name)
		first.reload()
		self.assertEqual([row.outcome for row in first.invoices], ["Submitted", "Held", "Submitted"])
		first.cancel()
		self.assertEqual(batch_of("AF-10002"), second.name)

	def test_two_names_that_would_be_one_file_are_refused(self):
		for number in ("AF 77/1", "AF-77-1"):
			factories.make_invoice(
				number, customer="Ridgeline Foods Inc", amount=500, po_no="L", posting_date="2026-10-26"
			)
		batch = factoring_batch.create(ACME, ["AF 77/1", "AF-77-1"])
		with self.refused("AF 77/1", "AF-77-1", ".pdf"):
			batch.submit()

	def test_the_preview_is_the_schedule(self):
		lines = schedule_files.preview(factoring_batch.create(ACME, THREE)).splitlines()
		self.assertEqual(len(lines), 4)
		self.assertIn("AF-10003,", lines[3])
