"""A rehearsal is lived through on the real screens' services, and leaves nothing behind."""

import io
from unittest.mock import patch

import frappe
from pypdf import PdfReader

from rts_factoring.permissions import allowed_companies
from rts_factoring.rts_factoring.doctype.subsidiary_factoring_settings import (
	subsidiary_factoring_settings as methods,
)
from rts_factoring.services.batches import delivery, factoring_batch
from rts_factoring.services.common import files
from rts_factoring.services.company import factor_server, rehearsal_company, settings
from rts_factoring.services.views import rehearsals
from rts_factoring.tests import company_isolation, factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.rehearsal_case import RehearsalCase, count_rows, site_files

COMPANY = rehearsal_company.COMPANY


class TestARehearsedWeek(RehearsalCase):
	def deliver(self):
		batch = factoring_batch.create(COMPANY, rehearsal_company.INVOICES)
		batch.submit()
		frappe.db.commit()
		self.assertEqual(delivery.deliver_batch(batch.name), "Delivered")
		return batch

	def post_next(self, step: str):
		self.assertEqual(rehearsals.progress()["step"], f"fetch_{step}")
		[name] = rehearsals.fetch_reports()
		self.assertEqual(rehearsals.progress()["step"], f"post_{step}")
		report = frappe.get_doc("Report Import", name)
		self.assertEqual((report.line_count, report.waiting_count), (3, 0))
		report.submit()
		frappe.db.commit()
		return report

	def states(self) -> set:
		return set(frappe.get_all("Sales Invoice", {"company": COMPANY}, pluck="factoring_status"))

	def test_a_whole_week_is_rehearsed_and_leaves_no_row_no_file_and_no_number(self):
		rows, on_disk, series = count_rows(), site_files(), all_series()
		self.assertEqual(rehearsals.start(), COMPANY)
		frappe.db.commit()
		made = count_rows()
		self.assertEqual(rehearsals.start(), COMPANY)  # pressed twice
		self.assertEqual(count_rows(), made)
		self.assertEqual(self.states(), {"Queued"})
		self.assertEqual(rehearsals.progress()["step"], "batch")
		batch = self.deliver()
		packet = frappe.get_doc(
			"File", frappe.db.get_value("Sales Invoice", "EX-RH-1001", "factoring_packet")
		)
		text = PdfReader(io.BytesIO(files.content(packet))).pages[0].extract_text()
		self.assertIn("EXAMPLE, NOT A NOTICE", " ".join(text.split()))
		self.assertEqual(len(list((rehearsal_company.folder() / "inbox").glob("EX-RH-*.pdf"))), 3)
		purchase = self.post_next("purchase")
		self.assertEqual(purchase.batch, batch.name)
		self.assertEqual(self.states(), {"Financed"})
		self.post_next("payment")
		self.assertEqual(self.states(), {"Completed"})
		self.assertEqual(rehearsals.progress()["step"], "tie_out")
		self.assertEqual(rehearsals.fetch_reports(), [])  # nothing comes twice
		rehearsals.remove()
		frappe.db.commit()
		rehearsals.remove()  # pressed twice
		frappe.db.commit()
		left = {table: (rows.get(table), count) for table, count in count_rows().items()}
		self.assertEqual({table: pair for table, pair in left.items() if pair[0] != pair[1]}, {})
		self.assertEqual(site_files(), on_disk)
		self.assertEqual(all_series(), series)


class TestARehearsalBesideRealCompanies(RehearsalCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		company_isolation.make_people()
		cls.addClassCleanup(company_isolation.remove_limits)
		rehearsals.start()
		frappe.db.commit()

	def test_the_documents_of_others_stay_and_what_names_the_rehearsal_stops_the_removal(self):
		factories.make_invoices(["AF-10001"])
		customer = rehearsal_company.CUSTOMERS[0]
		mine = factories.make_invoice(
			"AF-REAL", submit=False, customer=customer, amount=10, posting_date="2026-11-01"
		)
		frappe.db.commit()
		with self.refused("AF-REAL"):
			rehearsals.remove()
		self.assertTrue(frappe.db.exists("Customer", customer))
		limit = {
			"user": company_isolation.address("Factoring User"),
			"allow": "Company",
			"for_value": COMPANY,
		}
		permission = frappe.get_doc({"doctype": "User Permission", **limit}).insert()
		frappe.delete_doc("Sales Invoice", mine.name, force=True)
		frappe.db.commit()
		with self.refused(permission.name):  # without it, that user would see every company
			rehearsals.remove()
		permission.delete()
		frappe.db.commit()
		before = frappe.db.get_value("Sales Invoice", "AF-10001", "modified")
		rehearsals.remove()
		frappe.db.commit()
		self.assertFalse(frappe.db.exists("Company", COMPANY))
		self.assertEqual(frappe.db.get_value("Sales Invoice", "AF-10001", "modified"), before)
		self.assertTrue(frappe.db.exists("GL Entry", {"voucher_no": "AF-10001"}))

	def test_no_form_turns_a_company_into_a_rehearsal_nor_a_rehearsal_into_a_company(self):
		doc = frappe.get_doc(settings.DOCTYPE, COMPANY)
		for field, value in {"host": "sftp.rts.example", "client_number": "104233", "enabled": 0}.items():
			with self.refused("rehearsal"):
				frappe.get_doc(settings.DOCTYPE, COMPANY).update({field: value}).save()
		with self.refused("Remove Rehearsal"):
			doc.delete()
		with (
			patch.dict(frappe.local.conf, {"factoring_private_networks": None}),
			factor_server.reached(frappe.get_doc(settings.DOCTYPE, ACME)) as connection,
		):
			self.assertEqual(connection.private_networks, ())
		with factor_server.reached(doc) as connection:
			self.assertEqual(connection.host, "127.0.0.1")

	def test_only_a_system_manager_who_sees_all_companies_starts_and_removes(self):
		for role in ("Accounts User", "Factoring User", "Factoring Manager", "System Manager"):
			frappe.set_user(company_isolation.address(role))
			self.assertEqual(allowed_companies(), [ACME])
			for method in (methods.start_rehearsal, methods.remove_rehearsal):
				with self.assertRaises(frappe.PermissionError):
					method()
			for method in (methods.get_rehearsal, methods.fetch_rehearsal_reports):
				with self.assertRaises(frappe.PermissionError):
					method()
		frappe.set_user("Administrator")


class TestStarting(RehearsalCase):
	def test_a_company_of_that_name_that_somebody_made_is_left_alone(self):
		name = rehearsal_company.CUSTOMERS[1]
		frappe.get_doc({"doctype": "Customer", "customer_name": name}).insert()
		frappe.db.commit()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.delete_doc, "Customer", name)
		with self.refused(name):
			rehearsals.start()
		frappe.db.rollback()
		rehearsals.remove()
		frappe.db.commit()
		self.assertTrue(frappe.db.exists("Customer", name))


def all_series() -> dict[str, int]:
	return dict(frappe.db.sql("select name, current from tabSeries"))
