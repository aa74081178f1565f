"""Promise 6: a factored invoice never prints without its notice, on any path; another never prints with one."""

import io
import json
import unittest
from contextlib import redirect_stdout
from unittest.mock import patch

import frappe
from frappe.tests.utils import patch_hooks
from frappe.utils import set_request

from rts_factoring.printing import health, stamp
from rts_factoring.tests import factories, print_formats
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.portal_user import PASSWORD, PORTAL_USER, make_portal_user
from rts_factoring.tests.print_formats import BETA, CHROME, CLASSIC, DESIGNER, JINJA, Seen
from rts_factoring.tests.web_server import Server

NOTICE = "PAY TO THE FACTOR"
FACTORED, DIRECT = "AF-10001", "AF-10002"
FORMATS = ("Standard", JINJA, CLASSIC, BETA)

PRINTVIEW = "frappe.www.printview."
PRINT_FORMAT = "frappe.utils.print_format."


def preview(people, invoice, print_format):
	"""The desk's print preview; the new builder's formats have a page of their own."""
	if print_format == BETA:
		return people["desk"].get("/printpreview", doctype="Sales Invoice", name=invoice, print_format=BETA)
	doc = frappe.get_doc("Sales Invoice", invoice).as_json()
	answer = people["desk"].call(PRINTVIEW + "get_html_and_style", doc=doc, print_format=print_format)
	return answer.json()["message"]["html"] if answer.ok else answer


def get_pdf(people, invoice, print_format):
	return people["desk"].call(
		PRINT_FORMAT + "download_pdf", doctype="Sales Invoice", name=invoice, format=print_format
	)


def print_page(people, invoice, print_format):
	return people["desk"].get("/printview", doctype="Sales Invoice", name=invoice, format=print_format)


def bulk(people, invoice, print_format):
	return people["desk"].call(
		PRINT_FORMAT + "download_multi_pdf",
		doctype="Sales Invoice",
		name=json.dumps([invoice]),
		format=print_format,
	)


def attachment(people, invoice, print_format):
	return frappe.attach_print("Sales Invoice", invoice, print_format=print_format)["fcontent"]


def portal(people, invoice, print_format):
	return people["portal"].call(
		PRINT_FORMAT + "download_pdf", doctype="Sales Invoice", name=invoice, format=print_format
	)


def guest_page(people, invoice, print_format):
	return people["guest"].get(
		"/printview", doctype="Sales Invoice", name=invoice, format=print_format, key=people["keys"][invoice]
	)


def guest_pdf(people, invoice, print_format):
	return people["guest"].call(
		PRINT_FORMAT + "download_pdf",
		doctype="Sales Invoice",
		name=invoice,
		format=print_format,
		key=people["keys"][invoice],
	)


def chrome(people, invoice, print_format):
	"""Frappe 16's other PDF engine."""
	frappe.local.form_dict.pop("pdf_generator", None)
	try:
		with print_formats.chrome_engine():
			return frappe.get_print(
				"Sales Invoice", invoice, print_format, as_pdf=True, pdf_generator="chrome"
			)
	finally:
		frappe.local.form_dict.pop("pdf_generator", None)


def weasyprint(people, invoice, print_format):
	"""The engine of the new builder's own button."""
	return people["desk"].call(
		"frappe.utils.weasyprint.download_pdf",
		doctype="Sales Invoice",
		name=invoice,
		print_format=print_format,
	)


PATHS = (preview, get_pdf, print_page, bulk, attachment, portal, guest_page, guest_pdf)
NOT_BETA = (portal, guest_page, guest_pdf)  # Frappe itself keeps the new builder's formats from outsiders
PDFS = (get_pdf, bulk, attachment, portal, guest_pdf, chrome)


class TestPrintPaths(FreightCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		print_formats.make()
		cls.server = Server()
		cls.addClassCleanup(cls.server.stop)

	def setUp(self):
		super().setUp()
		frappe.local.form_dict = frappe._dict()
		factories.make_invoice(FACTORED)
		factories.make_invoice(DIRECT, factoring_method="Direct")
		frappe.db.commit()

	def people(self):
		make_portal_user(FACTORED, DIRECT)
		keys = {}
		for name in (FACTORED, DIRECT):
			keys[name] = frappe.get_doc("Sales Invoice", name).get_document_share_key()
		frappe.db.commit()
		return {
			"desk": self.server.person("Administrator", "admin"),
			"portal": self.server.person(PORTAL_USER, PASSWORD),
			"guest": self.server.person(),
			"keys": keys,
		}

	def seen(self, answer) -> Seen:
		if hasattr(answer, "status_code"):
			self.assertEqual(answer.status_code, 200, answer.text[:2000])
			answer = answer.content
		return Seen(answer)

	def attaches_classic(self) -> bool:
		"""Frappe 16.9 hands the old builder's formats to the new one's renderer, which cannot read them: no print at all."""
		try:
			attachment({}, DIRECT, CLASSIC)
			return True
		except TypeError:
			with self.assertRaises(TypeError):
				attachment({}, FACTORED, CLASSIC)
			return False

	def test_every_path_and_format_prints_the_notice(self):
		self.check_paths(*PATHS)

	@unittest.skipUnless(CHROME, "there is no Chromium, so Frappe 16's other PDF engine was not tried")
	def test_every_format_by_chrome_prints_the_notice(self):
		self.check_paths(chrome)

	def check_paths(self, *paths):
		people = self.people()
		for print_format in FORMATS:
			for path in paths:
				with self.subTest(path=path.__name__, format=print_format):
					if path is attachment and print_format == CLASSIC and not self.attaches_classic():
						continue
					answers = path(people, FACTORED, print_format), path(people, DIRECT, print_format)
					if print_format == BETA and path in NOT_BETA:
						self.assertEqual([answer.status_code for answer in answers], [403, 403])
						continue
					factored, direct = map(self.seen, answers)
					for invoice, seen in ((FACTORED, factored), (DIRECT, direct)):
						self.assertIn(factories.receivables()[invoice]["customer"], seen.text)
					self.assertEqual(factored.stamps(NOTICE), 1)
					self.assertEqual(factored.stamps(f"{FACTORED} of {ACME} is assigned"), 1)
					self.assertEqual(direct.stamps(NOTICE), 0)
					if path in PDFS:
						self.assertLessEqual(
							len(factored.pages), len(direct.pages)
						)  # the notice makes no page more

	def test_the_new_builders_own_pdf_prints_the_notice(self):
		people = self.people()
		self.assertEqual(self.seen(weasyprint(people, FACTORED, BETA)).stamps(NOTICE), 1)
		self.assertEqual(self.seen(weasyprint(people, DIRECT, BETA)).stamps(NOTICE), 0)

	def test_bulk_print_stamps_each_as_it_should_be(self):
		people = self.people()
		answer = people["desk"].call(
			PRINT_FORMAT + "download_multi_pdf",
			doctype="Sales Invoice",
			name=json.dumps([FACTORED, DIRECT, FACTORED]),
			format="Standard",
		)
		pages = self.seen(answer).pages
		self.assertEqual([NOTICE in page for page in pages], [True, False, True])

	def test_bulk_print_says_what_it_left_out(self):
		"""Frappe swallows the error there, so the user is told beside it; elsewhere it is shown once, by itself."""
		from frappe.utils.print_format import _download_multi_pdf

		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		self.addCleanup(delattr, frappe.local, "job")
		for method, told in (("frappe.utils.print_format._download_multi_pdf", 1), ("some.other.job", 0)):
			frappe.local.job = frappe._dict(method=method)
			with patch("frappe.publish_realtime") as publish:
				_download_multi_pdf("Sales Invoice", json.dumps([FACTORED, DIRECT]), format="Standard")
			messages = [call.args[1] for call in publish.call_args_list if call.args[0] == "msgprint"]
			self.assertEqual(len(messages), told)
			self.assertTrue(all(FACTORED in message["message"] for message in messages))
			pages = Seen(frappe.local.response.filecontent).pages
			self.assertEqual([NOTICE in page for page in pages], [False])

	def test_bulk_print_of_the_desk_is_known_by_its_address(self):
		frappe.get_doc("Notice of Assignment", self.notice.name).cancel()
		self.addCleanup(delattr, frappe.local, "request")
		for path, told in (
			("frappe.utils.print_format.download_multi_pdf", 1),
			(PRINTVIEW + "get_html_and_style", 0),
		):
			set_request(method="GET", path=f"/api/method/{path}")
			with patch("frappe.publish_realtime") as publish, self.refused(FACTORED):
				stamp.factoring_stamp(frappe.get_doc("Sales Invoice", FACTORED))
			self.assertEqual([call.args[0] for call in publish.call_args_list], ["msgprint"] * told)

	def test_a_format_of_another_app_that_renders_it_whole(self):
		"""Apps like a print designer hook in before us and never reach Frappe's own rendering."""
		hooks = [
			"frappe.utils.pdf.pdf_body_html",
			"rts_factoring.tests.print_formats.designer_body",
			stamp.HOOK,
		]
		with patch_hooks({"pdf_body_html": hooks}):
			for path in (attachment, lambda *args: frappe.get_print("Sales Invoice", *args[1:])):
				factored, direct = Seen(path({}, FACTORED, DESIGNER)), Seen(path({}, DIRECT, DESIGNER))
				self.assertEqual((factored.stamps(NOTICE), direct.stamps(NOTICE)), (1, 0))
				self.assertIn(f"INVOICE {FACTORED}", factored.text)
			self.assertEqual(Seen(attachment({}, FACTORED, "Standard")).stamps(NOTICE), 1)

	def test_a_format_that_places_the_stamp_itself_gets_no_second_one(self):
		placed = "<p>INVOICE {{ doc.name }}</p>{{ factoring_stamp(doc) }}<p>end</p>"
		frappe.db.set_value("Print Format", JINJA, "html", placed)
		self.addCleanup(frappe.db.set_value, "Print Format", JINJA, "html", print_formats._JINJA)
		frappe.clear_document_cache("Print Format", JINJA)
		text = Seen(frappe.get_print("Sales Invoice", FACTORED, JINJA)).text
		self.assertEqual(Seen(text).stamps(NOTICE), 1)
		self.assertLess(text.index(f"INVOICE {FACTORED}"), text.index(NOTICE))
		self.assertEqual(Seen(frappe.get_print("Sales Invoice", DIRECT, JINJA)).stamps(NOTICE), 0)

	def test_a_format_whose_author_put_the_stamp_into_a_comment_prints_it_all_the_same(self):
		hidden = (
			"<h1>INVOICE {{ doc.name }}</h1><!-- {{ factoring_stamp(doc) }} --><p>{{ doc.customer_name }}</p>"
		)
		frappe.db.set_value("Print Format", JINJA, "html", hidden)
		self.addCleanup(frappe.db.set_value, "Print Format", JINJA, "html", print_formats._JINJA)
		frappe.clear_document_cache("Print Format", JINJA)
		for invoice, stamps in ((FACTORED, 1), (DIRECT, 0)):
			seen = Seen(attachment({}, invoice, JINJA))
			self.assertIn(f"INVOICE {invoice}", seen.text)
			self.assertEqual(seen.stamps(NOTICE), stamps)

	def test_a_raw_format_cannot_carry_it_and_does_not_print(self):
		if not frappe.db.exists("Print Format", "RTS Raw"):
			print_formats._format(
				"RTS Raw", custom_format=1, raw_printing=1, raw_commands="TOTAL {{ doc.grand_total }}"
			)
		from frappe.www.printview import get_rendered_raw_commands

		with self.refused(FACTORED, "raw"):
			get_rendered_raw_commands("Sales Invoice", FACTORED, "RTS Raw")
		self.assertIn("TOTAL", get_rendered_raw_commands("Sales Invoice", DIRECT, "RTS Raw")["raw_commands"])


class TestShadowedHooks(FreightCase):
	FRAPPE = "frappe.utils.pdf.pdf_body_html"
	DEAF = "rts_factoring.tests.print_formats.designer_body"
	CHAINS = "rts_factoring.tests.print_formats.designer_that_chains"

	def setUp(self):
		super().setUp()
		frappe.local.form_dict = frappe._dict()
		factories.make_invoice(FACTORED)
		factories.make_invoice(DIRECT, factoring_method="Direct")

	def test_a_site_without_other_print_hooks_has_no_problem(self):
		self.assertEqual(health.problems(), [])

	def test_an_app_that_takes_over_printing_is_named_and_stops_the_print_of_factored_invoices_only(self):
		with patch_hooks({"pdf_body_html": [self.FRAPPE, stamp.HOOK, self.DEAF]}):
			(problem,) = health.problems()
			self.assertIn("rts_factoring", problem)
			self.assertIn("Installed Applications", problem)
			with self.refused("Installed Applications"):
				frappe.get_print("Sales Invoice", FACTORED)
			self.assertIn(DIRECT, frappe.get_print("Sales Invoice", DIRECT))

	def test_an_app_that_calls_on_to_us_is_no_problem(self):
		with patch_hooks({"pdf_body_html": [self.FRAPPE, stamp.HOOK, self.CHAINS]}):
			self.assertEqual(health.problems(), [])
			self.assertEqual(Seen(frappe.get_print("Sales Invoice", FACTORED)).stamps(NOTICE), 1)

	def test_two_apps_that_chain_do_not_call_each_other_for_ever(self):
		with patch_hooks({"pdf_body_html": [self.FRAPPE, self.CHAINS, stamp.HOOK]}):
			self.assertEqual(Seen(frappe.get_print("Sales Invoice", FACTORED)).stamps(NOTICE), 1)

	def test_a_replaced_template_of_the_new_builder_is_named(self):
		from jinja2 import ChoiceLoader, DictLoader

		jenv = frappe.get_jenv()
		other = DictLoader({health.BETA_TEMPLATE: "<html>{{ header }}</html>"})
		loader = jenv.loader
		self.addCleanup(setattr, jenv, "loader", loader)
		jenv.loader = ChoiceLoader([other, loader])
		(problem,) = health.problems()
		self.assertIn("Print Format Builder", problem)

	def test_a_migration_says_so_on_the_screen_and_in_the_log(self):
		def said() -> str:
			screen = io.StringIO()
			with redirect_stdout(screen):
				health.report_after_migrate()
			return screen.getvalue()

		frappe.db.delete("Error Log")
		self.assertEqual((said(), frappe.db.count("Error Log")), ("", 0))
		with patch_hooks({"pdf_body_html": [self.FRAPPE, stamp.HOOK, self.DEAF]}):
			self.assertIn(f"WARNING: {health.problems()[0]}", said())
		(logged,) = frappe.get_all("Error Log", fields=["method", "error"])
		self.assertEqual(logged.method, "Notice of Assignment is shadowed")
		self.assertIn("move rts_factoring to the end", logged.error)
		self.assertIn("rts_factoring.printing.health.report_after_migrate", frappe.get_hooks("after_migrate"))

	def test_the_settings_form_is_told(self):
		with patch_hooks({"pdf_body_html": [self.FRAPPE, stamp.HOOK, self.DEAF]}):
			doc = frappe.get_doc("Subsidiary Factoring Settings", ACME)
			doc.run_method("onload")
			self.assertEqual(doc.get_onload("print_problems"), health.problems())
