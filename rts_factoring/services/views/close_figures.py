"""What a Factoring Close looks at: a month's figures, entries and decisions, as of its last day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property

import frappe
from frappe import _
from frappe.query_builder import CustomFunction
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import add_months, flt, getdate
from pypika.terms import Case

from rts_factoring.core.model import Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation import period_end
from rts_factoring.core.reconciliation.period_end import OpenInvoice
from rts_factoring.services.accounting import ledger, sources
from rts_factoring.services.accounting.period_end_entries import Proposal
from rts_factoring.services.company import settings
from rts_factoring.services.views import ageing, payouts, statements

MOVEMENTS = ("purchased", "collected", "charged_back", "fee", "charges")
_day = CustomFunction("DATE", ["moment"])


class Month:
	"""A company's month; every figure is read once."""

	def __init__(self, company: str, last: date):
		self.company, self.last = company, last
		self.first = last.replace(day=1)
		self.agreement = settings.require_any(company)
		self.policy = statements.policy_on(company, last)

	@cached_property
	def tie_out(self) -> list[dict]:
		return statements.tie_out(self.company, self.last)

	@cached_property
	def invoices(self) -> list:
		"""Invoices that were open with RTS, with their age."""
		rows = statements.factored_invoices(self.company, to_date=self.last, only_open=True)
		ageing.add_ageing(rows, self.agreement, self.last)
		return rows

	@cached_property
	def clearing(self) -> payouts.Clearing:
		return payouts.clearing(self.company, self.last)

	@cached_property
	def _sums(self) -> list[dict[str, Decimal]]:
		"""Sums of the ledger up to the last day, before the month, and before the twelve months to the last day."""
		return _sums(self.company, self.last, (self.first, getdate(add_months(self.first, -11))))

	@property
	def sums(self) -> dict[str, Decimal]:
		"""Sums of the ledger up to the last day."""
		return self._sums[0]

	@property
	def movements(self) -> dict[str, Decimal]:
		"""What the month itself moved."""
		until, before, _year = self._sums
		return {name: until[name] - before[name] for name in MOVEMENTS}

	@property
	def chargeback_rate(self) -> Decimal:
		"""Percent of what RTS bought in the twelve months to the last day that it charged back in them."""
		until, _month, before = self._sums
		bought, returned = (until[name] - before[name] for name in ("purchased", "charged_back"))
		return money(returned / bought * 100) if bought > 0 else ZERO

	@cached_property
	def others(self) -> list:
		"""What other documents than the app's own posted to control accounts in the month, period-end entries of closes left out."""
		return _others(self)

	@cached_property
	def decided(self) -> list:
		"""Rows of reports that a person set or ignored: of the month, or without a date and decided in it."""
		return _decided(self)

	@cached_property
	def adjustments(self) -> list:
		"""Factoring Adjustments of the month, drafts too: what people posted that no report says."""
		return frappe.get_all(
			sources.ADJUSTMENT,
			filters={
				"company": self.company,
				"docstatus": ("<", 2),
				"posting_date": ("between", [self.first, self.last]),
			},
			fields=[
				"name",
				"posting_date",
				"purpose",
				"reason",
				"owner",
				"creation",
				"docstatus",
				"evidence",
			],
			order_by="posting_date, name",
			limit=0,
		)

	def entries(self) -> list:
		"""Each effect that was posted in the month, from its journal entry to the row of the file."""
		return _entries(self)


def _sums(company: str, last: date, starts: tuple[date, ...]) -> list[dict[str, Decimal]]:
	"""Sums of every column up to a day, and of those that a month shows before each start, in one pass."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(table).where((table.company == company) & (table.posting_date <= last))
	columns = [*((Sum(table[name]), name) for name in (*ledger.ROLES, "open_change"))]
	columns += [(Sum(table[name]), name) for name in MOVEMENTS if name not in ledger.ROLES]
	for start in starts:
		is_before = table.posting_date < start
		columns += [(Sum(Case().when(is_before, table[name]).else_(0)), name) for name in MOVEMENTS]
	((*values,),) = query.select(*(term for term, _name in columns)).run()
	pairs = [(name, money(value or 0)) for (_term, name), value in zip(columns, values, strict=True)]
	width = len(MOVEMENTS)
	until = len(pairs) - width * len(starts)
	parts = [pairs[at : at + width] for at in range(until, len(pairs), width)]
	return [dict(pairs[:until]), *(dict(part) for part in parts)]


def control_accounts(agreement) -> dict[str, Role]:
	"""Account → its role, of the control accounts that the settings name."""
	roles = {agreement.get(settings.ACCOUNT_FIELDS[role]): role for role in statements.CONTROL_ROLES}
	return {account: role for account, role in roles.items() if account}


def _others(month: Month) -> list:
	gl, entry = frappe.qb.DocType("GL Entry"), frappe.qb.DocType("Journal Entry")
	made = frappe.qb.DocType("Factoring Close Entry")
	made_entries = frappe.qb.from_(made).select(made.journal_entry).where(made.journal_entry.isnotnull())
	turned_back = frappe.qb.from_(made).select(made.turned_back).where(made.turned_back.isnotnull())
	accounts = control_accounts(month.agreement)
	rows = (
		frappe.qb.from_(gl)
		.left_join(entry)
		.on((entry.name == gl.voucher_no) & (gl.voucher_type == "Journal Entry"))
		.where((gl.company == month.company) & (gl.is_cancelled == 0))
		.where(gl.account.isin(list(accounts) or [""]) & gl.posting_date[month.first : month.last])
		.where(~sources.made_by_app(entry))
		.where(gl.voucher_no.notin(made_entries) & gl.voucher_no.notin(turned_back))
		.orderby(gl.posting_date)
		.orderby(gl.voucher_no)
		.select(gl.posting_date, gl.voucher_type, gl.voucher_no, gl.account, gl.debit, gl.credit)
		.select(gl.remarks, gl.owner, entry.voucher_type.as_("entry_type"), entry.cheque_no)
		.run(as_dict=True)
	)
	for row in rows:
		is_bank = row.voucher_type == "Payment Entry" or row.entry_type in ("Bank Entry", "Cash Entry")
		row.is_deposit = is_bank and accounts[row.account] is Role.CLEARING
	return rows


def _decided(month: Month) -> list:
	line, parent = frappe.qb.DocType("Report Import Line"), frappe.qb.DocType("Report Import")
	on_day = Coalesce(line.date, _day(line.decided_on))
	return (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(parent.name == line.report_import)
		.where((line.company == month.company) & (line.resolution > "") & (line.resolution != "Superseded"))
		.where((parent.docstatus < 2) & on_day[month.first : month.last])
		.orderby(line.report_import)
		.orderby(line.row_no)
		.select(line.report_import, line.row_no, line.date, line.invoice_no, line.sales_invoice, line.debtor)
		.select(line.outcome, line.event_type, line.resolution, line.resolution_reason, line.posted)
		.select(line.decided_by, line.decided_on, parent.file)
		.select(line.purchased, line.paid, line.chargeback, line.fee, line.reserve, line.reserve_released)
		.select(line.other, line.net)
		.run(as_dict=True)
	)


def money_of(row) -> Decimal:
	"""The amount that a report's row is about: the first that it states."""
	names = ("purchased", "paid", "chargeback", "reserve_released", "fee", "other", "reserve", "net")
	return next((money(row[name]) for name in names if row[name]), ZERO)


def _entries(month: Month) -> list:
	table, line = frappe.qb.DocType("Factoring Ledger Entry"), frappe.qb.DocType("Report Import Line")
	parent = frappe.qb.DocType("Report Import")
	return (
		frappe.qb.from_(table)
		.left_join(line)
		.on(line.name == table.report_import_line)
		.left_join(parent)
		.on(parent.name == table.report_import)
		.where((table.company == month.company) & table.posting_date[month.first : month.last])
		.orderby(table.posting_date)
		.orderby(table.journal_entry)
		.orderby(table.creation)
		.select(table.posting_date, table.journal_entry, table.event, table.sales_invoice, table.customer)
		.select(*(table[role] for role in ledger.ROLES), table.open_change, table.is_reversal)
		.select(table.report_import, line.row_no, line.payment_ref, parent.file, parent.file_sha256)
		.select(table.factoring_adjustment)
		.run(as_dict=True)
	)


def proposals(month: Month, recourse_loss: Decimal) -> list[Proposal]:
	"""The period-end entries that the month asks for; those of 0.00 are left out."""
	agreement = month.agreement
	fields = settings.ACCOUNT_FIELDS
	fee, advances, reserve = (fields[role] for role in (Role.FEE, Role.ADVANCES, Role.RESERVE))
	found = []
	invoices = [_open_invoice(row) for row in month.invoices if row.open_change > 0]
	rate, days = Decimal(str(flt(agreement.fee_yearly_rate))), int(agreement.fee_year_days or 360)
	if rate:
		amount = period_end.accrued_fee(invoices, rate, days, month.last)
		basis = _("{0} % a year on what is open, by days / {1}, less the fees stated").format(rate, days)
		found.append(_proposal(agreement, "Fee Accrual", amount, fee, "accrued_fees_account", basis))
	if month.policy == "Borrowing" and agreement.prepaid_discount_account:
		covered = int(agreement.fee_covers_days or 0)
		amount = period_end.unearned_fee(invoices, covered, month.last)
		basis = (
			_("fees at purchase, by days of {0} not yet run").format(covered)
			if covered
			else _("fees at purchase, by days until each invoice is due")
		)
		found.append(_proposal(agreement, "Prepaid Discount", amount, "prepaid_discount_account", fee, basis))
	if month.policy == "Borrowing" and agreement.right_of_setoff:
		amount = period_end.nettable(month.sums["reserve"], month.sums["advances"])
		basis = _("reserve {0} against advances {1}").format(month.sums["reserve"], month.sums["advances"])
		found.append(_proposal(agreement, "Reserve Against Advances", amount, advances, reserve, basis))
	if month.policy == "Sale":
		accounts = ("recourse_loss_account", "recourse_obligation_account")
		basis = _("the estimate on this close")
		found.append(_proposal(agreement, "Recourse Obligation", recourse_loss, *accounts, basis))
	return [proposal for proposal in found if proposal.amount > 0]


def _proposal(agreement, kind: str, amount: Decimal, debit: str, credit: str, basis: str) -> Proposal:
	lacking = tuple(
		_(agreement.meta.get_label(field)) for field in (debit, credit) if not agreement.get(field)
	)
	return Proposal(
		kind, money(amount), agreement.get(debit) or "", agreement.get(credit) or "", basis, lacking
	)


def _open_invoice(row) -> OpenInvoice:
	return OpenInvoice(
		row.sales_invoice,
		open=money(row.open_change),
		purchased=money(row.purchased),
		fee=money(row.fee),
		purchase_fee=money(row.purchase_fee),
		bought_on=row.bought_on or row.posting_date,
		due_on=row.due_date,
	)
