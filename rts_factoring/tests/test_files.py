"""Files: private, of the company's own, and no longer open to those who have left it."""

import frappe
from frappe.utils.password import update_password

from rts_factoring.services.common import file_companies
from rts_factoring.services.invoices import documents, packets
from rts_factoring.tests import company_isolation, factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD, FIXTURES
from rts_factoring.tests.web_server import Server

PAPER = "paperwork/rate_confirmation.pdf"
REPORT = "Factored Invoices"


class TestFiles(FreightCase):
	def setUp(self):
		self.addCleanup(company_isolation.remove_limits)  # it commits: after the rollback of the base class
		super().setUp()
		company_isolation.remove_limits()

	def public(self) -> str:
		values = {"file_name": "pod.pdf", "is_private": 0, "content": (FIXTURES / PAPER).read_bytes()}
		return frappe.get_doc({"doctype": "File", **values}).insert().file_url

	def test_a_public_file_is_no_document_of_an_invoice(self):
		for number, submit in (("AF-10001", False), ("AF-10002", True)):
			invoice = factories.make_invoice(number, submit=submit)
			with self.refused("Row 1", "public"):
				documents.attach(invoice, self.public(), "Other")
			invoice.reload()
			with self.refused("Row 1", "public"):
				documents.attach_all(invoice, [self.public()])
			invoice.reload()
			invoice.append("factoring_documents", {"kind": "Other", "file": self.public()})
			with self.refused("Row 1", "public"):
				invoice.save()

	def test_rows_that_were_there_before_do_not_stop_a_save(self):
		invoice = factories.make_invoice("AF-10001", submit=False)
		documents.attach(invoice, factories.upload(PAPER), "Other")
		frappe.db.set_value("Factoring Document", invoice.factoring_documents[0].name, "file", self.public())
		invoice.reload()
		invoice.po_no = "changed"
		invoice.save()

	def test_whoever_moved_to_another_company_no_longer_opens_or_finds_the_files_of_the_first(self):
		company_isolation.make_people()
		user = company_isolation.address("Factoring Manager")
		factories.make_invoice("AF-10001")
		frappe.set_user(user)
		file = frappe.get_doc("File", {"file_url": factories.upload(PAPER, attached_to="AF-10001")})
		self.assertTrue(file.has_permission("read"))
		self.assertTrue(frappe.get_list("File", {"name": file.name}))
		frappe.set_user("Administrator")
		permission = frappe.get_doc("User Permission", {"user": user, "allow": "Company"})
		permission.update({"for_value": BLUEBIRD}).save()
		frappe.set_user(user)
		self.assertFalse(file.has_permission("read"))
		self.assertFalse(frappe.get_list("File", {"name": file.name}))

	def test_a_file_is_found_by_the_company_of_its_document_however_it_came_there(self):
		company_isolation.make_people()
		user = company_isolation.address("Factoring Manager")
		own, other = (
			factories.make_invoice("AF-10001", submit=False),
			factories.make_invoice("BL-20001", submit=False),
		)
		file = frappe.get_doc("File", {"file_url": factories.upload(PAPER, attached_to=own.name)})

		def company() -> str | None:
			return frappe.db.get_value("File", file.name, file_companies.FIELD)

		def assert_listed(listed: bool):
			frappe.set_user(user)
			self.assertEqual(bool(frappe.get_list("File", {"name": file.name})), listed)
			frappe.set_user("Administrator")

		self.assertEqual(company(), ACME)
		assert_listed(True)
		file.reload()
		file.update({"attached_to_name": other.name, file_companies.FIELD: ACME}).save()
		self.assertEqual(company(), BLUEBIRD)
		assert_listed(False)
		frappe.db.set_value(
			"File", file.name, {"attached_to_name": "", "attached_to_doctype": "", file_companies.FIELD: None}
		)
		for name, listed in (
			(own.name, True),
			(other.name, False),
		):  # as Frappe attaches a file that was uploaded before
			frappe.db.set_value(
				"File", file.name, {"attached_to_name": name, "attached_to_doctype": "Sales Invoice"}
			)
			assert_listed(listed)
		file_companies.fill()
		self.assertEqual(company(), BLUEBIRD)
		assert_listed(False)

	def test_a_document_that_goes_to_another_company_takes_its_files_along(self):
		company_isolation.make_people()
		notice = frappe.copy_doc(self.notice)
		notice.update({"docstatus": 0, "valid_from": "2026-02-01", "approval_date": "2026-02-01"})
		notice.insert()
		values = {
			"file_name": "sample.txt",
			"is_private": 1,
			"content": "x",
			"attached_to_doctype": notice.doctype,
		}
		file = frappe.get_doc({"doctype": "File", **values, "attached_to_name": notice.name}).insert()
		self.assertEqual(file.get(file_companies.FIELD), ACME)
		for company, listed in ((BLUEBIRD, False), (ACME, True)):
			notice.company = company
			notice.save()
			self.assertIsNone(frappe.db.get_value("File", file.name, file_companies.FIELD))
			frappe.set_user(company_isolation.address("Factoring Manager"))
			self.assertEqual(bool(frappe.get_list("File", {"name": file.name})), listed)
			frappe.set_user("Administrator")

	def test_what_frappe_says_of_a_file_holds_for_everybody_else(self):
		"""On Frappe 15 the last app's answer is the only one: ours must not open what Frappe keeps shut."""
		company_isolation.make_people()
		factories.make_invoice("AF-10001")
		stray = frappe.get_doc(
			{"doctype": "File", "file_name": "a.txt", "is_private": 1, "content": "x"}
		).insert()
		paper = frappe.get_doc("File", {"file_url": factories.upload(PAPER, attached_to="AF-10001")})
		for role, allowed in (("System Manager", False), ("Factoring User", True)):
			for limited in (True, False):
				frappe.set_user("Administrator")
				if not limited:
					company_isolation.remove_limits()
				else:
					company_isolation.make_people()
				frappe.set_user(company_isolation.address(role))
				self.assertFalse(stray.has_permission("read"), role)
				self.assertEqual(paper.has_permission("read"), allowed, role)

	def test_what_frappe_says_of_a_prepared_report_holds_too(self):
		user = factories.make_user("prepared@isolation.example.com", "Prepared Report User")
		filters = frappe.as_json({"company": ACME})
		doc = frappe.get_doc({"doctype": "Prepared Report", "report_name": REPORT, "filters": filters})
		doc.db_insert()
		frappe.set_user(user)
		self.assertFalse(doc.has_permission("read"), "may not run the report")
		frappe.set_user("Administrator")
		factories.make_user(user, "Prepared Report User", "Factoring User", "Accounts User")
		frappe.set_user(user)
		self.assertTrue(doc.has_permission("read"))


class TestAddresses(FreightCase):
	"""What a private file's address opens, asked over HTTP."""

	def setUp(self):
		self.addCleanup(company_isolation.remove_limits)
		super().setUp()
		company_isolation.remove_limits()
		company_isolation.make_people()
		factories.make_invoice("AF-10001")
		self.web = Server()
		self.addCleanup(self.web.stop)
		self.addCleanup(frappe.db.commit)

	def person(self, role: str):
		return self.web.person(company_isolation.address(role), company_isolation.PASSWORD)

	def portal_user(self):
		user = factories.make_user("portal@rts.test", user_type="Website User")
		update_password(user, company_isolation.PASSWORD)
		frappe.db.commit()
		self.addCleanup(frappe.delete_doc, "User", user, force=True)
		return self.web.person(user, company_isolation.PASSWORD)

	def packet(self) -> str:
		name = packets.ensure_packet("AF-10001")
		frappe.db.commit()
		return frappe.db.get_value("File", name, "file_url")

	def test_a_record_that_only_names_a_private_address_is_refused(self):
		address = self.packet()
		for person in (self.portal_user(), self.person("System Manager")):
			for spelled in (address, address.replace("/files/", "/files/./"), address.replace("-", "%2D")):
				answer = person.session.post(
					f"{self.web.url}/api/resource/File",
					json={"file_url": spelled, "file_name": "mine.pdf", "is_private": 1},
				)
				self.assertEqual(answer.status_code, 403, (person.user, spelled, answer.text[:300]))
				self.assertEqual(person.get(spelled).status_code, 403, spelled)

	def test_a_report_that_was_mailed_or_uploaded_and_not_used_yet_is_not_opened_by_naming_it(self):
		mail = frappe.get_doc(
			{"doctype": "Communication", "subject": "x", "sent_or_received": "Received"}
		).insert()
		for attached in ({"attached_to_doctype": "Communication", "attached_to_name": mail.name}, {}):
			file = {"file_name": "report.xlsx", "content": frappe.generate_hash(), "is_private": 1} | attached
			address = frappe.get_doc({"doctype": "File", **file}).insert().file_url
			frappe.db.commit()
			person = self.portal_user()
			answer = person.session.post(
				f"{self.web.url}/api/resource/File",
				json={"file_url": address, "file_name": "mine.xlsx", "is_private": 1},
			)
			self.assertEqual(answer.status_code, 403, answer.text[:300])
			self.assertEqual(person.get(address).status_code, 403)

	def test_a_packet_has_an_address_that_nobody_guesses_and_a_name_people_know(self):
		address = self.packet()
		self.assertRegex(address, r"AF-10001-[0-9a-z]{20}\.pdf$")
		file = frappe.db.get_value("File", {"file_url": address}, ["file_name", "owner"])
		self.assertEqual(file, ("AF-10001.pdf", "Administrator"))
		self.assertEqual(self.person("Factoring User").get(address).status_code, 200)
		self.assertEqual(self.web.person().get(address).status_code, 403)

	def test_whoever_uploaded_a_document_and_moved_away_cannot_open_it_by_its_address(self):
		user = company_isolation.address("Factoring Manager")
		frappe.set_user(user)
		address = factories.upload(PAPER, attached_to="AF-10001")
		documents.attach(frappe.get_doc("Sales Invoice", "AF-10001"), address, "Other")
		frappe.set_user("Administrator")
		frappe.db.commit()
		person = self.person("Factoring Manager")
		self.assertEqual(person.get(address).status_code, 200)
		permission = frappe.get_doc("User Permission", {"user": user, "allow": "Company"})
		permission.update({"for_value": BLUEBIRD}).save()
		frappe.db.commit()
		self.assertEqual(person.get(address).status_code, 403)
