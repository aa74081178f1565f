"""Which invoices a row may mean, for a person to choose from, and what of each agrees with the row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..model import Receivable
from ..reports.lines import ReportLine
from .matching import digits, normalised, same_amount, same_debtor

_ENOUGH = 3  # the number's digits, or the PO, or amount and debtor together


class Compared(NamedTuple):
	"""What a row states and an invoice has; `name` is number, debtor, amount, po or date."""

	name: str
	stated: str | Decimal | date
	ours: str | Decimal | date
	agrees: bool


def compare(line: ReportLine, receivable: Receivable) -> list[Compared]:
	"""The row beside the invoice, in each value that the row states."""
	amount = next((a for a in (line.invoice_amount, line.purchased, line.paid) if a is not None), None)
	found: list[Compared] = []
	if line.invoice_no:
		same = normalised(line.invoice_no) == normalised(receivable.invoice_no)
		found.append(Compared("number", line.invoice_no, receivable.invoice_no, same))
	if line.debtor_name:
		found.append(Compared("debtor", line.debtor_name, receivable.customer, same_debtor(line, receivable)))
	if amount is not None:
		found.append(Compared("amount", amount, receivable.amount, same_amount(line, receivable)))
	if line.po_no:
		found.append(
			Compared("po", line.po_no, receivable.po_no or receivable.load_no, _same_po(line, receivable))
		)
	if line.invoice_date:
		same = line.invoice_date == receivable.invoice_date
		found.append(Compared("date", line.invoice_date, receivable.invoice_date, same))
	return found


def candidates(line: ReportLine, receivables: Iterable[Receivable], most: int = 5) -> list[Receivable]:
	"""The invoices that a row may mean, the likeliest first: those with the digits of its number, with its PO, or with its
	amount and debtor."""
	scored = [(_score(line, receivable), receivable) for receivable in receivables]
	likely = [pair for pair in scored if pair[0] >= _ENOUGH]
	likely.sort(key=lambda pair: (-pair[0], pair[1].invoice_no))
	return [receivable for _, receivable in likely[:most]]


def _score(line: ReportLine, receivable: Receivable) -> int:
	number = normalised(line.invoice_no)
	score = 0
	if number and number == normalised(receivable.invoice_no):
		score += 8
	elif number and digits(number) and digits(number) == digits(receivable.invoice_no):
		score += 4
	score += 4 * _same_po(line, receivable)
	score += 2 * same_amount(line, receivable)
	return score + same_debtor(line, receivable)


def _same_po(line: ReportLine, receivable: Receivable) -> bool:
	number = normalised(line.po_no)
	return bool(number) and number in (normalised(receivable.po_no), normalised(receivable.load_no))
