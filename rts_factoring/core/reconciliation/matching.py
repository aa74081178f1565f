"""Which invoice a report row means, by a table of named rules from strict to loose. A name alone never matches."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import NamedTuple

from ..debtors import debtor_key
from ..model import NEEDS_INVOICE, Outcome, Receivable
from ..reports.cells import to_number_text
from ..reports.lines import ReportLine
from ..reports.metadata import client_of


def exact(invoice_no: str) -> str:
	return to_number_text(invoice_no)


def normalised(invoice_no: str) -> str:
	"""Letters and digits only, one case: `af 10001`, `AF10001` and `AF-10001` are one."""
	if not invoice_no.isascii():
		invoice_no = unicodedata.normalize("NFKC", invoice_no)
	return "".join(filter(str.isalnum, invoice_no.casefold()))


def digits(invoice_no: str) -> str:
	"""The digits without leading zeros, for numbers that lost their prefix or zeros in a spreadsheet."""
	return re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", invoice_no)).lstrip("0")


def same_client(one: str, other: str) -> bool:
	"""Whether two spellings mean one client of RTS: `104233`, `0104233`, `C-104233`."""
	if normalised(one) == normalised(other):
		return True
	plain = any(normalised(number).isdecimal() for number in (one, other))
	return plain and digits(one) == digits(other)


def same_debtor(line: ReportLine, receivable: Receivable) -> bool:
	"""By the debtor's code or MC number where the row has one that we could know, else by name."""
	code = normalised(line.debtor_code).removeprefix("mc")
	if code:
		held, mc = normalised(receivable.customer_code), normalised(receivable.customer_mc).removeprefix("mc")
		if code in (held, mc):
			return True
		if held or (mc and code.isdecimal()):
			return False
	return bool(line.debtor_name) and debtor_key(line.debtor_name) == debtor_key(receivable.customer)


def same_amount(line: ReportLine, receivable: Receivable) -> bool:
	amount = next((a for a in (line.invoice_amount, line.purchased, line.paid) if a is not None), None)
	return amount == receivable.amount


class Match(NamedTuple):
	"""`receivable` is None where no invoice matches. `rule` is the name of the rule that matched."""

	outcome: Outcome
	receivable: Receivable | None = None
	reason: str | None = None
	rule: str = ""
	candidates: tuple[str, ...] = ()


class Rule(NamedTuple):
	"""`key` makes the same text from a row's invoice number and from an invoice's. `accept` must also be true."""

	name: str
	lookup: str  # the index of Receivables to look in
	key: Callable[[str], str]
	in_batch: bool = False
	accept: Callable[[ReportLine, Receivable], bool] | None = None
	reason: str | None = None  # when set, the match is only a suggestion for a person to confirm


RULES = (
	Rule("exact_in_batch", "by_exact", exact, in_batch=True),
	Rule("exact_in_company", "by_exact", exact),
	Rule("normalised_in_batch", "by_normalised", normalised, in_batch=True),
	Rule("normalised_in_company", "by_normalised", normalised),
)
SUGGESTIONS = (
	Rule(
		"digits_amount_debtor",
		"by_digits",
		digits,
		accept=lambda line, receivable: same_amount(line, receivable) and same_debtor(line, receivable),
		reason="digits_only",
	),
)


class Receivables:
	"""All our invoices, with the indexes that the rules use. Each index is built when it is first needed."""

	def __init__(self, receivables: Iterable[Receivable]):
		self.all = tuple(receivables)

	def __len__(self) -> int:
		return len(self.all)

	def __getitem__(self, invoice_no: str) -> Receivable:
		return self.by_exact[exact(invoice_no)][0]

	def get(self, invoice_no: str) -> Receivable | None:
		return next(iter(self.by_exact.get(exact(invoice_no), ())), None)

	@cached_property
	def companies(self) -> frozenset[str]:
		return frozenset(receivable.company for receivable in self.all)

	@cached_property
	def by_exact(self) -> dict[str, list[Receivable]]:
		return self._index(exact)

	@cached_property
	def by_normalised(self) -> dict[str, list[Receivable]]:
		return self._index(normalised)

	@cached_property
	def by_digits(self) -> dict[str, list[Receivable]]:
		return self._index(digits)

	@cached_property
	def by_po(self) -> dict[str, list[Receivable]]:
		index: dict[str, list[Receivable]] = {}
		for receivable in self.all:
			for number in {normalised(receivable.po_no), normalised(receivable.load_no)} - {""}:
				index.setdefault(number, []).append(receivable)
		return index

	def _index(self, key: Callable[[str], str]) -> dict[str, list[Receivable]]:
		index: dict[str, list[Receivable]] = {}
		for receivable in self.all:
			if number := key(receivable.invoice_no):
				index.setdefault(number, []).append(receivable)
		return index


class Matcher:
	"""Matches rows of one subsidiary's report. `batch` are the invoices of the batch the report is about, if any."""

	def __init__(
		self,
		receivables: Receivables,
		company: str,
		batch: Collection[str] = (),
		client_number: str = "",
		other_companies: Collection[str] = (),
	):
		"""`other_companies` has the debtor_key of each other subsidiary."""
		self.receivables = receivables
		self.company = company
		self.batch = frozenset(batch)
		self.client_number = client_number
		self.other_companies = other_companies
		self._names_other = {"": False}  # client that a row names → whether it is another subsidiary

	def names_other_company(self, line: ReportLine) -> bool:
		"""Whether the row names another client than the subsidiary the report is for."""
		client = line.client_no
		if client not in self._names_other:
			number, name = client_of(client)
			if number and self.client_number:
				self._names_other[client] = not same_client(number, self.client_number)
			else:
				self._names_other[client] = bool(name) and debtor_key(name) in self.other_companies
		return self._names_other[client]

	def match(self, line: ReportLine) -> Match:
		if self.names_other_company(line):
			return Match(Outcome.BLOCKED, self.receivables.get(line.invoice_no), "other_subsidiary")
		if not line.invoice_no:
			return self._by_po(line)
		for rule in RULES:
			if match := self._try(rule, line):
				return match
		for rule in RULES:
			if elsewhere := getattr(self.receivables, rule.lookup).get(rule.key(line.invoice_no)):
				return Match(Outcome.BLOCKED, elsewhere[0], "other_subsidiary", rule.name)
		for rule in SUGGESTIONS:
			if match := self._try(rule, line):
				return match
		if line.event not in NEEDS_INVOICE and not digits(line.invoice_no):
			# `Wire Fee` in the column of the invoice number
			return Match(Outcome.MATCHED, None, None, "no_invoice_needed")
		return Match(Outcome.UNMATCHED, None, "unknown_invoice")

	def _try(self, rule: Rule, line: ReportLine) -> Match | None:
		if rule.in_batch and not self.batch:
			return None
		matches: list[Receivable] = [
			receivable
			for receivable in getattr(self.receivables, rule.lookup).get(rule.key(line.invoice_no), ())
			if receivable.company == self.company
			and (not rule.in_batch or receivable.invoice_no in self.batch)
			and (rule.accept is None or rule.accept(line, receivable))
		]
		if not matches:
			return None
		if len(matches) > 1:
			return Match(
				Outcome.BLOCKED,
				None,
				"ambiguous",
				rule.name,
				tuple(receivable.invoice_no for receivable in matches),
			)
		outcome = Outcome.SUGGESTED if rule.reason else Outcome.MATCHED
		return Match(outcome, matches[0], rule.reason, rule.name)

	def _by_po(self, line: ReportLine) -> Match:
		"""A row without an invoice number: no invoice where none is needed, else the one with its PO and amount is suggested."""
		if line.event not in NEEDS_INVOICE:
			return Match(Outcome.MATCHED, None, None, "no_invoice_needed")
		matches = [
			receivable
			for receivable in self.receivables.by_po.get(normalised(line.po_no), ())
			if receivable.company == self.company and same_amount(line, receivable) and line.po_no
		]
		if len(matches) == 1:
			return Match(Outcome.SUGGESTED, matches[0], "po_number", "po_amount")
		return Match(Outcome.BLOCKED, None, "missing_invoice")
