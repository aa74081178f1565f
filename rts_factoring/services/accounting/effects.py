"""Write effects to the books, whatever document they come from: journal entries and ledger entries in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from rts_factoring.core.model import Event, Policy, Role
from rts_factoring.core.reconciliation.dating import History, change_of
from rts_factoring.core.reconciliation.posting_matrix import Effect, legs
from rts_factoring.core.reconciliation.vouchers import JournalPosting, Voucher, to_vouchers
from rts_factoring.services.accounting import histories, journal_entries, ledger, outstanding, periods
from rts_factoring.services.accounting.sources import Source
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import receivables


def to_postings(
	company: str, policy: Policy, effects: Sequence[Effect], day_of: Callable[[date | None], date]
) -> list[JournalPosting]:
	"""The effects in their order, each on the day that `day_of` gives for its own, or the first later one that its invoice allows: days
	are posted in order, and the books of the days between must not show what RTS could not have then."""
	found = histories.of_invoices(company, {effect.invoice_no for effect in effects if effect.invoice_no})
	latest: dict[str, date] = {}  # of an invoice's postings to its receivable
	postings = []
	for index, effect in enumerate(effects):
		entry_legs = tuple(legs(policy, effect))
		day = day_of(effect.date)
		if name := effect.invoice_no:
			names_receivable = any(leg.role is Role.RECEIVABLE for leg in entry_legs)
			history = found.setdefault(name, History())
			first = _day_in(history, effect, max(day, latest.get(name, day)) if names_receivable else day)
			if first > day:
				day = max(first, day_of(first))  # which may be closed
			if any(change := change_of(effect)):
				history.add(day, change)
			if names_receivable:
				latest[name] = day
		postings.append(JournalPosting(index, day, entry_legs))
	return postings


def _day_in(history: History, effect: Effect, day: date) -> date:
	"""Not before RTS bought the invoice, nor before what the effect takes back or settles."""
	if effect.event is not Event.PURCHASE and history.first_bought:
		day = max(day, history.first_bought)
	return history.first_possible(day, change_of(effect))


def write(
	source: Source,
	policy: Policy,
	effects: Sequence[tuple[int, Effect]],
	day_of: Callable[[date | None], date],
	remark: Callable[[Voucher], str],
	progress: Callable[[int, int], None] | None = None,
) -> None:
	"""Write journal and ledger entries: effects, each with the number of its row. `remark` gives the text of a journal entry;
	`progress` is told vouchers made and postings in all. Throws when a day lies in a closed period."""
	agreement = settings.require_any(source.company)
	postings = to_postings(source.company, policy, [effect for _row, effect in effects], day_of)
	periods.refuse_closed(source.company, {posting.day for posting in postings})
	vouchers: dict[int, str] = {}
	with outstanding.deferred():
		for number, voucher in enumerate(to_vouchers(postings)):
			if progress:
				progress(number, len(postings))
			name = journal_entries.post(voucher, agreement, source=source, remark=remark(voucher))
			vouchers |= {posting.index: name for posting in voucher.postings}
	invoices = {effect.invoice_no for _row, effect in effects if effect.invoice_no}
	customers = {row.name: row.customer for row in receivables.rows(invoices)}
	ledger.write(
		[
			{
				"posting_date": posting.day,
				"company": source.company,
				"currency": source.currency,
				"event": _event(effect).value,
				"policy": policy.value.title(),
				"sales_invoice": effect.invoice_no,
				"customer": customers.get(effect.invoice_no),
				"batch": source.batch,
				**source.ledger_links(row),
				"journal_entry": vouchers.get(posting.index),
				**ledger.entry_amounts(effect, policy),
				"is_reversal": int(effect.reverses is not None),
				"reverses": effect.reverses.entry if effect.reverses else None,
			}
			for posting, (row, effect) in zip(postings, effects, strict=True)
		]
	)


def _event(effect: Effect) -> Event:
	"""A reversal keeps the event of the entry it takes back."""
	return effect.reverses.event if effect.reverses else effect.event
