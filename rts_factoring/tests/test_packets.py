"""The packet of an invoice: made once in the background, from what goes in, with the notice frozen."""

import io
import random
from unittest.mock import patch

import frappe
from frappe.tests.utils import patch_hooks
from PIL import Image
from pypdf import PdfReader

from rts_factoring import api
from rts_factoring.core.errors import DocumentError, NoticeError
from rts_factoring.core.model import InvoiceState
from rts_factoring.services.invoices import packets
from rts_factoring.tests import factories, print_formats
from rts_factoring.tests.cases import FreightCase, run_worker
from rts_factoring.tests.factories import ACME, FIXTURES
from rts_factoring.tests.packet_factories import (
	add_documents,
	packet_content,
	packet_state,
	print_count,
	upload,
)
from rts_factoring.tests.print_formats import JINJA, Seen

PAPERWORK = FIXTURES / "paperwork"
ONE = "AF-10001"
OLD = "PAY TO THE FACTOR"


class TestPackets(FreightCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		print_formats.make()

	def setUp(self):
		super().setUp()
		frappe.local.form_dict = frappe._dict()
		factories.make_settings(ACME, print_format=None)

	def test_a_packet_is_made_in_the_background_of_stamped_invoice_and_documents_in_order(self):
		kinds = [{"kind": "Bill of Lading"}, {"kind": "Proof of Delivery", "required": 1}]
		factories.make_settings(ACME, document_kinds=kinds)
		factories.make_invoice(ONE)
		self.assertEqual(packet_state(ONE).factoring_status, "Not Ready")
		self.assertIn("Proof of Delivery", packet_state(ONE).factoring_reasons)
		add_documents(ONE, "pod_photo.jpg", kind="Proof of Delivery")
		add_documents(ONE, "bill_of_lading.pdf", kind="Bill of Lading")
		self.assertEqual(packet_state(ONE).factoring_status, "Queued")
		run_worker()

		found = packet_state(ONE)
		file = frappe.get_doc("File", found.factoring_packet)
		self.assertEqual((file.is_private, file.attached_to_name), (1, ONE))
		self.assertRegex(
			file.file_name, rf"^{ONE}\w*\.pdf$"
		)  # Frappe adds letters where a file of the name is on the disk
		self.assertEqual(found.factoring_notice, self.notice.name)
		seen = Seen(packet_content(ONE))
		self.assertEqual(len(seen.pages), 3)
		self.assertIn(OLD, seen.pages[0])
		self.assertIn("Bill of Lading", seen.pages[1])
		with open(file.get_full_path(), "rb") as stream:
			outline = [item["/Title"] for item in PdfReader(stream).outline]
		self.assertEqual(
			outline, ["Invoice", "Bill of Lading: bill_of_lading.pdf", "Proof of Delivery: pod_photo.jpg"]
		)

	def test_a_packet_is_made_once_and_again_only_when_something_in_it_changed(self):
		factories.make_invoice(ONE)
		first = packets.ensure_packet(ONE)
		before = print_count()
		self.assertEqual(packets.ensure_packet(ONE), first)
		frappe.db.set_value("Sales Invoice", ONE, "outstanding_amount", 12)
		self.assertEqual(packets.ensure_packet(ONE), first)
		self.assertEqual(print_count(), before, "nothing was rendered")

		changes = {
			"a document": lambda: add_documents(ONE, "bill_of_lading.pdf"),
			"another document": lambda: add_documents(ONE, "pod_photo.jpg"),
			"the invoice": lambda: frappe.db.set_value("Sales Invoice", ONE, "po_no", "4712"),
			"the print format": lambda: factories.make_settings(ACME, print_format=JINJA),
			"a label": lambda: self.customise("customer_name", "label", "Debtor"),
			"a hidden field": lambda: self.customise("po_no", "print_hide", "1"),
			"the style": self.change_style,
			"the order": lambda: factories.make_settings(ACME, document_kinds=[{"kind": "Other"}]),
			"the cap": lambda: factories.make_settings(ACME, packet_size_cap=5),
		}
		last = first
		for what, change in changes.items():
			with self.subTest(changed=what):
				change()
				frappe.clear_document_cache("Sales Invoice", ONE)
				made = packets.ensure_packet(ONE)
				self.assertNotEqual(made, last)
				self.assertFalse(frappe.db.exists("File", last), "the old one is gone")
				self.assertEqual(packets.ensure_packet(ONE), made)
				last = made

	def customise(self, field: str, what: str, value: str):
		"""As Customize Form does."""
		types = {"print_hide": "Check"}
		setter = frappe.make_property_setter(
			{
				"doctype": "Sales Invoice",
				"fieldname": field,
				"property": what,
				"value": value,
				"property_type": types.get(what, "Data"),
			}
		)
		name = (
			setter.name
			if setter
			else frappe.db.get_value("Property Setter", {"field_name": field, "property": what})
		)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.clear_cache, doctype="Sales Invoice")
		self.addCleanup(frappe.delete_doc, "Property Setter", name, force=True)

	def change_style(self):
		style = frappe.db.get_single_value("Print Settings", "print_style")
		before = frappe.db.get_value("Print Style", style, "css")
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_value, "Print Style", style, "css", before)
		frappe.db.set_value("Print Style", style, "css", before + " ")

	def test_the_same_input_gives_the_same_bytes(self):
		factories.make_invoice(ONE)
		add_documents(ONE, "pod_photo.jpg", "scale_ticket.png")
		packets.ensure_packet(ONE)
		first = packet_content(ONE)
		frappe.db.set_value("Sales Invoice", ONE, {"factoring_packet": None, "factoring_packet_key": None})
		packets.ensure_packet(ONE)
		self.assertEqual(packet_content(ONE), first)

	def test_a_sent_packet_is_history(self):
		factories.make_invoice(ONE)
		sent = packets.ensure_packet(ONE)
		frappe.db.set_value("Sales Invoice", ONE, "factoring_status", InvoiceState.SUBMITTED.value)
		frappe.db.set_value("Sales Invoice", ONE, "po_no", "changed later")
		self.assertEqual(packets.ensure_packet(ONE), sent)

	def test_bad_paper_makes_its_invoice_not_ready_with_name_and_reason_and_the_others_go_on(self):
		bad = sorted(path.name for path in (PAPERWORK / "bad").iterdir() if path.stat().st_size)
		self.assertEqual(len(bad), 5)
		numbers = [name for name, row in factories.receivables().items() if row.get("company") == ACME][
			: len(bad) + 1
		]
		factories.make_invoices(numbers)
		for invoice, name in zip(numbers, bad, strict=False):
			add_documents(invoice, name)
		packets.make_packets(numbers)
		for invoice, name in zip(numbers, bad, strict=False):
			with self.subTest(file=name):
				self.assertEqual(packet_state(invoice).factoring_status, "Not Ready")
				self.assertIn(name.split(".")[0], packet_state(invoice).factoring_reasons)
				self.assertIsNone(packet_state(invoice).factoring_packet)
		self.assertEqual(packet_state(numbers[-1]).factoring_status, "Queued")
		self.assertTrue(packet_state(numbers[-1]).factoring_packet)

	def test_all_bad_files_of_an_invoice_are_listed_at_once(self):
		factories.make_invoice(ONE)
		add_documents(ONE, "truncated.pdf", "scale_ticket.png", "encrypted.pdf")
		packets.make_packets([ONE])
		reasons = packet_state(ONE).factoring_reasons
		self.assertEqual(packet_state(ONE).factoring_status, "Not Ready")
		self.assertIn("The end of the file is missing", reasons)
		self.assertIn("protected by a password", reasons)
		self.assertNotIn("scale_ticket", reasons)

	def test_documents_that_take_long_are_tried_again_before_a_person_is_asked(self):
		run_worker()
		factories.make_invoice(ONE)
		self.add_noisy_photo((2400, 3000))
		packets.make_packets([ONE], seconds=0.001)
		self.assertEqual(
			(packet_state(ONE).factoring_status, packet_state(ONE).factoring_packet), ("Queued", None)
		)
		run_worker()
		self.assertTrue(packet_state(ONE).factoring_packet)

	def test_documents_that_take_too_long_at_the_second_attempt_are_a_reason(self):
		factories.make_invoice(ONE)
		self.add_noisy_photo((2400, 3000))
		with patch.object(packets, "PATIENT", 0.001):
			packets.make_packets([ONE], seconds=0.001)
		self.assertEqual(packet_state(ONE).factoring_status, "Not Ready")
		self.assertIn("seconds of processor time", packet_state(ONE).factoring_reasons)

	def test_a_better_file_makes_it_ready_again(self):
		factories.make_invoice(ONE)
		add_documents(ONE, "truncated.pdf")
		packets.make_packets([ONE])
		self.assertEqual(packet_state(ONE).factoring_status, "Not Ready")
		doc = frappe.get_doc("Sales Invoice", ONE)
		doc.factoring_documents = []
		doc.append("factoring_documents", {"kind": "Proof of Delivery", "file": upload("pod_photo.jpg", ONE)})
		doc.save()
		packets.make_packets([ONE])
		self.assertEqual(
			(packet_state(ONE).factoring_status, packet_state(ONE).factoring_reasons or ""), ("Queued", "")
		)
		self.assertTrue(packet_state(ONE).factoring_packet)

	def test_a_deleted_file_is_named(self):
		factories.make_invoice(ONE)
		add_documents(ONE, "pod_photo.jpg")
		url = frappe.db.get_value("Factoring Document", {"parent": ONE}, "file")
		for name in frappe.get_all("File", {"file_url": url}, pluck="name"):
			frappe.delete_doc("File", name, force=True)
		with self.assertRaises(DocumentError) as caught:
			packets.ensure_packet(ONE)
		self.assertEqual(caught.exception.code, "file_missing")
		self.assertIn("pod_photo", caught.exception.where)

	def test_a_packet_over_the_cap_says_both_sizes(self):
		run_worker()  # the notice of this test has the invoices judged once, too
		factories.make_settings(ACME, packet_size_cap=0.1)
		factories.make_invoice(ONE)
		self.add_noisy_photo((900, 1200))
		packets.make_packets([ONE])
		self.assertEqual(packet_state(ONE).factoring_status, "Not Ready")
		self.assertIn("0.1 MB are allowed", packet_state(ONE).factoring_reasons)
		self.assertRegex(packet_state(ONE).factoring_reasons, r"largest file in it is pod_photo\w*\.jpg")
		self.assertIn("Then queue the invoice again", packet_state(ONE).factoring_reasons)
		factories.make_settings(
			ACME, packet_size_cap=0
		)  # judges the company's invoices again, in the background
		run_worker()
		self.assertEqual(packet_state(ONE).factoring_status, "Queued")
		self.assertTrue(packet_state(ONE).factoring_packet)

	def test_another_print_format_gives_invoices_that_failed_another_chance(self):
		run_worker()  # the notice of this test has the invoices judged once, too
		factories.make_invoice(ONE)
		frappe.db.commit()
		with patch_hooks({"pdf_body_html": ["rts_factoring.tests.test_packets.failing_format"]}):
			packets.make_packets([ONE])
		self.assertEqual(packet_state(ONE).factoring_status, "Not Ready")
		factories.make_settings(ACME, print_format=JINJA)
		run_worker()
		self.assertEqual(packet_state(ONE).factoring_status, "Queued")
		self.assertTrue(packet_state(ONE).factoring_packet)

	def add_noisy_photo(self, size: tuple[int, int]) -> None:
		"""A photo that is slow to read and large in every quality."""
		add_documents(ONE, "pod_photo.jpg")
		with open(frappe.get_doc("File", {"attached_to_name": ONE}).get_full_path(), "wb") as stream:
			noise = Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))
			noise.save(stream, "JPEG")

	def style(self, css: str) -> None:
		frappe.db.set_value("Print Format", JINJA, "css", css)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.clear_document_cache, "Print Format", JINJA)
		self.addCleanup(frappe.db.set_value, "Print Format", JINJA, "css", "")
		frappe.clear_document_cache("Print Format", JINJA)
		factories.make_settings(ACME, print_format=JINJA)
		factories.make_invoice(ONE)

	def test_no_style_of_a_print_format_hides_the_stamp(self):
		rules = (
			"display: none !important; opacity: 0 !important; color: #fff !important; font-size: 0 !important"
		)
		self.style(f"[data-rts-notice], [data-rts-notice] * {{ {rules}; visibility: hidden !important; }}")
		page = PdfReader(io.BytesIO(packets._print(frappe.get_doc("Sales Invoice", ONE)))).pages[0]
		self.assertIn("PAY TO THE FACTOR", " ".join(page.extract_text().split()))

	def test_a_print_that_hides_the_whole_page_is_not_sent(self):
		self.style(".print-format { display: none !important; }")
		with self.assertRaises(NoticeError) as caught:
			packets.ensure_packet(ONE)
		self.assertEqual(caught.exception.code, "stamp_not_printed")

	def test_a_print_format_that_fails_makes_the_invoice_not_ready(self):
		factories.make_invoice(ONE)
		with (
			patch_hooks({"pdf_body_html": ["rts_factoring.tests.test_packets.failing_format"]}),
			self.assertRaises(DocumentError) as caught,
		):
			packets.ensure_packet(ONE)
		self.assertEqual((caught.exception.code, caught.exception.where), ("print_failed", f"{ONE}.pdf"))

	def test_a_print_that_fails_leaves_its_language_and_engine_to_nobody(self):
		factories.make_invoice(ONE, language="es")
		frappe.local.form_dict.pdf_generator = "wkhtmltopdf"
		self.addCleanup(frappe.local.form_dict.pop, "pdf_generator", None)
		with (
			patch_hooks({"pdf_body_html": ["rts_factoring.tests.test_packets.failing_format"]}),
			self.assertRaises(DocumentError),
		):
			packets.ensure_packet(ONE)
		self.assertEqual((frappe.local.lang, frappe.local.form_dict.pdf_generator), ("en", "wkhtmltopdf"))

	def test_no_packet_for_an_invoice_that_is_not_factored(self):
		factories.make_invoice(ONE, factoring_method="Direct")
		with self.assertRaises(NoticeError) as caught:
			packets.ensure_packet(ONE)
		self.assertEqual(caught.exception.code, "not_factored")

	def test_somebody_elses_private_file_cannot_be_put_into_a_packet_by_its_address(self):
		factories.make_invoice(ONE)
		foreign = upload("bill_of_lading.pdf", user="Administrator")
		user = factories.make_user("packets.user@example.com", "Accounts User", "Factoring User")
		own = upload("rate_confirmation.pdf", user=user)
		frappe.set_user(user)
		doc = frappe.get_doc("Sales Invoice", ONE)
		doc.append("factoring_documents", {"kind": "Other", "file": foreign})
		with self.refused("Upload it first"):
			doc.save()
		doc.reload()
		doc.append("factoring_documents", {"kind": "Other", "file": own})
		doc.save()
		self.assertEqual(len(doc.factoring_documents), 1)


class TestNoticeDocument(FreightCase):
	def new(self, **values):
		doc = frappe.copy_doc(self.notice)
		doc.update({"docstatus": 0, "valid_from": "2026-06-01", **values})
		return doc

	def test_a_submitted_notice_is_never_edited(self):
		self.notice.text = "something else"
		with self.assertRaises(frappe.UpdateAfterSubmitError):
			self.notice.save()

	def test_approval_can_be_recorded_later(self):
		self.notice.approval_date = "2026-02-01"
		self.notice.save()
		self.assertEqual(
			str(frappe.db.get_value("Notice of Assignment", self.notice.name, "approval_date")), "2026-02-01"
		)

	def test_an_unknown_placeholder_is_refused_by_name(self):
		with self.refused("{amount}", "{invoice}"):
			self.new(text="Pay {amount} now").insert()

	def test_the_unchanged_template_is_refused_as_a_notice(self):
		doc = self.new()
		doc.text = api.get_notice_template()
		doc.insert()
		with self.refused("brackets"):
			doc.submit()

	def test_two_notices_from_the_same_day_in_the_same_language_are_refused(self):
		doc = self.new(valid_from=self.notice.valid_from)
		doc.insert()
		with self.refused(self.notice.name):
			doc.submit()

	def test_the_preview_is_the_stamp_itself(self):
		factories.make_invoice(ONE)
		preview = api.preview_notice(self.notice.as_json())
		stamp = frappe.get_print("Sales Invoice", ONE)
		start = stamp.index("<div data-rts-notice")
		printed = stamp[start : stamp.index("</div></div>", start) + 12]
		shown = preview.replace("ACC-SINV-00001", ONE)
		self.assertEqual(shown.split('" style', 1)[1], printed.split('" style', 1)[1])

	def test_the_preview_of_an_unfinished_text_says_what_is_wrong(self):
		self.assertIn("{amount}", api.preview_notice(self.new(text="Pay {amount}<script>").as_json()))
		self.assertNotIn("<script>", api.preview_notice(self.new(text="Pay {amount<script>}").as_json()))


def failing_format(**kwargs):
	frappe.throw("Row 3 of the format is wrong", frappe.PrintFormatError)
