"""Whose report a file is, and which row is which: a file of another subsidiary is refused, a repeated row is recognised."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable

from ..debtors import debtor_key
from ..errors import FileRefused
from ..model import ReportKind
from ..reports.lines import ReportLine
from ..reports.metadata import client_of
from ..reports.report import Report
from .factoring_ledger import FactoringLedger
from .matching import normalised, same_client


def check_identity(
	report: Report,
	ledger: FactoringLedger,
	batch: str = "",
	companies: Collection[str] = (),
) -> str:
	"""Refuse a file of another client, company or batch than chosen. Returns the batch it is about.

	`companies` are further subsidiaries that the file may name. Raises FileRefused: wrong_client, wrong_batch.
	"""
	metadata, where = report.metadata, report.file_name
	clients = [client_of(value) for value in {line.client_no for line in report.lines}]
	client = metadata.client_number or _only(number for number, _name in clients)
	client_name = metadata.client_name or _only(name for _number, name in clients)
	if client and ledger.client_number and not same_client(client, ledger.client_number):
		raise FileRefused(
			"wrong_client.number",
			where=where,
			stated=client[:60],
			company=ledger.company,
			expected=ledger.client_number,
		)
	if not client and client_name and debtor_key(client_name) in other_subsidiaries(ledger, companies):
		raise FileRefused("wrong_client.name", where=where, stated=client_name[:60], company=ledger.company)
	if report.kind is ReportKind.PURCHASE:
		return _batch_of(report, ledger, batch)
	return batch


def other_subsidiaries(ledger: FactoringLedger, companies: Collection[str]) -> frozenset[str]:
	"""Names of the other subsidiaries, as names are compared."""
	return frozenset(map(debtor_key, ledger.companies | set(companies))) - {debtor_key(ledger.company)}


def _batch_of(report: Report, ledger: FactoringLedger, batch: str) -> str:
	"""The batch a purchase report is about, spelt as in the ledger. A number that RTS may have given itself (Schedule #,
	Purchase #) counts only when it is one of our batches."""
	stated = report.metadata.batch
	named = ledger.batch_named(stated) or ledger.batch_named(_only(line.batch_ref for line in report.lines))
	if not named and stated and not report.metadata.batch_may_be_theirs:
		named = stated
	if batch and named and normalised(named) != normalised(batch):
		raise FileRefused("wrong_batch.other", where=report.file_name, stated=named[:60], chosen=batch)
	chosen = batch or named
	known = ledger.batch_named(chosen)
	if chosen and not known:
		raise FileRefused(
			"wrong_batch.unknown", where=report.file_name, company=ledger.company, stated=chosen[:60]
		)
	return known


def _only(values: Iterable[str]) -> str:
	"""The value of all rows that have one, if it is the same everywhere."""
	distinct = set(values) - {""}
	return distinct.pop() if len(distinct) == 1 else ""


_PREFIX = re.compile(r"[^\W\d]*0*(?=[1-9])")


def bare_number(invoice_no: str) -> str:
	"""The number without the prefix and zeros that it loses in one spreadsheet and keeps in another."""
	number = normalised(invoice_no)
	match = _PREFIX.match(number)
	return number[match.end() :] if match else number


def is_other_series(one: str, other: str) -> bool:
	"""Whether two numbers have prefixes that cannot be spellings of one: `DAL-1001` and `HOU-1001`, not `SINV-7` and `ACC-SINV-7`."""
	prefixes = []
	for invoice_no in (one, other):
		number = normalised(invoice_no)
		prefixes.append(number[: len(number) - len(bare_number(number))].rstrip("0"))
	first, second = prefixes
	return not (first.endswith(second) or second.endswith(first))


def bare_reference(payment_ref: str) -> str:
	"""A check number without the zeros that it loses in a spreadsheet."""
	return normalised(payment_ref).lstrip("0")


def identity_of(kind: ReportKind, line: ReportLine, batch: str = "") -> str:
	"""SHA-1 of what makes a row, whatever its position and spelling, and whatever the layout learns; 40 hex digits.

	A row of a purchase report is known by its batch, its invoice and the amount bought, one of a payment report by its
	day and the amount paid. What else it says is compared by `recognition`.
	"""
	if kind is ReportKind.PURCHASE:
		principal = line.invoice_amount if line.purchased is None else line.purchased
		parts: tuple[str, ...] = (kind.value, normalised(batch), bare_number(line.invoice_no))
	else:
		principal = line.paid
		parts = (kind.value, line.date.isoformat() if line.date else "")
	text = "|".join((*parts, str(principal) if principal else ""))  # typed amounts have two decimals each
	return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
