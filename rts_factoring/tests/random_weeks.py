"""A carrier's weeks in random but legal order: batches, reports of every kind, decisions, credit notes, adjustments,
corrections, and undoing."""

import random
from decimal import Decimal

import frappe

from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation.row_effects import ACCEPTABLE
from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.company import layouts
from rts_factoring.services.reports import corrections, decisions, report_import, short_paid_rests
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.adjustment_factories import adjustment
from rts_factoring.tests.factories import ACME

CUSTOMER = "Ridgeline Foods Inc"
LAYOUT = "Random Purchase Report"
FUNDING_HEADER = ("Invoice #", "Type", "Invoice Amount", "Purchase Amount", "Fee", "Reserve", "Fuel Advance")
FUNDING_HEADER += ("Adjustments", "Chargeback", "Sundry", "Net")


def kept_row(invoice_no: str, word: str, kept: Decimal) -> tuple:
	"""A row about no purchase: RTS kept an amount of the payout."""
	return (invoice_no, word, *(None,) * 8, -kept)


def funding_report(batch: str, rows) -> bytes:
	titles = [("Purchase Report",), ("Client #:", "104233"), ("Batch:", batch)]
	plain = [tuple(float(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in rows]
	return report_factories.workbook([*titles, FUNDING_HEADER, *plain])


class RandomWeeks:
	"""A carrier's weeks in random but legal order; every choice comes from the seed."""

	def __init__(self, seed: int):
		self.dice = random.Random(seed)
		self.posted: list[tuple[str, str]] = []  # DocType and name, the oldest first
		self.numbers = 0
		self.day = 1
		self.sent: dict[str, list[str]] = {}
		self.done: dict[str, int] = {}
		self.accepted: dict[str, int] = {}
		self.credited: set[str] = set()
		self.last_funding: tuple[str, list[tuple]] | None = None

	def step(self) -> str:
		moves = [self.new_batch, self.purchase, self.payments, self.payments, self.standalone, self.undo]
		moves += [self.credit_note, self.funding, self.funding_again, self.write_off]
		moves += [self.adjust, self.correct]
		move = self.dice.choice(moves)
		if not move():
			move = self.new_batch
			move()
		self.done[move.__name__] = self.done.get(move.__name__, 0) + 1
		return move.__name__

	def new_batch(self) -> bool:
		invoices = []
		for _invoice in range(self.dice.randint(1, 3)):
			self.numbers += 1
			name = f"RW-{self.numbers:05}"
			amount = money(Decimal(self.dice.randint(10_000, 500_000)) / 100)
			factories.make_invoice(
				name,
				company=ACME,
				customer=CUSTOMER,
				posting_date="2026-10-01",
				due_date="2026-11-01",
				amount=amount,
				po_no=f"PO-{name}",
			)
			factories.receivables()[name] = {"customer": CUSTOMER, "amount": str(amount)}
			invoices.append(name)
		batch = f"RB-{self.numbers:05}"
		report_factories.sent_batch(batch, invoices)
		self.sent[batch] = invoices
		return True

	def purchase(self) -> bool:
		open_batches = [
			batch
			for batch, invoices in self.sent.items()
			if any(factories.state(name) == "Submitted" for name in invoices)
		]
		if not open_batches:
			return False
		batch = self.dice.choice(open_batches)
		rows = []
		for name in self.sent[batch]:
			if factories.state(name) == "Submitted" and self.dice.random() < 0.8:
				amount = Decimal(factories.receivables()[name]["amount"])
				purchased = money(amount * self.dice.choice((Decimal(1), Decimal("0.9"))))
				rows.append(
					(name, purchased, money(purchased * Decimal("0.03")), money(purchased * Decimal("0.05")))
				)
		if not rows:
			return False
		self.post(
			report_factories.purchase_rows(batch, *[(n, float(p), float(f), float(r)) for n, p, f, r in rows])
		)
		return True

	def funding(self) -> bool:
		"""A purchase report with deductions of every kind, and rows of what RTS kept for something older."""
		if not self.sent:
			return False
		batch = self.dice.choice(sorted(self.sent))
		rows = [self.bought_row(name) for name in self.sent[batch] if factories.state(name) == "Submitted"]
		held = [position for position in ledger_sums.positions(ACME).values() if position.is_bought]
		self.dice.shuffle(held)
		for position in held[: self.dice.randint(0, 2)]:
			rests = (position.open, position.open + 9, position.open - position.holdback, Decimal(30))
			kept = self.dice.choice(rests if position.open > 10 else (Decimal(20), position.charged_back))
			if kept > 0:
				rows.append(kept_row(position.invoice_no, "Chargeback", kept))
		for word in ("Fuel Advance", "Reserve Settlement", "Wire Fee"):
			if self.dice.random() < 0.4:
				rows.append(kept_row("", word, Decimal(self.dice.randint(100, 9_000)) / 100))
		if not rows:
			return False
		self.last_funding = (batch, rows)
		self.post(funding_report(batch, rows))
		return True

	def bought_row(self, name: str) -> tuple:
		amount = Decimal(factories.receivables()[name]["amount"])
		fee, reserve = money(amount * Decimal("0.03")), money(amount * Decimal("0.05"))
		more = [Decimal(self.dice.choice((0, 0, 0, 11))) for _column in FUNDING_HEADER[6:10]]
		net = amount - fee - reserve - sum(more[:3])  # what stands under Sundry is not part of the net
		return (name, "Purchase", amount, amount, fee, reserve, *more, net)

	def funding_again(self) -> bool:
		"""RTS sends the last purchase report once more, with one row more; at times the layout has learnt a column."""
		if not self.last_funding:
			return False
		batch, rows = self.last_funding
		if self.dice.random() < 0.3:
			layouts.add_header(LAYOUT, self.dice.choice(("fee_amount", "not_counted")), "Sundry", ACME)
		rows = [*rows, kept_row("", "Wire Fee", Decimal(self.dice.randint(100, 3_000)) / 100)]
		self.last_funding = (batch, rows)
		self.post(funding_report(batch, rows))
		return True

	def write_off(self) -> bool:
		"""The rests of all short pays of the newest payment report that has any."""
		for name in reversed(self.imports):
			doc = frappe.get_doc("Report Import", name)
			invoices = {line.sales_invoice for line in report_factories.lines(doc) if line.posted}
			if doc.kind == "Payment" and short_paid_rests.rests(invoices - {None}):
				numbers = [line.row_no for line in report_factories.lines(doc)]
				doc.settle_rests(numbers, "write_off", "Quick pay")
				return True
		return False

	def credit_note(self) -> bool:
		"""Over a part of an open invoice, with a balance of its own or not."""
		names = [
			position.invoice_no
			for position in ledger_sums.positions(ACME).values()
			if position.open > 100 and position.outstanding > 100
		]
		names = sorted(set(names) - self.credited)
		if not names:
			return False
		name = self.dice.choice(names)
		factories.make_credit_note(name, 40, own_balance=self.dice.random() < 0.3)
		self.credited.add(name)
		return True

	def payments(self) -> bool:
		positions = [p for p in ledger_sums.positions(ACME).values() if p.is_bought]
		self.dice.shuffle(positions)
		rows = [row for position in positions[: self.dice.randint(1, 4)] for row in self.rows_of(position)]
		if not rows:
			return False
		self.post(report_factories.payment_rows(self.period(), *rows))
		return True

	def rows_of(self, position) -> list[tuple]:
		"""One row of an invoice; at times its undoing and its repetition too, on days in any order."""
		row = self.payment(position)
		if not row or self.dice.random() < 0.6:
			return [row] if row else []
		back = {
			"Payment": ("NSF", -1),
			"Partial Payment": ("NSF", -1),
			"NSF": ("Partial Payment", -1),
			"Chargeback": ("Chargeback Reversal", 1),
			"Chargeback Reversal": ("Chargeback", 1),
		}.get(row[3])
		if not back:
			return [row]
		again = self.dice.choice((row[2], self.today()))
		rows = [row, (row[0], row[1], self.dice.choice((again, self.today())), back[0], back[1] * row[4])]
		return rows + [(row[0], f"{row[1]}-2", again, *row[3:5])] * self.dice.randint(0, 1)

	def payment(self, position) -> tuple | None:
		check, day = f"C{self.dice.randint(1, 99999)}", self.today()
		open_amount, invoice = position.open, position.invoice_no
		if open_amount > 10:
			kind = self.dice.choice(
				("Payment", "Partial Payment", "Short Pay", "Over Pay", "Chargeback", "Direct Payment")
			)
			amount = {
				"Payment": open_amount,
				"Partial Payment": money(open_amount / 2),
				"Short Pay": open_amount - 5,
				"Over Pay": open_amount + 7,
				"Direct Payment": open_amount,
				"Chargeback": self.dice.choice(
					(open_amount, open_amount + 9, open_amount - max(position.holdback, ZERO))
				),
			}[kind]
			return (
				invoice,
				check,
				day,
				kind,
				float(amount),
				self.dice.choice((None, 1.25, float(position.purchase_fee))),
				self.dice.choice((None, 3.5)),
			)
		if position.collected > 0 and position.charged_back == 0 and self.dice.random() < 0.5:
			return (
				invoice,
				check,
				day,
				"NSF",
				-float(self.dice.choice((position.collected, position.collected + 3))),
			)
		given_back = position.charged_back + position.short
		if given_back > 0 and self.dice.random() < 0.5:
			return invoice, check, day, "Chargeback Reversal", float(given_back)
		return None

	def standalone(self) -> bool:
		kind, fee, released = self.dice.choice(
			(
				("Reserve Release", None, 12.0),
				("Reserve Release", 5.0, 12.0),
				("ACH Fee", 5.0, None),
				("Fee", 2.5, None),
			)
		)
		row = (None, None, self.today(), kind, None, fee, released)
		self.post(report_factories.payment_rows(self.period(), *[row] * self.dice.randint(1, 2)))
		return True

	def undo(self) -> bool:
		"""The newest import or adjustment can always be undone."""
		if not self.posted:
			return False
		frappe.get_doc(*self.posted.pop()).cancel()
		return True

	@property
	def imports(self) -> list[str]:
		return [name for doctype, name in self.posted if doctype == "Report Import"]

	def adjust(self) -> bool:
		"""What RTS says by phone: about an open invoice, or about none."""
		line = {"event": self.dice.choice(("Reserve Settlement", "Reserve Release", "Charge", "Payout Fee"))}
		line["amount"] = self.dice.randint(100, 9_000) / 100
		positions = [each for each in ledger_sums.positions(ACME).values() if each.open > 10]
		if positions and self.dice.random() < 0.8:
			position = self.dice.choice(positions)
			events = (
				"Buyout",
				"Chargeback",
				"Write Off",
				"Partial",
				"Recovery",
				"Short Pay",
				"Direct Payment",
			)
			part = self.dice.choice((position.open, money(position.open / 2)))
			line |= {"event": self.dice.choice(events), "sales_invoice": position.invoice_no}
			line["amount"] = float(part)
		return self.submitted(adjustment(line | {"accept": 1}, posting_date=self.iso_day(), submit=False))

	def correct(self) -> bool:
		"""A posted row was wrong: it is taken back whole, or posted again with half its amount."""
		rows = frappe.get_all(
			"Report Import Line",
			{"report_import": ("in", self.imports[-4:] or [""]), "posted": 1, "outcome": "matched"},
			["name", "report_import", "row_no"],
			order_by="report_import, row_no",
		)
		rows = [row for row in rows if corrections.stands(row.name)]
		if not rows:
			return False
		row = self.dice.choice(rows)
		name = corrections.correct(frappe.get_doc("Report Import", row.report_import), row.row_no, "wrong")
		doc = frappe.get_doc("Factoring Adjustment", name)
		if self.dice.random() < 0.4:
			doc.set("lines", doc.lines[:-1])
		else:
			doc.lines[-1].update({"amount": float(money(doc.lines[-1].amount / 2)), "accept": 1})
			doc.lines[-1].update(dict.fromkeys(("fee", "released", "chargeback", "net"), 0))
		return self.submitted(doc)

	def submitted(self, doc) -> bool:
		"""Post an adjustment, where its lines can be posted."""
		frappe.db.savepoint("adjustment")
		try:
			doc.submit()
		except frappe.ValidationError:
			frappe.db.rollback(save_point="adjustment")
			frappe.clear_messages()
			return False
		self.posted.append((doc.doctype, doc.name))
		return True

	def iso_day(self) -> str:
		month, day, year = self.today().split("/")
		return f"{year}-{month}-{day}"

	def post(self, content: bytes) -> None:
		"""At times the customer is disabled when the report comes, and enabled before its rows are posted."""
		disabled = self.dice.random() < 0.15
		factories.disable(CUSTOMER, disabled)
		name = report_factories.import_file(
			f"r{len(self.posted)}-{self.day}-{self.dice.random()}.xlsx", content
		).name
		self.posted.append(("Report Import", name))
		if disabled:
			factories.disable(CUSTOMER, False)
			report_import.post_waiting(name)
		self.accept(name)
		frappe.clear_messages()

	def accept(self, name: str) -> None:
		"""A person looks at the rows that wait, and accepts what can be accepted or leaves out the fee; twice, because one
		reason may stand behind another."""
		for _look in range(2):
			waiting = frappe.get_all(
				"Report Import Line",
				{
					"report_import": name,
					"posted": 0,
					"outcome": "blocked",
					"reason": ("in", sorted(ACCEPTABLE)),
				},
				["row_no"],
				order_by="row_no",
			)
			for row in waiting:
				reason = self.reason_now(name, row.row_no)
				if reason not in ACCEPTABLE:
					continue  # the decision on a row before it has changed what stands behind this one
				without = reason == "fee_repeats" and self.dice.random() < 0.5
				decisions.record_decision(name, [row.row_no], "without_fee" if without else "accept")
				self.accepted[reason] = self.accepted.get(reason, 0) + 1
			if waiting:
				report_import.post_waiting(name)

	def reason_now(self, name: str, row_no: int) -> str | None:
		"""Why the row waits at this moment; None if it does not."""
		return frappe.db.get_value(
			"Report Import Line",
			{"report_import": name, "row_no": row_no, "posted": 0, "outcome": "blocked"},
			"reason",
		)

	def today(self) -> str:
		self.day = self.day % 27 + 1
		return f"11/{self.day:02}/2026"

	def period(self) -> str:
		return "11/01/2026 - 11/30/2026"
