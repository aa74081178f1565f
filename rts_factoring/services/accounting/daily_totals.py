"""Sums of the factoring ledger per company, currency and day, kept as entries are written: what cards and the chart show.

They are written in the entries' transaction, which holds the company's posting lock, so nobody waits for them longer than
for the posting. The tie-out proves them equal to the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import getdate, now
from pypika.terms import Values

from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import posting_lock
from rts_factoring.services.invoices.receivables import chunks

DOCTYPE = "Factoring Daily Total"
LEDGER = "Factoring Ledger Entry"
AMOUNTS = ("purchased", "open_change", "reserve", "fee", "charges")
_NOTHING = (ZERO,) * len(AMOUNTS)


class Comparison(NamedTuple):
	"""What is open with the factor by the ledger and by the kept sums, the differences of all amounts of all days added up
	without their signs, and the days that differ."""

	ledger: Decimal
	kept: Decimal
	difference: Decimal
	days: list[date]


def refuse_change(doc) -> None:
	"""Refuse every change by hand: `add` and `rebuild` write past the document."""
	frappe.throw(_("Factoring Daily Totals cannot be changed. They follow the Factoring Ledger Entries."))


def add(entries: Iterable[dict]) -> None:
	"""Add entries that this transaction writes to the sums of their days."""
	sums: dict[tuple[str, str, date], list[Decimal]] = {}
	for entry in entries:
		key = (entry["company"], entry["currency"] or "", getdate(entry["posting_date"]))
		before = sums.get(key, _NOTHING)
		sums[key] = [amount + money(entry[name] or 0) for name, amount in zip(AMOUNTS, before, strict=True)]
	_upsert([(*key, *amounts) for key, amounts in sorted(sums.items())])


def _upsert(rows: Sequence[tuple]) -> None:
	"""Add each row to the one of its company, currency and day. All transactions take the rows in the same order."""
	table = frappe.qb.DocType(DOCTYPE)
	audit = (now(), now(), frappe.session.user, frappe.session.user, 0)
	columns = ("name", "creation", "modified", "owner", "modified_by", "docstatus")
	for part in chunks(rows):
		query = frappe.qb.into(table).columns(*columns, "company", "currency", "posting_date", *AMOUNTS)
		for row in part:
			query = query.insert(_name(*row[:3]), *audit, *row)
		for name in AMOUNTS:
			query = query.on_duplicate_key_update(table[name], table[name] + Values(table[name]))
		query.on_duplicate_key_update(table.modified, Values(table.modified)).run()


def _name(company: str, currency: str, day: date) -> str:
	"""The same for the same company, currency and day, so that the primary key alone tells them apart."""
	text = "|".join((company, currency, day.isoformat()))
	return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:20]


def rebuild(company: str) -> None:
	"""Write the sums of a company anew from its ledger, while nothing is posted."""
	posting_lock.lock(company)
	frappe.db.delete(DOCTYPE, {"company": company})
	_upsert([(company, *key, *amounts) for key, amounts in sorted(_sums_by_day(LEDGER, company).items())])


def compare(company: str) -> Comparison:
	"""The sums against the ledger, day by day; reads each once."""
	ledger, kept = _sums_by_day(LEDGER, company), _sums_by_day(DOCTYPE, company)
	found = {}
	for key in ledger.keys() | kept.keys():
		pairs = zip(ledger.get(key, _NOTHING), kept.get(key, _NOTHING), strict=True)
		if difference := sum((abs(ours - theirs) for ours, theirs in pairs), ZERO):
			found[key] = difference
	return Comparison(
		_open(ledger), _open(kept), sum(found.values(), ZERO), sorted({day for _currency, day in found})
	)


def _open(sums: dict[tuple[str, date], tuple]) -> Decimal:
	place = AMOUNTS.index("open_change")
	return sum((amounts[place] for amounts in sums.values()), ZERO)


def _sums_by_day(doctype: str, company: str) -> dict[tuple[str, date], tuple[Decimal, ...]]:
	"""Currency and day → the sums of that table."""
	table, found = frappe.qb.DocType(doctype), {}
	currency = Coalesce(table.currency, "")
	query = frappe.qb.from_(table).where(table.company == company).groupby(currency, table.posting_date)
	for code, day, *amounts in query.select(
		currency, table.posting_date, *(Sum(table[name]) for name in AMOUNTS)
	).run():
		found[code, day] = tuple(money(amount or 0) for amount in amounts)
	return found
