"""Promise 8: everything the app lets in is called by every role for its own and for another company, and compared
with the one table of docs/security.md."""

import io
import json
from urllib.parse import quote

import frappe
import openpyxl
import redis
from frappe.utils import fmt_money

from rts_factoring.tests import company_isolation, factories, report_factories
from rts_factoring.tests.company_isolation import RIGHTS, ROLES, arguments
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.isolation_case import IsolationCase
from rts_factoring.tests.web_server import TIMEOUT

CLIENT = "/api/method/frappe.client."
LISTED = (
	"Subsidiary Factoring Settings",
	"Notice of Assignment",
	"Factoring Batch",
	"Report Import",
	"Report Import Line",
	"Received Report",
	"Factoring Ledger Entry",
	"Factoring Log",
	"Factoring Close",
	"Report Layout",
	"Schedule Layout",
)
CHILDREN = {
	"Factoring Batch Invoice": "Factoring Batch",
	"Factoring Batch File": "Factoring Batch",
	"Factoring Document": "Sales Invoice",
	"Factoring Document Kind": "Subsidiary Factoring Settings",
	"Factoring Payout": "Journal Entry",
	"Factoring Close Item": "Factoring Close",
	"Factoring Close Figure": "Factoring Close",
	"Factoring Close Entry": "Factoring Close",
}
SEARCH = "/api/method/frappe.desk.search.search_link"
PERIOD = {"from_date": "2026-01-01", "to_date": "2026-12-31"}


class TestCompanyIsolation(IsolationCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.table = company_isolation.table()

	def compare(self, kind: str, ask) -> None:
		"""`ask(role, name, company)` says whether that role was let in; each row of the table of this kind."""
		wrong = []
		for what, cells in self.table.items():
			if not what.startswith(kind + " "):
				continue
			name = what.removeprefix(kind + " ")
			for role, cell in cells.items():
				expected = {"own": (True, False), "all": (True, True), "–": (False, False)}[cell]
				found = ask(role, name, self.own), ask(role, name, self.other)
				if found != expected:
					wrong.append(f"{what} | {role}: the table says {cell}; own {found[0]}, other {found[1]}")
		self.assertFalse(wrong, "\n" + "\n".join(wrong))

	# The table

	def test_the_table_names_every_way_in_and_no_other(self):
		self.assertEqual(set(self.table), company_isolation.everything())
		self.assertEqual(set(arguments(self.own)), set(company_isolation.methods()))
		self.assertEqual(list(next(iter(self.table.values()))), list(ROLES))

	def test_each_method_lets_in_whom_the_table_says(self):
		"""Let in is whatever is not refused for want of permission; what the method then says is other tests' matter."""
		functions = company_isolation.methods()

		def ask(role, name, company):
			data = dict(arguments(company)[name])
			if on := data.pop("on", None):
				path = "/api/method/run_doc_method"
				data = {"dt": on[0], "dn": on[1], "method": name.rsplit(".", 1)[-1], "args": json.dumps(data)}
			else:
				path = f"/api/method/{functions[name].__module__}.{functions[name].__name__}"
			answer = self.asked(role, path, **data)
			if answer.ok and name.endswith(("search_links", "get_tagged_docs", "get_submitted_linked_docs")):
				return company.batch in answer.text
			if answer.ok and name == "desk.get_chart":
				return any(answer.json()["message"]["datasets"][0]["values"])
			if answer.ok and name.endswith("_invoices") and "refused" in (answer.json().get("message") or {}):
				return not any("ermi" in row["reason"] for row in answer.json()["message"]["refused"])
			return self.is_let_in(answer)

		self.compare("method", ask)

	def test_each_doctype_allows_what_the_table_says(self):
		wrong = []
		for what, cells in self.table.items():
			kind, _space, doctype = what.partition(" ")
			if kind == "DocType":
				documents = self.own.one_of(doctype), self.other.one_of(doctype)
			elif kind == "shared":
				documents = [frappe.get_doc(doctype, company_isolation.SHARED[doctype])] * 2
			else:
				continue
			for role, cell in cells.items():
				letters, scope = cell.split() if " " in cell else ("", "own")
				frappe.set_user(company_isolation.address(role))
				own, other = (
					"".join(letter for letter, right in RIGHTS.items() if doc.has_permission(right))
					for doc in documents
				)
				if own != letters or other != (letters if scope == "all" else ""):
					wrong.append(f"{what} | {role}: the table says {cell}; own {own}, other {other}")
			frappe.set_user("Administrator")
		self.assertFalse(wrong, "\n" + "\n".join(wrong))

	def test_documents_are_opened_as_the_table_says(self):
		wrong = []
		for doctype in LISTED:
			for role, cell in self.table[f"DocType {doctype}"].items():
				for company, expected in ((self.own, cell.startswith("R")), (self.other, False)):
					name = company.one_of(doctype).name
					for path in (
						f"/api/resource/{quote(doctype)}/{quote(name)}",
						"/api/method/frappe.desk.form.load.getdoc",
					):
						data = {"doctype": doctype, "name": name} if "getdoc" in path else {}
						answer = self.people[role].get(path, **data)
						if answer.status_code not in ((200,) if expected else (401, 403)):
							wrong.append(f"{doctype} {name} as {role} by {path}: {answer.status_code}")
		self.assertFalse(wrong, "\n" + "\n".join(wrong))

	def test_each_report_lets_in_whom_the_table_says(self):
		def ask(role, name, company):
			filters = json.dumps({"company": company.company, "role": "Reserve"} | PERIOD)
			return self.is_let_in(
				self.asked(
					role, "/api/method/frappe.desk.query_report.run", report_name=name, filters=filters
				)
			)

		self.compare("report", ask)

	def test_each_card_lets_in_whom_the_table_says(self):
		def ask(role, name, company):
			card = frappe.get_doc("Number Card", name)
			filters = json.loads(card.filters_json) | {"company": company.company}
			return self.is_let_in(self.asked(role, f"/api/method/{card.method}", filters=json.dumps(filters)))

		self.compare("card", ask)

	def test_each_file_is_listed_to_whom_the_table_says(self):
		"""By every list there is; the names of other companies' files stand in none."""

		def ask(role, name, company):
			file = frappe.db.get_value(
				"File", {"file_url": company.files[name]}, ["name", "file_name"], as_dict=True
			)
			view = {"doctype": "File", "fields": json.dumps(["`tabFile`.`name`", "`tabFile`.`file_name`"])}
			by_name = json.dumps([["File", "name", "=", file.name]])
			search = {"doctype": "File", "txt": file.file_name, "page_length": 500}
			listed = [
				file.name in self.asked(role, path, **data).text
				for path, data in (
					(
						CLIENT + "get_list",
						{"doctype": "File", "filters": json.dumps({"file_name": file.file_name})},
					),
					("/api/method/frappe.desk.reportview.get", view | {"filters": by_name}),
					(SEARCH, search),
				)
			]
			self.assertEqual(len(set(listed)), 1, f"{role}: {name} of {company.company}: {listed}")
			self.assertFalse(role == "Guest" and any(listed))
			if company is self.other:
				for data in (search | {"ignore_user_permissions": 1}, search | {"filters": by_name}):
					self.assertNotIn(file.name, self.asked(role, SEARCH, **data).text, f"{role}: {name}")
			return listed[0]

		self.compare("listed file", ask)

	def test_each_file_opens_to_whom_the_table_says(self):
		def ask(role, name, company):
			answer = self.people[role].get(company.files[name])
			self.assertIn(answer.status_code, (200, 401, 403), f"{role}: {name}")
			return answer.ok

		self.compare("file", ask)

	def test_a_record_that_names_a_file_is_taken_from_whom_the_table_says(self):
		"""Frappe lets people open a file that a record of their own names."""

		def ask(role, name, company):
			values = {"file_url": company.files[name], "file_name": "mine.txt", "is_private": 1}
			answer = self.people[role].session.post(
				f"{self.server.url}/api/resource/File", json=values, timeout=TIMEOUT
			)
			self.assertIn(answer.status_code, (200, 401, 403), f"{role}: {name}: {answer.text[:500]}")
			if answer.ok:
				frappe.db.rollback()
				frappe.delete_doc("File", answer.json()["data"]["name"], force=True)
				frappe.db.commit()
			elif role != "Guest":
				self.assertEqual(
					self.people[role].get(company.files[name]).ok, self.opens(role, name, company)
				)
			return answer.ok

		self.compare("named file", ask)

	def opens(self, role: str, name: str, company) -> bool:
		return self.table[f"file {name}"][role] == "own" and company is self.own

	def test_each_field_is_written_by_whom_the_table_says(self):
		values = company_isolation.fields()

		def ask(role, name, company):
			doctype, field = name.split(".")
			document, value = company.to_write(doctype), values[name](company)
			sent = {field: value} | ({"factoring_ours_reason": "x"} if field == "factoring_is_ours" else {})
			before = frappe.db.get_value(doctype, document, field)
			answer = self.people[role].session.put(
				f"{self.server.url}/api/resource/{quote(doctype)}/{quote(document)}",
				json=sent,
				timeout=TIMEOUT,
			)
			self.assertIn(answer.status_code, (200, 401, 403), f"{role}: {name}: {answer.text[-600:]}")
			frappe.db.rollback()
			after = frappe.db.get_value(doctype, document, field)
			frappe.db.set_value(doctype, document, field, before, update_modified=False)
			frappe.db.commit()
			return after != before

		self.compare("field", ask)

	# Other ways round

	def test_a_form_method_is_judged_by_the_document_stored_not_by_the_one_sent(self):
		for name, data in arguments(self.other).items():
			if not (on := data.pop("on", None)) or on[0] == "Report Layout":
				continue  # its method shows what is in the form
			forged = frappe.get_doc(*on).as_dict() | {"company": ACME}
			sent = {
				"docs": frappe.as_json(forged),
				"method": name.rsplit(".", 1)[-1],
				"args": json.dumps(data),
			}
			for role in ("Factoring Manager", "System Manager"):
				answer = self.asked(role, "/api/method/run_doc_method", **sent)
				self.assertFalse(self.is_let_in(answer), f"{name} as {role}: {answer.text[:500]}")

	def test_saving_another_companys_document_as_ones_own_is_refused(self):
		for doctype in ("Report Import", "Notice of Assignment", "Factoring Batch"):
			doc = self.other.one_of(doctype)
			forged = frappe.as_json(doc.as_dict() | {"company": ACME})
			answer = self.asked(
				"Factoring Manager", "/api/method/frappe.desk.form.save.savedocs", doc=forged, action="Save"
			)
			self.assertFalse(self.is_let_in(answer), doctype)
			frappe.db.rollback()
			self.assertEqual(frappe.db.get_value(doctype, doc.name, "company"), BLUEBIRD)

	def test_lists_counts_searches_and_exports_hold_nothing_of_another_company(self):
		for doctype in LISTED:
			total = sum(company != BLUEBIRD for company in frappe.get_all(doctype, pluck="company", limit=0))
			view = {
				"doctype": doctype,
				"fields": json.dumps([f"`tab{doctype}`.`name`", f"`tab{doctype}`.`company`"]),
			}
			asks = {
				CLIENT + "get_list": {"doctype": doctype, "fields": '["*"]', "limit_page_length": 500},
				CLIENT + "get_count": {"doctype": doctype},
				CLIENT + "get_value": {
					"doctype": doctype,
					"filters": json.dumps({"company": BLUEBIRD}),
					"fieldname": "name",
				},
				SEARCH: {"doctype": doctype, "txt": "", "page_length": 500},
				SEARCH + "?ignored": {
					"doctype": doctype,
					"txt": "",
					"page_length": 500,
					"ignore_user_permissions": 1,
				},
				SEARCH.replace("_link", "_widget"): {
					"doctype": doctype,
					"txt": "",
					"ignore_user_permissions": 1,
				},
				"/api/method/frappe.desk.reportview.get": view | {"page_length": 500},
				"/api/method/frappe.desk.reportview.get_count": view | {"distinct": "false", "filters": "[]"},
				"/api/method/frappe.desk.reportview.get_group_by_count": {
					"doctype": doctype,
					"current_filters": "[]",
					"field": "company",
				},
				"/api/method/frappe.desk.reportview.export_query": view
				| {"file_format_type": "CSV", "title": doctype},
			}
			hidden = {self.other.one_of(doctype).name, *self.other.names}
			for path, data in asks.items():
				answer = self.asked("Factoring Manager", path, **data)
				self.assertNotIn(
					BLUEBIRD, answer.text.replace(data.get("filters", ""), ""), f"{doctype}: {path}"
				)
				self.assertFalse([name for name in hidden if name in answer.text], f"{doctype}: {path}")
				if path.endswith("get_count"):
					self.assertEqual(answer.json()["message"], total, f"{doctype}: {path}")

	def test_rows_of_another_companys_documents_cannot_be_listed_on_their_own(self):
		for doctype, parent in CHILDREN.items():
			data = {"doctype": doctype, "parent": parent, "fields": '["*"]', "limit_page_length": 500}
			answer = self.asked("Factoring Manager", CLIENT + "get_list", **data)
			self.assertTrue(answer.ok, answer.text[:500])
			mine = frappe.get_all(parent, filters={"company": ACME}, pluck="name")
			rows = answer.json()["message"]
			self.assertLessEqual(
				{row["parent"] for row in rows if row["parenttype"] == parent}, set(mine), doctype
			)
			data = {"doctype": doctype, "txt": "", "reference_doctype": parent, "page_length": 500}
			found = self.asked("Factoring Manager", SEARCH, ignore_user_permissions=1, **data)
			theirs = frappe.get_all(
				doctype, {"parenttype": parent, "parent": ("not in", mine)}, pluck="name", limit=0
			)
			self.assertFalse([name for name in theirs if name in found.text], doctype)
		self.assertEqual(
			len(frappe.get_all("Factoring Batch Invoice", {"parent": self.own.batch})),
			len([1 for row in self._batch_rows() if row["parent"] == self.own.batch]),
		)

	def _batch_rows(self) -> list:
		data = {"doctype": "Factoring Batch Invoice", "parent": "Factoring Batch", "fields": '["parent"]'}
		answer = self.asked("Factoring Manager", CLIENT + "get_list", limit_page_length=500, **data)
		return answer.json()["message"]

	def test_a_card_and_the_chart_without_filters_add_up_ones_own_company_only(self):
		card = frappe.get_doc("Number Card", "Financed and Open")
		answer = self.asked("Factoring Manager", f"/api/method/{card.method}", filters=card.filters_json)
		expected = frappe.get_all("Factoring Ledger Entry", {"company": ACME}, pluck="open_change")
		self.assertTrue(sum(expected))
		self.assertIn(f">{fmt_money(sum(expected), currency='USD')}<", answer.json()["message"])
		get = "/api/method/rts_factoring.rts_factoring.dashboard_chart_source.factoring_per_week.factoring_per_week.get"
		self.assertEqual(
			self.asked("Factoring Manager", get).json(),
			self.asked("Factoring Manager", get, filters=json.dumps({"company": ACME})).json(),
		)

	def test_the_message_about_a_foreign_invoice_is_that_about_none(self):
		said = []
		for number in (self.other.invoice, "BL-NONE"):
			doc = {"doctype": "Factoring Batch", "company": ACME, "batch_date": "2026-11-02"}
			doc["invoices"] = [{"doctype": "Factoring Batch Invoice", "sales_invoice": number}]
			answer = self.asked("Factoring User", CLIENT + "insert", doc=json.dumps(doc))
			self.assertFalse(answer.ok)
			said.append(answer.json().get("_server_messages", "").replace(number, "X"))
			self.assertNotIn(BLUEBIRD, answer.text)
		self.assertTrue(all("X" in text for text in said), said)

	def test_a_file_that_names_another_companys_client_number_is_not_imported_for_it(self):
		frappe.set_user(company_isolation.address("Factoring User"))
		rows = [
			("Purchase Report",),
			("Client #:", factories.COMPANIES[BLUEBIRD][1]),
			("Batch:", self.other.batch),
		]
		rows += [report_factories.PURCHASE_HEADER, (self.other.sent[0], "x", 1, 1, 0, 0, 1)]
		content = report_factories.workbook(rows)
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "x.xlsx", "is_private": 1, "content": content}
		).insert()
		frappe.flags.in_import = True  # the user's default company is not filled in
		self.addCleanup(frappe.flags.pop, "in_import")
		with self.assertRaises(frappe.ValidationError) as refused:
			frappe.get_doc({"doctype": "Report Import", "file": file.file_url}).insert()
		self.assertIn("No subsidiary has this client number", str(refused.exception))
		self.assertNotIn(BLUEBIRD, str(refused.exception))

	# Files

	def test_a_file_one_may_not_read_cannot_be_attached_to_be_read(self):
		frappe.set_user(company_isolation.address("Factoring Manager"))
		for doctype, fieldname, kind in (
			("Report Import", "file", "report"),
			("Notice of Assignment", "approval_attachment", "approval"),
		):
			doc = frappe.get_doc({"doctype": doctype, "company": ACME, fieldname: self.other.files[kind]})
			doc.update({"language": "en", "valid_from": "2026-12-01", "text": "Pay the factor."})
			with self.assertRaises(frappe.ValidationError) as caught:
				doc.insert()
			self.assertIn("this file does not exist, or you may not read it", str(caught.exception))

	def test_a_public_file_is_refused(self):
		frappe.set_user(company_isolation.address("Factoring Manager"))
		content = report_factories.workbook([("public",)])
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "p.xlsx", "is_private": 0, "content": content}
		).insert()
		with self.assertRaises(frappe.ValidationError) as caught:
			frappe.get_doc({"doctype": "Report Import", "company": ACME, "file": file.file_url}).insert()
		self.assertIn("public", str(caught.exception))

	def test_rows_of_a_report_are_exported_without_formulas(self):
		formula = "=HYPERLINK(1)"
		rows = [("Payment Report 11/08/2026 - 11/14/2026",), ("Client #:", factories.COMPANIES[ACME][1])]
		rows += [report_factories.PAYMENT_HEADER, ("AF-NONE", "x", "CHK-9", "11/09/2026", "Payment", 5, 0, 0)]
		book = openpyxl.load_workbook(io.BytesIO(report_factories.workbook(rows)))
		cell = book.active.cell(4, 2, formula)
		cell.data_type = "s"
		content = io.BytesIO()
		book.save(content)
		report = report_factories.import_file("formula.xlsx", content.getvalue(), submit=False)
		frappe.db.commit()
		answer = self.asked(
			"Factoring Manager",
			"/api/method/frappe.desk.reportview.export_query",
			doctype="Report Import Line",
			fields=json.dumps(["`tabReport Import Line`.`debtor`"]),
			filters=json.dumps({"report_import": report.name}),
			file_format_type="Excel",
			title="Rows",
		)
		cells = [cell for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active for cell in row]
		self.assertIn("'" + formula, [cell.value for cell in cells])
		self.assertNotIn("f", {cell.data_type for cell in cells})

	# Fields

	def test_the_connection_is_read_by_managers_and_changed_by_system_managers_alone(self):
		name = self.own.settings
		path = f"/api/resource/Subsidiary%20Factoring%20Settings/{quote(name)}"
		self.assertNotIn("host", self.people["Factoring User"].get(path).json()["data"])
		for role, changed in (("Factoring Manager", False), ("System Manager", True)):
			seen = self.people[role].get(path).json()["data"]
			self.assertIn("host", seen)
			doc = json.dumps(seen | {"username": f"set by {role}", "insecure": 1})
			self.asked(role, "/api/method/frappe.desk.form.save.savedocs", doc=doc, action="Save")
			frappe.db.rollback()
			found = frappe.db.get_value("Subsidiary Factoring Settings", name, ["username", "insecure"])
			self.assertEqual(found == (f"set by {role}", 1), changed, role)
			if changed:
				frappe.db.set_value("Subsidiary Factoring Settings", name, {"username": "", "insecure": 0})
				frappe.db.commit()

	def test_the_checklist_holds_no_field_the_user_may_not_read(self):
		path = "/api/method/rts_factoring.api.get_checklist"
		answer = self.asked("Factoring User", path, settings=self.own.settings)
		self.assertTrue(answer.ok, answer.text[:300])
		self.assertNotIn("host_key_fingerprint", answer.text)

	# Realtime

	def test_events_go_to_rooms_of_documents_and_people_only(self):
		listener = redis.from_url(frappe.conf.redis_queue).pubsub()
		listener.subscribe("events")
		listener.get_message(timeout=5)
		for name in self.other.sent:
			frappe.get_doc("Sales Invoice", name).notify_update()
		for doctype in ("Factoring Batch", "Report Import", "Notice of Assignment"):
			self.other.one_of(doctype).notify_update()
		report_factories.sent_batch("FB-WALL-EVENTS", [self.other.invoice], BLUEBIRD)
		frappe.db.commit()
		heard = []
		while message := listener.get_message(ignore_subscribe_messages=True, timeout=1):
			heard.append(json.loads(message["data"]))
		heard = [event for event in heard if event["namespace"] == frappe.local.site]
		ours = [event for event in heard if "actoring" in str(event) or "Report Import" in str(event)]
		self.assertTrue(any(event["room"].startswith("doc:") for event in ours), heard)
		self.assertFalse([event for event in ours if not event["room"].startswith(("doc:", "user:"))])
