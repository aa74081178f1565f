"""A deposit of RTS's payout, recorded as a new bank entry or linked to one that exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import escape_html, fmt_money

from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import bank_entry_drafts, payout_balances
from rts_factoring.services.accounting.payout_balances import TABLE
from rts_factoring.services.common import locks
from rts_factoring.services.company import settings


def record(
	doc,
	bank_account: str,
	amount: float,
	day,
	reference: str = "",
	others: Iterable[str] = (),
	allow_more: bool = False,
) -> dict:
	"""Make a draft bank entry of a deposit, or of a payment to RTS where `amount` is negative. `others` are imports that the same
	deposit pays in full; this one takes the rest. `difference` is what is still missing from its payout (negative: too much).

	Throws when this import would get more than is left of it, unless `allow_more`.
	"""
	others = sorted(set(others) - {doc.name})
	total = money(amount)
	if total == ZERO:
		frappe.throw(
			_("Enter the amount that arrived at the bank, or with a minus the amount that you paid RTS.")
		)
	bank_entry_drafts.check_bank_account(doc.company, bank_account)
	left = _left(doc, others)
	own = total - sum((left[name] for name in others), ZERO)
	_check_share(doc, own, left[doc.name], allow_more)
	remark = _("RTS deposit {0} for {1}") if total > ZERO else _("Payment to RTS {0} for {1}")
	entry = bank_entry_drafts.new(
		settings.require_any(doc.company),
		bank_account,
		total,
		day,
		reference=reference or doc.name,
		remark=remark.format(reference, ", ".join([doc.name, *others])).replace("  ", " "),
	)
	for name, share in {doc.name: own, **{name: left[name] for name in others}}.items():
		entry.append(TABLE, {"report_import": name, "amount": float(share)})
	entry.insert()
	return {"journal_entry": entry.name, "difference": float(left[doc.name] - own)}


def link(doc, journal_entry: str, amount: float, allow_more: bool = False) -> dict:
	"""Say that a bank entry which exists, draft or submitted, deposits `amount` of an import's payout."""
	entry = frappe.get_doc("Journal Entry", journal_entry)
	entry.check_permission("write")
	known = {row["journal_entry"] for row in payout_balances.unlinked_entries(doc.company)}
	if entry.name not in known:
		frappe.throw(
			_("{0} has nothing left on the clearing account to link.").format(escape_html(journal_entry))
		)
	left, own = _left(doc)[doc.name], money(amount)
	_check_share(doc, own, left, allow_more)
	entry.append(TABLE, {"report_import": doc.name, "amount": float(own)})
	entry.save()
	return {"journal_entry": entry.name, "difference": float(left - own)}


def _left(doc, others: Collection[str] = ()) -> dict[str, Decimal]:
	"""What is left of each import's payout, locked until the transaction ends. Throws where one cannot be deposited."""
	if doc.docstatus != 1:
		frappe.throw(_("Submit the import first. Then record its deposit."))
	names = [doc.name, *others]
	for name in sorted(names):
		locks.take("Report Import", name)
	posted = frappe.get_all(
		"Report Import", {"name": ("in", names), "company": doc.company, "docstatus": 1}, pluck="name"
	)
	if missing := sorted(set(names) - set(posted)):
		frappe.throw(
			_("{0} is not a submitted import of {1}.").format(escape_html(", ".join(missing)), doc.company)
		)
	done = payout_balances.recorded(doc.company, names, for_update=True)
	left = {name: payout_balances.payout(doc.company, name) - done.get(name, ZERO) for name in names}
	if settled := [name for name in others if not left[name]]:
		frappe.throw(_("The payout of {0} is recorded already.").format(", ".join(settled)))
	return left


def _check_share(doc, share: Decimal, left: Decimal, allow_more: bool) -> None:
	if not share:
		frappe.throw(
			_("Nothing of this amount is left for {0}. Record the deposit on the other import.").format(
				doc.name
			)
		)
	if not allow_more and not payout_balances.is_within(share, left):
		frappe.throw(
			_("{0} is more than what is left of {1}, {2}. Check the amount, or confirm it.").format(
				in_currency(doc.company, share), doc.name, in_currency(doc.company, left)
			),
			title=_("More than Is Left"),
		)


def in_currency(company: str, amount: Decimal) -> str:
	return fmt_money(amount, currency=frappe.get_cached_value("Company", company, "default_currency"))
