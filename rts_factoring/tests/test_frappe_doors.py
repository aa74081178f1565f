"""Promise 8 at Frappe's own doors that ask nobody: charts, tags, linked documents, followed documents, mailed reports."""

import json
from contextlib import contextmanager

import frappe
from frappe.desk.doctype.tag.tag import DocTags
from frappe.desk.form.document_follow import get_message_for_user

from rts_factoring.compat import frappe_major
from rts_factoring.tests import company_isolation
from rts_factoring.tests.company_isolation import PORTAL, TAG, chart
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.isolation_case import IsolationCase

MANAGER = "Factoring Manager"
METHOD = "/api/method/"
CHART = METHOD + "frappe.desk.doctype.dashboard_chart.dashboard_chart.get"
LEDGER = "Factoring Ledger Entry"


def bought(company: str) -> float:
	return sum(frappe.get_all(LEDGER, {"company": company}, pluck="purchased"))


class TestFrappesDoors(IsolationCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.manager = company_isolation.address(MANAGER)
		for doctype, name in (("Report Layout", "RTS Payment Report"), ("Customer", cls.other.customer)):
			DocTags(doctype).add(name, TAG)
		follows = {"document_follow_notify": 1, "document_follow_frequency": "Daily"}
		frappe.db.set_value("User", cls.manager, follows)
		frappe.clear_document_cache("User", cls.manager)
		frappe.db.commit()

	@classmethod
	def tearDownClass(cls):
		frappe.db.rollback()
		for doctype, name in (("Report Layout", "RTS Payment Report"), ("Customer", cls.other.customer)):
			DocTags(doctype).remove(name, TAG)
		frappe.db.delete("Tag Link", {"tag": TAG})
		frappe.db.delete("Document Follow", {"user": cls.manager})
		frappe.db.set_value("User", cls.manager, "document_follow_notify", 0)
		super().tearDownClass()

	def setUp(self):
		super().setUp()
		self.addCleanup(frappe.db.rollback)

	# Charts

	def test_a_heat_map_adds_up_ones_own_company_only(self):
		if frappe_major() >= 16:
			self.skipTest("Frappe 16 refuses the SQL function of its own heat maps")
		self.assertTrue(bought(ACME) and bought(BLUEBIRD))
		answer = self.asked(MANAGER, CHART, chart=json.dumps(chart(type="Heatmap")), no_cache=1)
		self.assertTrue(answer.ok, answer.text)
		days = answer.json()["message"]["dataPoints"]
		self.assertEqual(round(sum(days.values()), 2), round(bought(ACME), 2))

	def test_a_heat_map_is_for_who_may_read_its_documents(self):
		for role in ("Accounts User", PORTAL, "Guest"):
			answer = self.asked(role, CHART, chart=json.dumps(chart(type="Heatmap")), no_cache=1)
			self.assertFalse(self.is_let_in(answer), f"{role}: {answer.text[:300]}")

	def test_a_heat_map_of_rows_without_a_company_is_refused_to_a_limited_user(self):
		rows = {"document_type": "Factoring Batch Invoice", "parent_document_type": "Factoring Batch"}
		asked = chart(**rows, type="Heatmap", based_on="creation", value_based_on="amount")
		self.assertFalse(self.is_let_in(self.asked(MANAGER, CHART, chart=json.dumps(asked), no_cache=1)))

	# Tags

	def listed(self, role: str) -> dict[str, str]:
		"""Way of asking for tags → the answer."""
		ask = {"doctype": "Tag Link", "fields": '["document_name"]', "filters": json.dumps({"tag": TAG})}
		tags = METHOD + "frappe.desk.doctype.tag.tag."
		return {
			path: self.asked(role, path, **data).text
			for path, data in (
				(METHOD + "frappe.client.get_list", ask | {"limit_page_length": 500}),
				(METHOD + "frappe.desk.reportview.get", ask | {"page_length": 500}),
				(tags + "get_documents_for_tag", {"tag": f"#{TAG}"}),
				(tags + "get_tagged_docs", {"doctype": "Factoring Batch", "tag": f"%{TAG}%"}),
			)
		}

	def test_tagged_documents_of_another_company_are_not_listed(self):
		for path, text in self.listed(MANAGER).items():
			self.assertIn(self.own.batch, text, path)
			self.assertNotIn(self.other.batch, text, path)

	def test_shared_layouts_and_erpnexts_documents_are_listed_as_before(self):
		text = self.listed(MANAGER)[METHOD + "frappe.client.get_list"]
		self.assertIn("RTS Payment Report", text)
		self.assertIn(self.other.customer, text)

	def test_who_may_read_no_batch_sees_no_tagged_batch(self):
		for path, text in self.listed(PORTAL).items():
			self.assertNotIn(self.own.batch, text, path)
			self.assertNotIn(self.other.batch, text, path)

	# Linked documents

	def test_documents_that_name_a_customer_are_ones_own(self):
		path = METHOD + "frappe.desk.form.linked_with.get_submitted_linked_docs"
		for company, expected in ((self.own, True), (self.other, False)):
			customer = frappe.db.get_value("Sales Invoice", company.sent[0], "customer")
			answer = self.asked(MANAGER, path, doctype="Customer", name=customer)
			self.assertEqual(company.batch in answer.text, expected, answer.text[:500])
			found = answer.json()["message"]
			self.assertEqual(found["count"], len(found["docs"]))

	# The history of a form

	def test_the_history_of_a_form_holds_no_field_that_the_user_may_not_read(self):
		doc = frappe.get_doc("Subsidiary Factoring Settings", self.own.settings)
		for values in ({"username": "user-of-then", "min_amount": 17}, {"username": "", "min_amount": 0}):
			doc.update(values)
			doc.save(ignore_version=False)  # as outside of tests
		frappe.db.commit()
		form = METHOD + "frappe.desk.form.load."
		asked = {"doctype": doc.doctype, "name": doc.name}
		for role, sees in (("Factoring User", False), (MANAGER, True), ("System Manager", True)):
			for path in (form + "getdoc", form + "get_docinfo"):
				answer = self.people[role].get(path, **asked)
				changes = json.dumps(answer.json()["docinfo"]["versions"])
				self.assertIn("min_amount", changes, role)
				self.assertEqual("user-of-then" in answer.text, sees, f"{role}: {path}")
		other = self.people["Factoring User"].get(form + "get_docinfo", doctype=doc.doctype, name=BLUEBIRD)
		self.assertEqual(other.status_code, 403)

	# Followed documents

	def followed(self) -> set[str]:
		frappe.db.rollback()
		return {*frappe.get_all("Document Follow", {"user": self.manager}, pluck="ref_docname")}

	def unfollow(self):
		frappe.db.delete("Document Follow", {"user": self.manager})
		frappe.db.commit()

	def follow(self, name: str, doctype: str = "Factoring Batch", role: str = MANAGER):
		path = METHOD + "frappe.desk.form.document_follow.follow_document"
		return self.asked(role, path, doctype=doctype, doc_name=name, user=self.manager)

	def test_nobody_follows_a_document_of_another_company(self):
		self.addCleanup(self.unfollow)
		self.assertTrue(self.follow(self.own.batch).ok)
		said = set()
		for doctype, name in (
			("Factoring Batch", self.other.batch),
			("Subsidiary Factoring Settings", BLUEBIRD),
			("Sales Invoice", self.other.sent[0]),
			("Factoring Batch", "FB-NONE"),
		):
			answer = self.follow(name, doctype)
			self.assertFalse(answer.ok, name)
			(message,) = json.loads(answer.json()["_server_messages"])
			said.add(json.loads(message)["message"].replace(name, "X"))
		self.assertEqual(len(said), 1, said)
		self.assertEqual(self.followed(), {self.own.batch})

	def test_nobody_follows_changes_of_fields_they_may_not_read(self):
		user = company_isolation.address("Factoring User")
		for person, allowed in ((self.manager, True), (user, False)):
			follow = {"doctype": "Document Follow", "ref_doctype": "Subsidiary Factoring Settings"}
			follow = frappe.get_doc(follow | {"ref_docname": ACME, "user": person})
			if allowed:
				follow.insert()
			else:
				self.assertRaises(frappe.LinkValidationError, follow.insert)

	def test_whoever_moves_to_another_company_follows_the_documents_of_the_first_no_longer(self):
		self.addCleanup(self.unfollow)
		self.follow(self.own.batch)
		self.assertEqual(self.followed(), {self.own.batch})
		limit = frappe.get_doc("User Permission", {"user": self.manager, "allow": "Company"})
		self.addCleanup(self.move, limit.name, ACME)
		self.move(limit.name, BLUEBIRD)
		self.assertEqual(self.followed(), set())
		self.assertEqual(get_message_for_user("Daily", self.manager), ([], []))

	def move(self, limit: str, company: str):
		frappe.get_doc("User Permission", limit).update({"for_value": company}).save()
		frappe.db.commit()

	# Mailed reports

	def mailed(self, company: str, user: str, report: str = "Factored Invoices"):
		values = {"report": report, "user": user, "email_to": "a@example.com", "frequency": "Daily"}
		values |= {"filters": json.dumps({"company": company} if company else {}), "format": "CSV"}
		doc = frappe.get_doc({"doctype": "Auto Email Report", "day_of_week": "Monday"} | values)
		return doc.insert(ignore_permissions=True)

	@contextmanager
	def as_manager(self):
		frappe.set_user(self.manager)
		try:
			yield
		finally:
			frappe.set_user("Administrator")

	def test_a_limited_user_has_reports_mailed_with_their_own_rights(self):
		with self.as_manager():
			with self.assertRaises(frappe.PermissionError):
				self.mailed(BLUEBIRD, "Administrator")
			own, other, all_companies = (
				self.mailed(ACME, self.manager),
				self.mailed(BLUEBIRD, self.manager),
				self.mailed("", self.manager, "Factoring by Company"),
			)
		self.assertIn(self.own.sent[0], own.get_report_content())  # as the scheduler
		with self.assertRaises(frappe.PermissionError):
			other.get_report_content()
		with self.assertRaises(frappe.ValidationError):
			all_companies.get_report_content()

	def test_who_sees_all_companies_has_them_mailed_as_before(self):
		self.assertIn(self.other.sent[0], self.mailed(BLUEBIRD, "Administrator").get_report_content())
		content = self.mailed("", "Administrator", "Factoring by Company").get_report_content()
		self.assertIn(BLUEBIRD, content)

	# A User Permission for one DocType

	def test_a_user_permission_for_one_doctype_limits_every_method(self):
		limit = {"user": company_isolation.address(MANAGER), "allow": "Company"}
		narrow = {"applicable_for": "Factoring Batch", "apply_to_all_doctypes": 0}
		self.change(limit, narrow)
		self.addCleanup(self.change, limit, {"applicable_for": None, "apply_to_all_doctypes": 1})
		company = {"company": self.other.company}
		for name, data in (
			("get_queued_invoices", company),
			("find_repairs", company),
			("get_closing_lines", company),
			("get_opening_lines", company),
			("get_position", company),
			("get_card", {"filters": json.dumps(company | {"card": "queued"})}),
		):
			answer = self.asked(MANAGER, f"{METHOD}rts_factoring.api.{name}", **data)
			self.assertFalse(self.is_let_in(answer), f"{name}: {answer.text[:300]}")

	def change(self, limit: dict, values: dict):
		frappe.get_doc("User Permission", limit).update(values).save()
		frappe.db.commit()
