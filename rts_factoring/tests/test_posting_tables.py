"""The posting writes what ERPNext writes when each entry is a draft first, and updates its invoice by itself."""

from contextlib import contextmanager

import frappe
from frappe.realtime import clear_realtime_log

from rts_factoring.services.accounting import journal_entries, journal_rows, outstanding, protection
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME
from rts_factoring.tests.report_case import ReportCase

PERIOD = "11/01/2026 - 11/30/2026"
CUSTOMER = "Ridgeline Foods Inc"
TABLES = ("GL Entry", "Payment Ledger Entry", "Journal Entry", "Journal Entry Account", "Sales Invoice")
TABLES += ("Payment Schedule", "Dunning", "Factoring Ledger Entry", "Report Import", "Report Import Line")
TABLES += ("Factoring Batch Invoice", "ToDo", "Comment")
# Random names, and when a row was written.
OTHERWISE = {"name", "creation", "modified", "posting_time", "report_import_line", "reverses", "duplicate_of"}
OTHERWISE |= {"read_request", "file", "file_sha256", "decided_on"}


class TestSameTables(ReportCase):
	SENT = True

	def setUp(self):
		super().setUp()
		for number in range(1, 8):
			name = f"ST-{number}"
			dates = {"posting_date": "2026-10-01", "due_date": "2026-11-01" if number % 2 else "2028-01-01"}
			factories.make_invoice(name, company=ACME, customer=CUSTOMER, amount=1000, po_no=name, **dates)
			factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000"}
		self.remind("ST-1")
		names = [f"ST-{number}" for number in range(1, 8)]
		report_factories.sent_batch("ST-B", names)
		frappe.db.savepoint("tables")

	def remind(self, invoice: str) -> None:
		from erpnext.accounts.doctype.sales_invoice.sales_invoice import create_dunning

		dunning = create_dunning(invoice)
		dunning.posting_date = "2026-11-02"
		dunning.insert()
		dunning.submit()

	def post_all(self) -> list:
		"""The samples, and each way in which a row can move an invoice."""
		made = [doc.name for doc in report_factories.import_golden()]
		bought = [(f"ST-{number}", 1000, 30, 50) for number in range(1, 8)]
		made.append(
			report_factories.import_file("st.xlsx", report_factories.purchase_rows("ST-B", *bought)).name
		)
		factories.make_credit_note("ST-7", 100, own_balance=False)
		rows = (
			("ST-1", "1", "11/05/2026", "Payment", 1000, None, 50),
			("ST-1", "1", "11/05/2026", "NSF", -1000),
			("ST-1", "2", "11/05/2026", "Payment", 1000),
			("ST-2", "1", "11/05/2026", "Partial Payment", 400),
			("ST-3", "1", "11/06/2026", "Partial Payment", 999.99),
			("ST-4", "1", "11/06/2026", "Chargeback", 1000),
			("ST-5", "1", "11/07/2026", "Payment", 1000, None, 50),
			("ST-6", "1", "11/07/2026", "Over Pay", 1050),
			("ST-7", "1", "11/07/2026", "Payment", 900),
			(None, "", "11/07/2026", "Wire Fee", 15),
		)
		paid = report_factories.import_file("st-rows.xlsx", report_factories.payment_rows(PERIOD, *rows))
		return [*made, paid.name]

	def rows(self) -> dict[str, list]:
		return {
			doctype: sorted(
				(
					sorted((key, str(value)) for key, value in row.items() if key not in OTHERWISE)
					for row in frappe.get_all(doctype, fields=["*"], limit=0)
					if row.get("comment_type") != "Attachment"  # the same file again has another name
				),
			)
			for doctype in TABLES
		}

	def assert_same(self, ours: dict, plain: dict) -> None:
		for doctype in TABLES:
			self.assertEqual(len(ours[doctype]), len(plain[doctype]), doctype)
			for row, other in zip(ours[doctype], plain[doctype], strict=True):
				self.assertEqual([pair for pair in row if pair not in other], [], doctype)
				self.assertEqual(row, other, doctype)

	def test_posting_and_cancelling_write_what_erpnext_writes_entry_by_entry(self):
		found = []
		for way in (no_change, as_erpnext_does):
			with way():
				made = self.post_all()
				posted = self.rows()
				for name in reversed(made):
					frappe.get_doc("Report Import", name).cancel()
				found.append((posted, self.rows()))
			frappe.db.rollback(save_point="tables")
			frappe.clear_cache()
		(posted, cancelled), (plain_posted, plain_cancelled) = found
		states = {dict(row)["status"] for row in posted["Sales Invoice"]}
		self.assertLess({"Paid", "Partly Paid", "Overdue", "Credit Note Issued"}, states)
		self.assertIn(("status", "Resolved"), [pair for row in posted["Dunning"] for pair in row])
		self.assert_same(posted, plain_posted)
		self.assert_same(cancelled, plain_cancelled)

	def test_browsers_hear_of_the_invoices_and_not_of_each_ledger_entry(self):
		"""Frappe compares each message with all that wait: of 25,000 entries that took longer than their posting."""
		clear_realtime_log()
		for name in reversed(self.post_all()):
			frappe.get_doc("Report Import", name).cancel()
		told = {
			(message.get("doctype"), message.get("name")) for _e, message, _r in frappe.local._realtime_log
		}
		self.assertIn(("Sales Invoice", "ST-1"), told)
		entries = frappe.get_all("Payment Ledger Entry", {"voucher_type": "Journal Entry"}, pluck="name")
		self.assertTrue(entries)
		self.assertEqual([name for name in entries if ("Payment Ledger Entry", name) in told], [])

	def test_frappe_keeps_no_note_of_each_ledger_entry(self):
		"""Frappe looks through the notes of what is being saved for each entry: of 25,000 rows that took longer than the rest."""
		before = notes()
		for doc in reversed(report_factories.import_golden()):
			frappe.get_doc("Report Import", doc.name).cancel()
		self.assertGreater(frappe.db.count("GL Entry", {"voucher_type": "Journal Entry"}), 10)
		self.assertEqual(notes(), before)


def notes() -> int:
	"""How many ledger entries Frappe notes as being saved."""
	ledgers = ("GL Entry", "Payment Ledger Entry")
	return sum(doctype in ledgers for doctype, _name in frappe.flags.currently_saving)


@contextmanager
def no_change():
	yield


@contextmanager
def as_erpnext_does():
	"""Entries are inserted, then submitted, and each updates its invoice at once."""
	post, defer = journal_entries.post, outstanding.defer

	def plain(voucher, agreement, *, source, remark):
		doc = frappe.new_doc("Journal Entry")
		doc.update(
			{
				"company": agreement.company,
				"posting_date": voucher.day,
				"user_remark": remark,
				source.journal_field: source.name,
				"naming_series": agreement.journal_naming_series,
			}
		)
		for row in journal_rows.of_voucher(voucher, agreement):
			doc.append("accounts", row)
		doc.flags.factoring = True
		with protection.own_posting():
			doc.insert()
			doc.submit()
		return doc.name

	journal_entries.post, outstanding.defer = plain, lambda entry: None
	try:
		yield
	finally:
		journal_entries.post, outstanding.defer = post, defer
