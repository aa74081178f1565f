"""Write effects to the books, whatever document they come from: journal entries and ledger entries in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from rts_factoring.core.model import Event, Policy
from rts_factoring.core.reconciliation.posting_matrix import Effect, legs
from rts_factoring.core.reconciliation.vouchers import JournalPosting, Voucher, date_in_order, to_vouchers
from rts_factoring.services.accounting import journal_entries, ledger, ledger_sums, outstanding, periods
from rts_factoring.services.accounting.sources import Source
from rts_factoring.services.company import settings
from rts_factoring.services.invoices import receivables


def to_postings(
	company: str, policy: Policy, effects: Sequence[Effect], day_of: Callable[[date | None], date]
) -> list[JournalPosting]:
	"""The effects in their order, each on the day that `day_of` gives for its own. None is dated before RTS bought its invoice: the
	books of the days between would show money for what RTS had not yet."""
	bought = ledger_sums.first_bought(company, {effect.invoice_no for effect in effects if effect.invoice_no})
	return date_in_order(
		JournalPosting(index, _not_before(day_of(effect.date), effect, bought), tuple(legs(policy, effect)))
		for index, effect in enumerate(effects)
	)


def _not_before(day: date, effect: Effect, bought: Mapping[str, date]) -> date:
	return max(day, bought.get(effect.invoice_no or "", day)) if effect.event is not Event.PURCHASE else day


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
