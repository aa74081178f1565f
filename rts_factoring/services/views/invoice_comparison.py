"""The tie-out invoice by invoice, added up inside the database: only sums, and a few names where something differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import frappe
from frappe.query_builder import CustomFunction
from frappe.query_builder.functions import Coalesce, Count, Sum
from pypika.terms import Case, Term, ValueWrapper

from rts_factoring.core.model import InvoiceState, Position
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.reconciliation.positions import state_of

SHOWN = 5  # invoices that are named
_SUMMED = ("receivable", "purchased", "open_change", "collected")
_STATE_COLUMNS = ("purchased", "open_change", "collected", "ours_again")  # a state depends on their signs
_abs, _sign = CustomFunction("ABS", ["amount"]), CustomFunction("SIGN", ["amount"])
_round = CustomFunction("ROUND", ["amount", "digits"])
_least, _greatest = CustomFunction("LEAST", ["one", "two"]), CustomFunction("GREATEST", ["one", "two"])


class Comparison(NamedTuple):
	"""`ours` against `theirs`, summed over invoices; `difference` without their signs; `names` of a few that differ."""

	ours: Decimal
	theirs: Decimal
	difference: Decimal
	names: list[str]
	differing: int


class Comparisons(NamedTuple):
	receivable: Comparison  # in the ledger, and in the journal entries of imports
	covered: Comparison  # open with RTS, and in our books
	owed: Comparison  # at most owed by customers, and outstanding; only invoices that owe more
	states: Comparison  # wrong states, counted as `theirs`; none as of a day, because an invoice keeps only its state of today


def compare(
	company: str, is_borrowed: bool, journal: Callable[[Term], Term], to_date: date | None = None
) -> Comparisons:
	"""Every invoice in the company's ledger, as of a day or with all that is posted. `journal` gives a query for the amount of the
	imports' entries of an invoice.

	Borrowing: what RTS has still to collect, our books expect of the customer or have credited. Sale: it left our books.
	"""
	base = _by_invoice(company, is_borrowed, journal, to_date).as_("base")
	pairs = {
		"receivable": (base.receivable, base.journal, None),
		"covered": (base.open_change, base.covered, None),
		"owed": (base.most, base.outstanding, base.outstanding > base.most),
	}
	signs = [_sign(base[name]) for name in _STATE_COLUMNS]
	query = frappe.qb.from_(base).groupby(base.state, *signs).select(base.state, *signs, Count("*"))
	for ours, theirs, only in pairs.values():
		query = query.select(*_sums(ours, theirs, only))
	groups = [_Group._make((*row[:6], list(row[6:]))) for row in query.run()]
	found = []
	for number, (ours, theirs, only) in enumerate(pairs.values()):
		parts = [group.sums[4 * number : 4 * number + 4] for group in groups]
		mine, other, difference, differing = (
			(sum(column) for column in zip(*parts, strict=True)) if parts else (0,) * 4
		)
		differs = only if only is not None else ours != theirs
		names = _names(base, differs) if differing else []
		found.append(Comparison(money(mine), money(other), money(difference), names, int(differing)))
	wrong = [group for group in groups if not to_date and not group.is_right()]
	names = sorted(name for group in wrong for name in _names(base, _of_group(base, signs, group)))[:SHOWN]
	count = sum(group.invoices for group in wrong)
	states = Comparison(ZERO, money(count), money(count), names, count)
	return Comparisons._make((*found, states))


class _Group(NamedTuple):
	"""Invoices of one state whose amounts have the same signs."""

	state: str | None
	purchased: int
	open_change: int
	collected: int
	ours_again: int  # charged back and not sold again
	invoices: int
	sums: list

	def is_right(self) -> bool:
		position = Position(
			"",
			InvoiceState(self.state or InvoiceState.NOT_FACTORED.value),
			purchased=Decimal(self.purchased),
			open=Decimal(self.open_change),
			collected=Decimal(self.collected),
			charged_back=Decimal(self.ours_again),
		)
		return not position.is_bought or position.state is state_of(position)


def _of_group(base, signs: Iterable[Term], group: _Group) -> Term:
	chosen = Coalesce(base.state, "") == (group.state or "")
	for sign, value in zip(signs, group[1:5], strict=True):
		chosen &= sign == value
	return chosen


def outstanding_on(invoice: Term, company: str, day: date):
	"""A query for what an invoice owed at the end of a day, by ERPNext's payment ledger."""
	ple = frappe.qb.DocType("Payment Ledger Entry")
	return (
		frappe.qb.from_(ple)
		.where((ple.against_voucher_no == invoice) & (ple.against_voucher_type == "Sales Invoice"))
		.where((ple.company == company) & (ple.delinked == 0) & (ple.posting_date <= day))
		.select(Sum(ple.amount))
	)


def _by_invoice(company: str, is_borrowed: bool, journal: Callable[[Term], Term], to_date: date | None):
	"""A query with one row an invoice in the ledger, its amounts in cents exactly.

	Journal and payment ledger are asked invoice by invoice, by their indexes: joined to them, their sums over all invoices would
	first be written to the disk as tables of their own, and found there one by one.
	"""
	table, invoice = frappe.qb.DocType("Factoring Ledger Entry"), frappe.qb.DocType("Sales Invoice")
	credited = _credit_notes(company, to_date).as_("credited")
	outstanding = Coalesce(
		outstanding_on(table.sales_invoice, company, to_date) if to_date else invoice.outstanding_amount, 0
	)
	amount = (
		Case().when(Coalesce(invoice.rounded_total, 0) != 0, invoice.rounded_total).else_(invoice.grand_total)
	)
	sums = {name: Sum(table[name]) for name in _SUMMED}
	sums["ours_again"] = Sum(table.charged_back - table.sold_again)
	expected = outstanding + Coalesce(credited.amount, 0)
	if to_date:  # RTS may date a purchase a day before the invoice
		expected += Case().when(invoice.posting_date > to_date, amount).else_(0)
	covered = _greatest(_least(sums["open_change"], expected) if is_borrowed else sums["open_change"], 0)
	query = (
		frappe.qb.from_(table)
		.inner_join(invoice)
		.on(invoice.name == table.sales_invoice)
		.left_join(credited)
		.on(credited.name == table.sales_invoice)
		.where((table.company == company) & table.sales_invoice.isnotnull())
		.groupby(table.sales_invoice)
		.select(table.sales_invoice.as_("name"), invoice.factoring_status.as_("state"))
		.select(*(_cents(total).as_(name) for name, total in sums.items()))
		.select(
			_cents(Coalesce(journal(table.sales_invoice), 0)).as_("journal"), _cents(covered).as_("covered")
		)
		.select(_cents(amount + sums["receivable"]).as_("most"), _cents(outstanding).as_("outstanding"))
	)
	return query.where(table.posting_date <= to_date) if to_date else query


def _credit_notes(company: str, to_date: date | None):
	"""A query for what submitted credit notes took off each invoice."""
	note = frappe.qb.DocType("Sales Invoice").as_("note")
	amount = Case().when(Coalesce(note.rounded_total, 0) != 0, note.rounded_total).else_(note.grand_total)
	query = (
		frappe.qb.from_(note)
		.where((note.return_against > "") & (note.company == company))
		.where((note.docstatus == 1) & (note.is_return == 1))
		.groupby(note.return_against)
		.select(note.return_against.as_("name"), (ValueWrapper(0) - Sum(amount)).as_("amount"))
	)
	return query.where(note.posting_date <= to_date) if to_date else query


def _cents(amount: Term) -> Term:
	return _round(amount, 2)


def _sums(ours: Term, theirs: Term, only: Term | None) -> Iterator[Term]:
	"""Both sums, the differences without their signs, and how many differ."""

	def of_these(value):
		return value if only is None else Case().when(only, value).else_(0)

	differs = Case().when(ours != theirs, 1).else_(0)
	for value in (ours, theirs, _abs(ours - theirs), differs):
		yield Sum(of_these(value))


def _names(base, differs: Term) -> list[str]:
	query = frappe.qb.from_(base).where(differs).orderby(base.name).limit(SHOWN).select(base.name)
	return [name for (name,) in query.run()]
