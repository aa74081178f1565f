"""What no report says, posted by a Factoring Adjustment under both policies; every amount is written out."""

import frappe

from rts_factoring.services.accounting import adjustment_payments, adjustments, ledger_sums
from rts_factoring.services.invoices import readiness
from rts_factoring.services.reports import corrections, decisions, report_import, row_details
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_case import ONE, TWO, AdjustmentCase
from rts_factoring.tests.adjustment_factories import adjustment, buyout, close_month, posted
from rts_factoring.tests.factories import ACME


class TestEvents(AdjustmentCase):
	"""Under borrowing; TestEventsOfSale says the same for sale."""

	# event, amount, what it posts when borrowing, what it posts when sold, the state of the invoice
	ON_THE_INVOICE = (
		(
			"Buyout",
			2450,
			"Dr advances 2450.00, Cr clearing 2450.00",
			"Cr clearing 2450.00, Dr receivable 2450.00",
			"Charged Back",
		),
		(
			"Chargeback",
			2450,
			"Dr advances 2450.00, Cr reserve 2450.00",
			"Dr receivable 2450.00, Cr reserve 2450.00",
			"Charged Back",
		),
		("Write Off", 2450, "Dr advances 2450.00, Cr receivable 2450.00", "", "Completed"),
		("Payment", 2450, "Dr advances 2450.00, Cr receivable 2450.00", "", "Completed"),
		(
			"Short Pay",
			2400,
			"Dr advances 2450.00, Cr receivable 2400.00, Cr reserve 50.00",
			"Dr receivable 50.00, Cr reserve 50.00",
			"Completed",
		),
		(
			"Recovery",
			450,
			"Dr advances 450.00, Cr clearing 450.00",
			"Cr clearing 450.00, Dr receivable 450.00",
			"Financed",
		),
	)
	WITHOUT_INVOICE = (
		("Reserve Settlement", 300, "Cr clearing 300.00, Dr reserve 300.00"),
		("Reserve Release", 300, "Dr clearing 300.00, Cr reserve 300.00"),
		("Fee", 12.5, "Dr fee 12.50, Cr reserve 12.50"),
		("Payout Charge", 15, "Dr charges 15.00, Cr clearing 15.00"),
		("Difference", 40, "Dr differences 40.00, Cr reserve 40.00"),
	)

	def test_each_event_of_an_invoice_posts_what_its_report_row_would(self):
		for event, amount, borrowing, sale, state in self.ON_THE_INVOICE:
			with self.subTest(event):
				doc = adjustment({"event": event, "sales_invoice": ONE, "amount": amount})
				self.assertEqual(", ".join(posted(doc)), borrowing if self.POLICY == "Borrowing" else sale)
				self.assertEqual(factories.state(ONE), state)
				self.assert_books_agree()
				self.cancel(doc)

	def test_what_is_about_no_invoice_moves_only_the_accounts_between_rts_and_us(self):
		for event, amount, expected in self.WITHOUT_INVOICE:
			with self.subTest(event):
				doc = adjustment({"event": event, "amount": amount})
				self.assertEqual(", ".join(posted(doc)), expected)
				self.assert_books_agree()
				self.cancel(doc)

	def test_money_moves_from_one_invoice_to_another(self):
		paid = report_factories.import_file(
			"wrong.xlsx",
			report_factories.payment_rows(
				"11/01/2026 - 11/07/2026", (ONE, "C1", "11/05/2026", "Payment", 2450)
			),
		)
		self.assertEqual(factories.state(ONE), "Completed")
		doc = adjustment(
			{"event": "Payment Removed", "sales_invoice": ONE, "amount": 2450},
			{"event": "Partial", "sales_invoice": TWO, "amount": 2450},
		)
		self.assertEqual((factories.state(ONE), factories.state(TWO)), ("Financed", "Partly Paid"))
		self.assertEqual(posted(doc), [])  # the same accounts, other invoices
		outstanding = self.figures(ONE)[1], self.figures(TWO)[1]
		self.assertEqual(
			outstanding, ("2450.00", "670.25") if self.POLICY == "Borrowing" else ("0.00", "0.00")
		)
		self.assert_books_agree()
		self.blocked(paid, doc.name)

	def test_a_buyback_paid_by_wire_with_its_bank_entry(self):
		doc = adjustment(buyout(ONE, 2450))
		bank = factories.bank_account()
		name = adjustment_payments.record_payment(doc, bank, "2026-11-10", "WIRE 9")
		entry = frappe.get_doc("Journal Entry", name)
		self.assertEqual((entry.docstatus, entry.cheque_no), (0, "WIRE 9"))
		(payout,) = entry.factoring_payouts
		self.assertEqual((payout.factoring_adjustment, payout.amount), (doc.name, -2450))
		clearing = frappe.db.get_value(factories.settings.DOCTYPE, ACME, "clearing_account")
		rows = {row.account: (row.debit, row.credit) for row in entry.accounts}
		self.assertEqual(rows, {clearing: (2450, 0), bank: (0, 2450)})
		self.blocked(doc, entry.name)
		frappe.delete_doc("Journal Entry", entry.name)
		self.cancel(doc)

	def test_a_line_that_cannot_be_posted_is_named_and_nothing_is_posted(self):
		self.refuse(buyout(TWO, 1), buyout(ONE, 2450.01), words=("Line 2",))
		self.refuse({"event": "Chargeback", "amount": 5}, words=("Line 1", "no invoice number"))
		self.refuse(buyout("BL-20001", 5), words=("Could not find", "BL-20001"))

	def test_its_journal_entry_is_neither_cancelled_nor_reversed_alone(self):
		doc = adjustment(buyout(ONE, 2450))
		name = frappe.db.get_value("Journal Entry", {"factoring_adjustment": doc.name})
		with self.refused(doc.name, "alone"):
			frappe.get_doc("Journal Entry", name).cancel()
		from erpnext.accounts.doctype.journal_entry.journal_entry import make_reverse_journal_entry

		with self.refused(doc.name, "reversed alone"):
			make_reverse_journal_entry(name).insert()

	def test_nothing_is_posted_in_a_closed_month(self):
		close_month("2026-11-01", "2026-11-30")
		self.refuse(buyout(ONE, 2450), words=("closed", frappe.utils.formatdate("2026-12-01")))


class TestEventsOfSale(TestEvents):
	POLICY = "Sale"


class TestRowsOfTheSameThing(AdjustmentCase):
	"""RTS's report comes after the adjustment: nothing posts twice in silence."""

	ROW = (ONE, "C9", "11/12/2026", "Chargeback", 2450)

	def post(self, *rows, name="later.xlsx"):
		return report_factories.import_file(
			name, report_factories.payment_rows("11/08/2026 - 11/14/2026", *rows)
		)

	def test_the_row_waits_names_the_adjustment_and_is_ignored_once(self):
		told = adjustment({"event": "Chargeback", "sales_invoice": ONE, "amount": 2450})
		doc = self.post(self.ROW)
		(line,) = report_factories.lines(doc)
		self.assertEqual((line.outcome, line.reason), ("blocked", "adjusted_before"))
		detail = row_details.details(doc, line.row_no)
		self.assertEqual(detail["row"].adjustment, told.name)
		decisions.record_decision(doc.name, [line.row_no], "ignore", reason="Posted by mail")
		report_import.post_waiting(doc.name)
		self.assertEqual(factories.state(ONE), "Charged Back")
		self.assert_books_agree()
		again = self.post(self.ROW, (TWO, "C1", "11/12/2026", "Partial Payment", 5), name="again.xlsx")
		self.assertEqual(
			[(line.outcome, line.reason) for line in report_factories.lines(again)],
			[("duplicate", "ignored_before"), ("matched", "")],
		)

	def test_a_row_ignored_because_of_an_adjustment_waits_again_once_that_is_cancelled(self):
		told = adjustment({"event": "Chargeback", "sales_invoice": ONE, "amount": 2450})
		wrong = self.post(self.ROW, (TWO, "C1", "11/12/2026", "Odd Word", 5))
		for row, reason in ((4, "Posted by mail"), (5, "not ours")):
			decisions.record_decision(wrong.name, [row], "ignore", reason=reason)
		report_import.post_waiting(wrong.name)
		frappe.get_doc(told.doctype, told.name).cancel()
		found = [(line.outcome, line.posted) for line in report_factories.lines(wrong)]
		self.assertEqual(found, [("matched", 0), ("ignored", 1)])
		report_import.post_waiting(wrong.name)
		self.assertEqual(factories.state(ONE), "Charged Back")
		self.assert_books_agree()

	def test_a_row_without_invoice_waits_too_and_a_second_one_does_not(self):
		adjustment({"event": "Payout Charge", "amount": 15})
		wire = (None, None, "11/12/2026", "Wire Fee", 15.0)
		doc = self.post(wire, wire)
		self.assertEqual(
			[(line.outcome, line.reason) for line in report_factories.lines(doc)],
			[("blocked", "adjusted_before"), ("matched", "")],
		)

	def test_a_fee_waits_where_only_one_of_both_names_its_invoice(self):
		with_invoice = adjustment({"event": "Fee", "sales_invoice": TWO, "amount": 15})
		without = adjustment({"event": "Fee", "amount": 12.5})
		rows = (None, None, "11/12/2026", "Wire Fee", 15.0), (ONE, "C9", "11/12/2026", "Fee", 12.5)
		doc = self.post(*rows)
		found = [(line.reason, line.row_no) for line in report_factories.lines(doc)]
		self.assertEqual([reason for reason, _row in found], ["adjusted_before", "adjusted_before"])
		told = [row_details.details(doc, row)["row"].adjustment for _reason, row in found]
		self.assertEqual(told, [with_invoice.name, without.name])
		decisions.record_decision(
			doc.name, [row for _reason, row in found], "ignore", reason="Booked by mail"
		)
		report_import.post_waiting(doc.name)
		self.assert_books_agree()

	def test_the_row_of_something_else_does_not_wait(self):
		adjustment({"event": "Chargeback", "sales_invoice": ONE, "amount": 450})
		doc = self.post((ONE, "C9", "11/12/2026", "Partial Payment", 450))
		self.assertEqual([line.outcome for line in report_factories.lines(doc)], ["matched"])

	def test_a_row_that_happened_once_more_is_accepted(self):
		adjustment({"event": "Chargeback", "sales_invoice": ONE, "amount": 450})
		doc = self.post((ONE, "C9", "11/12/2026", "Chargeback", 450))
		(line,) = report_factories.lines(doc)
		decisions.record_decision(doc.name, [line.row_no], "accept")
		report_import.post_waiting(doc.name)
		self.assertEqual(ledger_sums.positions(ACME)[ONE].charged_back, 900)
		self.assert_books_agree()


class TestEnds(AdjustmentCase):
	"""A switch of factor, the end of an agreement, a change of policy."""

	def close_all(self, purpose: str):
		lines = adjustments.closing_lines(ACME)
		self.assertEqual(lines[0], {"event": "Buyout", "sales_invoice": ONE, "amount": 2450.0})
		return adjustment(*lines, purpose=purpose)

	def test_a_switch_buys_out_every_open_position_and_pays_out_the_reserve(self):
		doc = self.close_all("Switch of Factor")
		sums = ledger_sums.of_company(ACME)
		self.assertEqual((sums["open_change"], sums["reserve"], sums["advances"]), (0, 0, 0))
		states = frappe.get_all("Sales Invoice", {"name": ("in", [ONE, TWO])}, pluck="factoring_status")
		self.assertEqual(states, ["Charged Back", "Charged Back"])
		readiness.requeue(ONE)
		self.assertEqual(factories.state(ONE), "Queued")  # released for the new factor
		self.assert_books_agree()
		self.blocked(doc, ONE)  # which has it now

	def test_the_end_of_an_agreement_leaves_nothing_but_what_is_wired(self):
		doc = self.close_all("End of Agreement")
		self.assertEqual(adjustments.closing_lines(ACME), [])
		self.cancel(doc)


class TestEndsOfSale(TestEnds):
	POLICY = "Sale"


class TestChangeOfPolicy(AdjustmentCase):
	"""From borrowing to sale."""

	NEW = "Sale"

	def change(self, **values):
		return adjustment(
			purpose="Change of Policy", new_policy=self.NEW, **{"posting_date": "2026-11-30"} | values
		)

	def test_open_positions_are_restated_and_the_settings_follow(self):
		open_before = ledger_sums.of_company(ACME)["open_change"]
		doc = self.change()
		self.assertEqual(frappe.db.get_value(factories.settings.DOCTYPE, ACME, "policy"), self.NEW)
		side = ("Dr", "Cr") if self.NEW == "Sale" else ("Cr", "Dr")
		self.assertEqual(
			posted(doc), [f"{side[0]} advances {open_before}", f"{side[1]} receivable {open_before}"]
		)
		self.assertEqual(self.figures(ONE), ("Financed", "0.00" if self.NEW == "Sale" else "2450.00"))
		self.assert_books_agree()
		paid = report_factories.import_file(
			"after.xlsx",
			report_factories.payment_rows(
				"12/01/2026 - 12/07/2026", (ONE, "C1", "12/05/2026", "Payment", 2450)
			),
		)
		self.assertEqual(self.figures(ONE), ("Completed", "0.00"))
		self.assert_books_agree()
		self.blocked(self.bought, paid.name, doc.name)
		self.blocked(doc, paid.name)
		frappe.get_doc("Report Import", paid.name).cancel()
		self.cancel(doc)
		self.assertEqual(frappe.db.get_value(factories.settings.DOCTYPE, ACME, "policy"), self.POLICY)

	def test_an_import_of_the_old_policy_whose_positions_are_closed_is_corrected_not_undone(self):
		paid = report_factories.import_file(
			"old.xlsx",
			report_factories.payment_rows(
				"11/01/2026 - 11/07/2026", (ONE, "C1", "11/05/2026", "Payment", 2450)
			),
		)
		doc = self.change()
		self.blocked(paid, doc.name, self.POLICY, self.NEW)
		name = corrections.correct(paid, report_factories.lines(paid)[0].row_no, "Another invoice")
		correction = frappe.get_doc("Factoring Adjustment", name)
		self.assertEqual(
			str(correction.posting_date), "2026-11-30"
		)  # what is before it belongs to the old policy
		correction.lines[1].update({"event": "Partial", "sales_invoice": TWO, "amount": 2450})
		correction.submit()
		self.assertEqual((factories.state(ONE), factories.state(TWO)), ("Financed", "Partly Paid"))
		self.assertEqual(
			(self.figures(ONE)[1], self.figures(TWO)[1]),
			("0.00", "0.00") if self.NEW == "Sale" else ("2450.00", "670.25"),
		)
		self.assert_books_agree()

	def test_a_change_before_what_is_posted_is_refused(self):
		self.refuse(
			purpose="Change of Policy",
			new_policy=self.NEW,
			posting_date="2026-11-01",
			words=("Entries up to",),
		)


class TestChangeToBorrowing(TestChangeOfPolicy):
	POLICY = "Sale"
	NEW = "Borrowing"
