"""Pages that nobody can read: told on the invoice once they are attached, in the way only where the company wants it."""

import io
from unittest.mock import patch

import frappe
from frappe.utils.background_jobs import get_job
from PIL import Image, ImageFilter
from pypdf import PdfWriter

from rts_factoring import api
from rts_factoring.core.errors import DocumentError
from rts_factoring.services.batches import delivery, factoring_batch
from rts_factoring.services.common import background
from rts_factoring.services.invoices import document_checks, packet_progress, packets, readiness
from rts_factoring.tests import factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.packet_factories import PAPERWORK, add_documents, packet_state

ONE, TWO = "AF-10001", "AF-10002"
PHOTO = (PAPERWORK / "pod_photo.jpg").read_bytes()


def photo(change) -> bytes:
	out = io.BytesIO()
	change(Image.open(io.BytesIO(PHOTO)).convert("L")).save(out, "JPEG")
	return out.getvalue()


def dark() -> bytes:
	return photo(lambda picture: picture.point(lambda value: value // 6))


def blurred() -> bytes:
	return photo(lambda picture: picture.filter(ImageFilter.GaussianBlur(6)))


def blank_pages(count: int) -> bytes:
	writer, out = PdfWriter(), io.BytesIO()
	for _ in range(count):
		writer.add_blank_page(612, 792)
	writer.write(out)
	return out.getvalue()


def attach(invoice: str, content: bytes, name: str = "pod.jpg") -> str:
	file = frappe.get_doc({"doctype": "File", "file_name": name, "is_private": 1, "content": content})
	file.insert()
	api.attach_document(invoice, file.file_url, kind="Proof of Delivery")
	return file.file_url


class TestUnreadablePages(FreightCase):
	def setUp(self):
		super().setUp()
		frappe.local.form_dict = frappe._dict()
		factories.make_settings(ACME, document_kinds=[], refuse_unreadable=0)
		factories.make_invoice(ONE)
		frappe.cache.delete_keys("factoring_page_checks:")
		frappe.db.commit()

	def texts(self, invoice=ONE):
		return api.get_invoice_state(invoice)["warnings"]

	def tick(self, invoice=ONE):
		doc = frappe.get_doc("Sales Invoice", invoice)
		doc.factoring_documents[0].readable = 1
		doc.save()

	def test_a_dark_photo_is_told_with_what_to_do_and_stops_nothing(self):
		attach(ONE, dark())
		document_checks.judge_documents([ONE])
		(text,) = self.texts()
		self.assertRegex(
			text, r"^pod\w*\.jpg\. Page 1: The page is too dark to read\. Take the picture again"
		)
		self.assertEqual(api.get_invoice_state(ONE)["status"], "Queued")

	def test_a_good_photo_is_quiet(self):
		attach(ONE, PHOTO)
		document_checks.judge_documents([ONE])
		self.assertEqual(self.texts(), [])

	def test_pages_with_one_fault_are_one_warning(self):
		attach(ONE, blank_pages(12), "pod.pdf")
		document_checks.judge_documents([ONE])
		(text,) = self.texts()
		self.assertIn("Pages 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …: The page is blank.", text)

	def test_what_is_attached_is_judged_in_the_background(self):
		job = f"rts_factoring:pages:{ONE}"
		for name in (job, f"{job}:again"):
			if waiting := get_job(name):
				waiting.delete()
		attach(ONE, dark())
		self.assertFalse(background.is_unfinished(job))
		frappe.db.commit()
		self.assertTrue(background.is_unfinished(job))
		kwargs = get_job(job).kwargs
		frappe.get_attr(kwargs["method"])(**kwargs["kwargs"])
		self.assertEqual(len(self.texts()), 1)

	def test_the_form_says_how_far_the_checks_are_and_asks_for_those_that_lack(self):
		attach(ONE, dark())
		frappe.db.commit()
		with patch.object(background, "enqueue_once") as enqueue:
			state = api.get_document_warnings("Sales Invoice", ONE)
		self.assertEqual((state["judged"], state["documents"], state["warnings"]), (0, 1, []))
		self.assertEqual(enqueue.call_args.kwargs["invoices"], [ONE])
		document_checks.judge_documents([ONE])
		with patch.object(background, "enqueue_once") as enqueue:
			state = api.get_document_warnings("Sales Invoice", ONE)
		self.assertEqual((state["judged"], len(state["warnings"])), (1, 1))
		enqueue.assert_not_called()

	def test_a_batch_says_how_many_documents_are_checked_and_packets_made(self):
		factories.make_invoice(TWO)
		attach(TWO, dark())
		packets.make_packets([ONE])
		batch = factoring_batch.create(ACME, [ONE, TWO])
		state = api.get_document_warnings("Factoring Batch", batch.name)
		self.assertEqual((state["documents"], state["judged"]), (1, 0))
		self.assertEqual((state["queued"], state["packets"]), (2, 1))

	def test_a_packet_that_is_made_says_at_which_file_it_is(self):
		add_documents(ONE, "pod_photo.jpg")
		build, seen = packets.build_packet, []

		def spy(*args, told, **kwargs):
			def hear(name):
				told(name)
				seen.extend(api.get_document_warnings("Sales Invoice", ONE)["making"])

			return build(*args, told=hear, **kwargs)

		with patch.object(packets, "build_packet", spy):
			packets.ensure_packet(ONE)
		self.assertEqual([(one["at"], one["count"]) for one in seen][:2], [(1, 2), (2, 2)])
		self.assertRegex(seen[1]["file"], r"^pod_photo\w*\.jpg$")
		self.assertEqual(packet_progress.current([ONE]), [])

	def test_making_a_packet_judges_its_documents(self):
		attach(ONE, dark())
		packets.ensure_packet(ONE)
		self.assertEqual(len(self.texts()), 1)

	def test_a_person_who_has_read_it_silences_the_warning_until_the_file_changes(self):
		attach(ONE, dark())
		document_checks.judge_documents([ONE])
		self.tick()
		self.assertEqual(self.texts(), [])
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "again.jpg", "is_private": 1, "content": blurred()}
		).insert()
		doc = frappe.get_doc("Sales Invoice", ONE)
		doc.factoring_documents[0].file = file.file_url
		doc.save()
		document_checks.judge_documents([ONE])
		self.assertIn("The page is blurred.", self.texts()[0])

	def refuse(self):
		factories.make_settings(ACME, document_kinds=[], refuse_unreadable=1)
		frappe.db.commit()

	def test_a_company_that_refuses_them_is_told_why_the_invoice_is_not_ready(self):
		self.refuse()
		attach(ONE, dark())
		document_checks.judge_documents([ONE])
		state = packet_state(ONE)
		self.assertEqual(state.factoring_status, "Not Ready")
		self.assertIn("Page 1: The page is too dark to read.", state.factoring_reasons)
		(reason,) = api.get_reasons(ONE)
		self.assertIn("tick Can Be Read", reason["text"])
		self.tick()
		self.assertEqual(packet_state(ONE).factoring_status, "Queued")

	def test_no_packet_is_made_of_what_the_company_refuses_and_all_bad_documents_are_listed(self):
		self.refuse()
		attach(ONE, dark())
		add_documents(ONE, "truncated.pdf")
		packets.make_packets([ONE])
		reasons = packet_state(ONE).factoring_reasons.splitlines()
		self.assertEqual(packet_state(ONE).factoring_status, "Not Ready")
		self.assertEqual(len(reasons), 2)
		self.assertIn("too dark", reasons[0])
		self.assertIn("truncated", reasons[1])

	def test_a_batch_of_what_the_company_refuses_is_not_submitted(self):
		attach(ONE, dark())
		packets.make_packets([ONE])
		batch = factoring_batch.create(ACME, [ONE])
		self.refuse()
		with self.refused(ONE, "too dark"):
			batch.submit()

	def test_what_was_not_judged_before_the_submit_is_not_sent(self):
		factories.make_settings(ACME, document_kinds=[], refuse_unreadable=1, protocol="Download")
		attach(ONE, dark())
		factories.make_invoice(TWO)
		batch = factoring_batch.create(ACME, [ONE, TWO])
		batch.submit()
		frappe.db.commit()
		delivery.deliver_batch(batch.name)
		batch.reload()
		self.assertEqual([row.outcome or "" for row in batch.invoices], ["Returned", ""])
		self.assertIn("too dark", batch.invoices[0].reason)

	def test_the_blank_back_of_a_sheet_is_no_reason_to_refuse(self):
		self.refuse()
		writer, out = PdfWriter(clone_from=PAPERWORK / "bill_of_lading.pdf"), io.BytesIO()
		writer.add_blank_page(612, 792)
		writer.write(out)
		attach(ONE, out.getvalue(), "bol.pdf")
		document_checks.judge_documents([ONE])
		self.assertEqual(len(self.texts()), 1)
		self.assertEqual(packet_state(ONE).factoring_status, "Queued")
		packets.ensure_packet(ONE)
		attach(ONE, blank_pages(2), "blank.pdf")
		with self.assertRaises(DocumentError) as caught:
			packets.ensure_packet(ONE)
		self.assertEqual(caught.exception.code, "unreadable")

	def test_a_fault_of_ours_in_judging_stops_no_packet(self):
		attach(ONE, dark())
		with patch("rts_factoring.services.invoices.page_checks.judge", side_effect=RuntimeError("ours")):
			packets.ensure_packet(ONE)
		self.assertTrue(packet_state(ONE).factoring_packet)
		self.assertEqual(readiness.update_readiness([ONE])[ONE].reasons, ())
