"""RTS's payouts at the bank: which bank entry deposits how much of which import's payout.

A bank entry is a Journal Entry, bank against clearing. It names the imports, or the adjustments, in a table of its own, so that
its Reference Number is the bank's, by which ERPNext's Bank Reconciliation Tool finds it. Amounts are positive where RTS pays,
negative where we pay RTS.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import escape_html, fmt_money, get_link_to_form

from rts_factoring.core.model import Event
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import journal_entries, sources
from rts_factoring.services.common import locks
from rts_factoring.services.common.errors import throw_not_found
from rts_factoring.services.company import settings

TABLE, ROW = "factoring_payouts", "Factoring Payout"
_BANK_TYPES = ("Bank", "Cash")


# What is announced, recorded and left


def expected(report_import: str) -> dict:
	"""What RTS pays out according to an import, how much of it is recorded, and what is left; amounts as floats."""
	company = frappe.db.get_value("Report Import", report_import, "company")
	payout, done = (
		_payout(company, report_import),
		_recorded(company, [report_import]).get(report_import, ZERO),
	)
	return {"payout": float(payout), "recorded": float(done), "left": float(payout - done)}


def open_payouts(company: str) -> list[dict]:
	"""The posted imports whose payout is not recorded to the cent, oldest first: report_import, kind, day, payout, recorded and
	left (as Decimal)."""
	payouts, done = _payouts(company), _recorded(company)
	left = {name: amount - done.get(name, ZERO) for name, amount in payouts.items()}
	left |= {name: -amount for name, amount in done.items() if name not in payouts}
	imports = frappe.get_all(
		"Report Import",
		filters={
			"company": company,
			"docstatus": 1,
			"name": ("in", [n for n, amount in left.items() if amount]),
		},
		fields=["name as report_import", "kind", "run_date", "period_to", "creation"],
		order_by="creation",
		limit=0,
	)
	return [
		{
			"report_import": row.report_import,
			"kind": row.kind,
			"day": row.run_date or row.period_to or row.creation.date(),
			"payout": payouts.get(row.report_import, ZERO),
			"recorded": done.get(row.report_import, ZERO),
			"left": left[row.report_import],
		}
		for row in imports
	]


def unlinked_entries(company: str) -> list:
	"""Bank entries, bank against clearing, that name no import or adjustment for all they move, oldest first: journal_entry, day,
	docstatus, reference, amount and left (as Decimal). Entries of imports and money held for the factor are none."""
	clearing = settings.require_any(company).clearing_account
	if not clearing:
		return []
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType("Journal Entry Account")
	bank, account = frappe.qb.DocType("Journal Entry Account").as_("bank"), frappe.qb.DocType("Account")
	ledger_entry = frappe.qb.DocType("Factoring Ledger Entry")
	at_bank = (
		frappe.qb.from_(bank)
		.inner_join(account)
		.on(account.name == bank.account)
		.where((account.company == company) & account.account_type.isin(_BANK_TYPES))
		.select(bank.parent)
	)
	of_ledger = frappe.qb.from_(ledger_entry).where(ledger_entry.company == company)
	of_ledger = of_ledger.where(ledger_entry.journal_entry.isnotnull()).select(ledger_entry.journal_entry)
	rows = (
		frappe.qb.from_(row)
		.inner_join(entry)
		.on(entry.name == row.parent)
		.where((entry.company == company) & (entry.docstatus < 2) & (entry.factoring_is_held == 0))
		.where(row.account == clearing)
		.where(entry.name.isin(at_bank) & entry.name.notin(of_ledger))
		.groupby(entry.name, entry.posting_date, entry.cheque_no, entry.docstatus)
		.orderby(entry.posting_date)
		.orderby(entry.name)
		.select(entry.name.as_("journal_entry"), entry.posting_date.as_("day"), entry.docstatus)
		.select(entry.cheque_no.as_("reference"), (Sum(row.credit) - Sum(row.debit)).as_("amount"))
		.run(as_dict=True)
	)
	linked = _linked(company)
	for found in rows:
		found.amount = money(found.amount or 0)
		found.left = found.amount - linked.get(found.journal_entry, ZERO)
	return [found for found in rows if found.left]


def entries(source: str, doctype: str = sources.IMPORT, for_update: bool = False) -> list[str]:
	"""Bank entries, draft or submitted, that record a deposit of this import, or the payment of this adjustment. A locking
	read sees what was committed last."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType(ROW)
	query = frappe.qb.from_(row).inner_join(entry).on(entry.name == row.parent).where(entry.docstatus < 2)
	query = query.where(row[sources.LEDGER_FIELDS[doctype]] == source)
	query = query.orderby(entry.name).select(entry.name)
	return list(dict.fromkeys(name for (name,) in (query.for_update() if for_update else query).run()))


def _payout(company: str, report_import: str) -> Decimal:
	return _payouts(company, report_import).get(report_import, ZERO)


def _payouts(company: str, report_import: str = "") -> dict[str, Decimal]:
	"""Import → what its rows add to clearing, as corrected by adjustments. What a debtor paid us and RTS takes is no payout."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	moved = frappe.qb.from_(table).where(table.company == company)
	moved = moved.where(table.event != Event.DIRECT_PAYMENT.value)
	by_import = moved.where(table.report_import.isnotnull())
	if report_import:
		by_import = moved.where(table.report_import == report_import)
	query = by_import.groupby(table.report_import).select(table.report_import, Sum(table.clearing))
	found = {name: money(amount or 0) for name, amount in query.run()}
	corrected = sources.corrections(company, report_import)
	if corrected:
		query = moved.where(table.factoring_adjustment.isin(list(corrected)))
		query = query.groupby(table.factoring_adjustment)
		for name, amount in query.select(table.factoring_adjustment, Sum(table.clearing)).run():
			of = corrected[name]
			found[of] = found.get(of, ZERO) + money(amount or 0)
	return found


def linked_rows(company: str, row, entry):
	"""A query on the rows of entries, draft or submitted, that name an import or an adjustment."""
	query = frappe.qb.from_(row).inner_join(entry).on(entry.name == row.parent)
	return query.where((entry.company == company) & (entry.docstatus < 2))


def _recorded(
	company: str,
	names: Collection[str] = (),
	for_update: bool = False,
	doctype: str = sources.IMPORT,
) -> dict[str, Decimal]:
	"""Import, or adjustment, → what entries record of it. A locking read sees what was committed last."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType(ROW)
	source = row[sources.LEDGER_FIELDS[doctype]]
	query = linked_rows(company, row, entry).where(source.isnotnull())
	if names:
		query = query.where(source.isin(list(names)))
	query = query.groupby(source).select(source, Sum(row.amount))
	if for_update:
		query = query.for_update()
	return {name: money(amount or 0) for name, amount in query.run()}


def left_of_adjustments(company: str) -> dict[str, Decimal]:
	"""Adjustment → what it moves on clearing and no entry records; those that correct an import are part of its payout."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	query = frappe.qb.from_(table).where((table.company == company) & table.factoring_adjustment.isnotnull())
	query = query.where(table.event != Event.DIRECT_PAYMENT.value).groupby(table.factoring_adjustment)
	moved = dict(query.select(table.factoring_adjustment, Sum(table.clearing)).run())
	done = _recorded(company, doctype=sources.ADJUSTMENT)
	left = {name: money(moved.get(name) or 0) - done.get(name, ZERO) for name in moved.keys() | done.keys()}
	corrections = sources.corrections(company)
	return {name: amount for name, amount in left.items() if amount and name not in corrections}


def _linked(company: str) -> dict[str, Decimal]:
	"""Journal entry → what it records of imports and adjustments."""
	entry, row = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType(ROW)
	query = linked_rows(company, row, entry).groupby(row.parent).select(row.parent, Sum(row.amount))
	return {name: money(amount or 0) for name, amount in query.run()}


# Recording and linking


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
	account = frappe.db.get_value("Account", bank_account, ["company", "is_group"], as_dict=True)
	if not account or account.company != doc.company or account.is_group:
		frappe.throw(_("Choose a bank account of {0}.").format(doc.company))
	left = _left(doc, others)
	own = total - sum((left[name] for name in others), ZERO)
	_check_share(doc, own, left[doc.name], allow_more)
	entry = frappe.new_doc("Journal Entry")
	remark = _("RTS deposit {0} for {1}") if total > ZERO else _("Payment to RTS {0} for {1}")
	names = [doc.name, *others]
	entry.update(
		{
			"voucher_type": "Bank Entry",
			"company": doc.company,
			"posting_date": day,
			"cheque_no": reference or doc.name,
			"cheque_date": day,
			"user_remark": remark.format(reference, ", ".join(names)).replace("  ", " "),
		}
	)
	for row in journal_entries.bank_rows(settings.require_any(doc.company), bank_account, float(total)):
		entry.append("accounts", row)
	for name, share in {doc.name: own, **{name: left[name] for name in others}}.items():
		entry.append(TABLE, {"report_import": name, "amount": float(share)})
	entry.insert()
	return {"journal_entry": entry.name, "difference": float(left[doc.name] - own)}


def link(doc, journal_entry: str, amount: float, allow_more: bool = False) -> dict:
	"""Say that a bank entry which exists, draft or submitted, deposits `amount` of an import's payout."""
	entry = frappe.get_doc("Journal Entry", journal_entry)
	entry.check_permission("write")
	known = {row["journal_entry"] for row in unlinked_entries(doc.company)}
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
	done = _recorded(doc.company, names, for_update=True)
	left = {name: _payout(doc.company, name) - done.get(name, ZERO) for name in names}
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
	if not allow_more and not is_within(share, left):
		frappe.throw(
			_("{0} is more than what is left of {1}, {2}. Check the amount, or confirm it.").format(
				_in_currency(doc.company, share), doc.name, _in_currency(doc.company, left)
			),
			title=_("More than Is Left"),
		)


def is_within(share: Decimal, whole: Decimal) -> bool:
	"""Whether a share has the direction of the whole and is not more."""
	return min(ZERO, whole) <= share <= max(ZERO, whole)


def _in_currency(company: str, amount: Decimal) -> str:
	return fmt_money(amount, currency=frappe.get_cached_value("Company", company, "default_currency"))


# Entries as people and ERPNext's bank reconciliation make them


def recognise(entry) -> None:
	"""A new entry, bank against clearing, that moves what is left of exactly one import or adjustment is its deposit. Tell the user
	so."""
	if not entry.is_new() or entry.get(TABLE) or _is_ours(entry):
		return
	moved = _moved(entry)
	if not moved or not _is_at_bank(entry):
		return
	found = [
		(sources.IMPORT, row["report_import"]) for row in open_payouts(entry.company) if row["left"] == moved
	]
	adjusted = left_of_adjustments(entry.company)
	found += [(sources.ADJUSTMENT, name) for name, left in adjusted.items() if left == moved]
	if len(found) == 1:
		doctype, name = found[0]
		entry.append(TABLE, {sources.LEDGER_FIELDS[doctype]: name, "amount": float(moved)})
		frappe.msgprint(
			_("This entry was linked to the payout of {0}, of which exactly this amount was left.").format(
				get_link_to_form(doctype, name)
			),
			alert=True,
		)


def check_links(entry) -> None:
	"""Throw where the payouts that an entry names are not those of its company, or come to more than it moves."""
	rows = entry.get(TABLE) or []
	if not rows:
		return
	if _is_ours(entry):
		frappe.throw(_("An entry of a report, or of money held for the factor, deposits no payout."))
	for row in rows:
		if bool(row.report_import) == bool(row.factoring_adjustment):
			frappe.throw(
				_(
					"Row {0} of the table Payouts must name a Report Import or a Factoring Adjustment, not both."
				).format(row.idx)
			)
	for doctype, fieldname in sources.LEDGER_FIELDS.items():
		_check_named(entry, [row for row in rows if row.get(fieldname)], doctype, fieldname)
	_refuse_corrections(entry, rows)
	moved, total = _moved(entry), sum((money(row.amount) for row in rows), ZERO)
	if not is_within(total, moved):
		frappe.throw(
			_("The table Payouts adds up to {0}, but the entry moves {1} of the clearing account.").format(
				_in_currency(entry.company, total), _in_currency(entry.company, moved)
			),
			title=_("Payouts"),
		)


def _check_named(entry, rows: list, doctype: str, fieldname: str) -> None:
	names = [row.get(fieldname) for row in rows]
	if len(set(names)) < len(names):
		frappe.throw(
			_("The table Payouts names {0} twice. Put its amounts into one row.").format(
				escape_html(next(name for name in names if names.count(name) > 1))
			)
		)
	filters = {"name": ("in", names or [""]), "company": entry.company}
	known = dict(frappe.get_all(doctype, filters=filters, fields=["name", "docstatus"], as_list=True))
	for row in rows:
		name = row.get(fieldname)
		if name not in known:
			throw_not_found(row, fieldname)
		if known[name] != 1:
			frappe.throw(_("{0} is not submitted.").format(get_link_to_form(doctype, name)))


def _refuse_corrections(entry, rows: list) -> None:
	corrections = sources.corrections(entry.company)
	for row in rows:
		if corrected := corrections.get(row.factoring_adjustment):
			frappe.throw(
				_("{0} corrects the payout of {1}. Name that import in the table Payouts instead.").format(
					row.factoring_adjustment, get_link_to_form(sources.IMPORT, corrected)
				)
			)


def _is_ours(entry) -> bool:
	"""Whether the app made the entry for something else than a payout."""
	return bool(entry.factoring_report_import or entry.factoring_adjustment or entry.factoring_is_held)


def _moved(entry) -> Decimal:
	"""What an entry takes off the clearing account; zero where its company has none."""
	agreement = settings.find(entry.company)
	clearing = agreement and agreement.clearing_account
	return sum(
		(money(row.credit or 0) - money(row.debit or 0) for row in entry.accounts if row.account == clearing),
		ZERO,
	)


def _is_at_bank(entry) -> bool:
	accounts = {row.account for row in entry.accounts}
	return any(frappe.get_cached_value("Account", name, "account_type") in _BANK_TYPES for name in accounts)
