"""Whose report a file is, and which row is which: a file meant for another subsidiary is refused, a row that comes again known."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from datetime import date

from ..errors import FileRefused
from ..model import ReportKind
from ..reports.layout import normalise_word
from ..reports.lines import ReportLine
from ..reports.metadata import client_of
from ..reports.report import Report
from .factoring_ledger import FactoringLedger
from .matching import debtor_key, normalised, same_client

Period = tuple[date, date]  # first and last day


def check_identity(
	report: Report,
	book: FactoringLedger,
	batch: str = "",
	period: Period | None = None,
	companies: Collection[str] = (),
) -> str:
	"""Refuse a file of another client, company, batch or period than chosen. Returns the batch it is about.

	`companies` are the other subsidiaries; one that the file names is not this one. Raises FileRefused: wrong_client,
	wrong_batch, wrong_period.
	"""
	facts, where = report.facts, report.file_name
	clients = [client_of(value) for value in {line.client_no for line in report.lines}]
	client = facts.client_number or _only(number for number, _name in clients)
	client_name = facts.client_name or _only(name for _number, name in clients)
	if client and book.client_number and not same_client(client, book.client_number):
		raise FileRefused(
			"wrong_client.number",
			where=where,
			stated=client[:60],
			company=book.company,
			expected=book.client_number,
		)
	if not client and client_name and debtor_key(client_name) in other_subsidiaries(book, companies):
		raise FileRefused("wrong_client.name", where=where, stated=client_name[:60], company=book.company)
	if report.kind is ReportKind.PURCHASE:
		return _batch_of(report, book, batch)
	if period and not _in_period(report, period):
		if not facts.period:
			raise FileRefused("wrong_period.rows", where=where)
		first, last = (f"{day:%m/%d/%Y}" for day in facts.period)
		raise FileRefused("wrong_period.stated", where=where, first=first, last=last)
	return batch


def other_subsidiaries(book: FactoringLedger, companies: Collection[str]) -> frozenset[str]:
	"""Names of the other subsidiaries, as names are compared."""
	return frozenset(map(debtor_key, book.companies | set(companies))) - {debtor_key(book.company)}


def _batch_of(report: Report, book: FactoringLedger, batch: str) -> str:
	"""The batch a purchase report is about, in the book's own spelling. A number that RTS may have given itself (Schedule #,
	Purchase #) counts only when it is one of our batches."""
	ours = {normalised(name): name for name in book.batches}
	stated = report.facts.batch
	named = ours.get(normalised(stated)) or ours.get(
		normalised(_only(line.batch_ref for line in report.lines)), ""
	)
	if not named and stated and not report.facts.batch_may_be_theirs:
		named = stated
	if batch and named and normalised(named) != normalised(batch):
		raise FileRefused("wrong_batch.other", where=report.file_name, stated=named[:60], chosen=batch)
	found = batch or named
	if found and normalised(found) not in ours:
		raise FileRefused(
			"wrong_batch.unknown", where=report.file_name, company=book.company, stated=found[:60]
		)
	return ours.get(normalised(found), "")


def _only(values: Iterable[str]) -> str:
	"""The one value all rows that have any share."""
	named = set(values) - {""}
	return named.pop() if len(named) == 1 else ""


def _in_period(report: Report, period: Period) -> bool:
	if report.facts.period:
		return report.facts.period == period
	days = [line.date for line in report.lines if line.date]
	return not days or any(period[0] <= day <= period[1] for day in days)


_PREFIX = re.compile(r"[^\W\d]*0*(?=[1-9])")


def _bare(invoice_no: str) -> str:
	"""The number without the prefix and zeros that it loses in one spreadsheet and keeps in another."""
	found = normalised(invoice_no)
	match = _PREFIX.match(found)
	return found[match.end() :] if match else found


def identity_of(kind: ReportKind, line: ReportLine, known: bool = True) -> str:
	"""SHA-1 of what a row says, without where it stands or how it is spelt; 40 hex digits.

	With `known` False the row's word counts as the report spells it, as it did before the layout learnt the word.
	"""
	meaning = line.status if kind is ReportKind.PURCHASE else line.event
	amounts = (
		line.purchased,
		line.fee,
		line.reserve,
		line.other,
		line.net,
		line.paid,
		line.released,
		line.chargeback,
	)
	parts = (
		kind.value,
		_bare(line.invoice_no),
		line.date.isoformat() if line.date else "",
		normalised(line.payment_ref).lstrip("0"),  # a check number loses its zeros in a spreadsheet
		meaning.value if meaning and known else f"?{normalise_word(line.word)}",
		*[str(amount) if amount else "" for amount in amounts],  # typed amounts have two decimals each
	)
	return hashlib.sha1("|".join(parts).encode(), usedforsecurity=False).hexdigest()
