"""Two companies, a web server, and a person of each role who is limited to one of them."""

import unittest

import frappe

from rts_factoring.tests import company_isolation, factories
from rts_factoring.tests.company_isolation import ROLES
from rts_factoring.tests.web_server import TIMEOUT, Server


class IsolationCase(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		factories.ensure_companies()
		company_isolation.remove_limits()
		factories.wipe()
		cls.own, cls.other = company_isolation.make_companies()
		company_isolation.make_people()
		cls.server = Server()
		cls.addClassCleanup(cls.server.stop)
		cls.people = {
			role: cls.server.person(
				"" if role == "Guest" else company_isolation.address(role), company_isolation.PASSWORD
			)
			for role in ROLES
		}

	@classmethod
	def tearDownClass(cls):
		company_isolation.remove_limits()
		factories.wipe()

	def setUp(self):
		frappe.db.rollback()
		self.addCleanup(frappe.set_user, "Administrator")

	def asked(self, role: str, path: str, **data):
		answer = self.people[role].session.post(f"{self.server.url}{path}", data=data, timeout=TIMEOUT)
		self.assertNotIn(answer.status_code, (404, 500), f"{role}: {path} {data}: {answer.text[-1500:]}")
		return answer

	def is_let_in(self, answer) -> bool:
		return answer.status_code not in (401, 403)
