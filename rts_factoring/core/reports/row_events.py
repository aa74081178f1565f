"""What each row of a report says happened, and what is missing from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from ..model import DEDUCTION_EVENTS, FUNDING_EVENTS, NEEDS_INVOICE, Event, Outcome, ReportKind
from .layout import ReportLayout, normalise_word
from .lines import AMOUNTS, DEDUCTIONS

Column: TypeAlias = list[Any]  # one value for each row below the header
Classified: TypeAlias = tuple[
	Event | None, Outcome | None, tuple[str, ...]
]  # event, status and problems of a row

_FEE_EVENTS = frozenset((Event.FEE, Event.FEE_REVERSAL, Event.CHARGE))
_PAYMENT_EVENTS = frozenset(
	(Event.PAYMENT, Event.PARTIAL, Event.SHORT_PAY, Event.OVER_PAY, Event.PAYMENT_REMOVED)
)
_VALUES = frozenset((*AMOUNTS, "date", "invoice_date"))


class RowEvents:
	"""Reads the event of each row from its words and amounts. `columns` has the typed values of `count` rows."""

	def __init__(self, columns: Mapping[str, Column], count: int, layout: ReportLayout):
		self.columns = columns
		self.count = count
		self.kind = layout.kind
		self.statuses = layout.status_index()
		self.types = layout.type_index()

	def of_rows(self) -> Iterator[Classified]:
		if self.kind.is_statement:
			return self._statement_rows()
		return self._purchases() if self.kind is ReportKind.PURCHASE else self._payments()

	def _statement_rows(self) -> Iterator[Classified]:
		"""A row of a statement says what is open, or what moved the reserve; no event is posted from it."""
		names = ("invoice_no", "balance", "reserve", "released", "date")
		for invoice_no, balance, added, taken, day in zip(*map(self._column, names), strict=True):
			problems: tuple[str, ...] = ()
			if self.kind is ReportKind.OPEN_INVOICES:
				if not invoice_no:
					problems += ("missing_invoice",)
				if balance is None:
					problems += ("missing_amount",)
			elif added is not None or taken is not None:
				problems += () if day else ("missing_date",)
			elif balance is None:
				problems += ("missing_amount",)
			yield None, None, problems

	def _column(self, name: str) -> Column:
		values = self.columns.get(name)
		return values if values is not None else [None if name in _VALUES else ""] * self.count

	def _purchases(self) -> Iterator[Classified]:
		names = ("invoice_no", "word", "unread", "invoice_amount", "purchased", "net", "advance", *DEDUCTIONS)
		stated = "purchased" in self.columns
		has_status = "word" in self.columns
		events = self._types_of_purchases()
		for event, invoice_no, word, money_unread, gross, purchased, net, *taken in zip(
			events, *map(self._column, names), strict=True
		):
			problems: tuple[str, ...] = ("unread_money",) if money_unread else ()
			if event is not Event.PURCHASE:
				if not invoice_no and event in NEEDS_INVOICE:
					problems += ("missing_invoice",)
				yield event, Outcome.MATCHED, problems
				continue
			if not invoice_no:
				problems += ("missing_invoice",)
			if word:
				status = self.statuses.get(normalise_word(word))
				if status is None:
					problems += ("unknown_status",)
			elif has_status or stated:
				status = Outcome.MATCHED if purchased else Outcome.PENDING
			else:
				status = Outcome.MATCHED if net or any(taken) else Outcome.PENDING
			if (
				status is Outcome.MATCHED
				and purchased is None
				and (gross is None or (stated and net is None))
			):
				problems += ("missing_amount",)
			yield Event.PURCHASE, status, problems

	def _types_of_purchases(self) -> Iterator[Event]:
		"""The type of each row of a purchase report: a purchase, unless a word says what else RTS kept of the payout. The word
		stands in a column for types, among the statuses or, on a row without an invoice, in any text."""
		names = ("payment_type", "word", "invoice_no", "reason", "debtor_name")
		words = {word: event for word, event in self.types.items() if event in DEDUCTION_EVENTS}
		known: dict[str, Event | None] = {"": None}  # of each text, since a report has few different ones

		def event_of(text: str) -> Event | None:
			if text not in known:
				known[text] = words.get(normalise_word(text))
			return known[text]

		for of_type, status, invoice_no, *others in zip(*map(self._column, names), strict=True):
			event = event_of(of_type) or event_of(status)
			if event is None and not (invoice_no[-1:].isdigit() or any(map(str.isdigit, invoice_no))):
				event = next((found for text in (invoice_no, *others) if (found := event_of(text))), None)
			yield event or Event.PURCHASE

	def _words_of_both_signs(self) -> set[str]:
		"""Words of fees and charges with a positive payment in one row and a negative one in another. Either could be the
		refund."""
		signs: dict[str, set[bool]] = {}
		for word, paid, fee in zip(*map(self._column, ("word", "paid", "fee")), strict=True):
			if paid and not fee and self.types.get(normalise_word(word)) in _FEE_EVENTS:
				signs.setdefault(word, set()).add(paid > 0)
		return {word for word, of_word in signs.items() if len(of_word) > 1}

	def _payments(self) -> Iterator[Classified]:
		names = ("invoice_no", "po_no", "word", "date", "unread", "paid", "fee", "released", "chargeback")
		unclear = self._words_of_both_signs()
		for invoice_no, po_no, word, day, money_unread, *amounts in zip(
			*map(self._column, names), strict=True
		):
			paid, fee, released, chargeback = amounts
			if word:
				event = self.types.get(normalise_word(word))
			else:
				event = _infer(invoice_no or po_no, paid, fee, released, chargeback)
			if event in FUNDING_EVENTS or event is Event.PURCHASE:
				event = None
			if event in _PAYMENT_EVENTS and paid is not None and paid < 0:
				event = Event.PAYMENT_REMOVED
			elif event is Event.PAYMENT and chargeback and not paid:
				event = Event.CHARGEBACK if chargeback > 0 else None
			problems: tuple[str, ...] = ()
			if event is None:
				problems += ("unknown_type",)
			elif not invoice_no and event in NEEDS_INVOICE:
				problems += ("missing_invoice",)
			if day is None and event is not Event.NON_PAYMENT:
				problems += ("missing_date",)
			if word in unclear and paid and not fee:
				problems += ("both_signs",)
			if event is not None and not any(amounts) and event is not Event.NON_PAYMENT:
				problems += ("missing_amount",)
			if money_unread:
				problems += ("unread_money",)
			yield event, None, problems


def _infer(
	invoice_no: str,
	paid: Decimal | None,
	fee: Decimal | None,
	released: Decimal | None,
	chargeback: Decimal | None,
) -> Event | None:
	"""The type of a row without a word, where its filled amounts allow only one."""
	if chargeback and not paid:
		return Event.CHARGEBACK if chargeback > 0 else None
	amounts = (paid, fee, released, chargeback)
	if not any(amounts) and any(amount is not None for amount in amounts):
		return Event.NON_PAYMENT if invoice_no else None
	filled = [event for amount, event in ((released, Event.RESERVE_RELEASE), (fee, Event.FEE)) if amount]
	if paid or not filled:
		return Event.PAYMENT if paid or invoice_no else None
	return filled[0] if invoice_no or len(filled) == 1 else None
