"""Which invoices may go to the factor. For each one that may not: why, and how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .errors import Text
from .messages import READINESS
from .model import InvoiceStanding, InvoiceState, Receivable
from .money import ZERO
from .money import text as money_text


@dataclass(frozen=True, init=False)
class Reason:
	"""Why an invoice does not go to the factor: `Reason("missing_document", kind="POD")`.

	`code` is stable, `text` says what is wrong and `fix` what a person can do, both from the table of readiness messages
	unless they are given. `field` names what to correct on the invoice, where the key says it: `Reason("schedule.po_no", …)`.
	"""

	code: str
	text: str
	fix: str
	field: str

	def __init__(self, key: str, text: str = "", fix: str = "", **values: object):
		code, _, field = key.partition(".")
		if not text:
			message = READINESS[key]
			text, fix = Text(message.text, values), Text(message.fix, values)
		for name, value in (("code", code), ("text", text), ("fix", fix), ("field", field)):
			object.__setattr__(self, name, value)

	def __str__(self) -> str:
		return f"{self.text} {self.fix}".strip()


@dataclass(frozen=True, slots=True)
class Terms:
	"""What a subsidiary's agreement says about the invoices it covers."""

	enabled: bool = True
	client_number: str = ""
	currency: str = "USD"
	min_amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Candidate:
	"""An invoice with everything the rules look at.

	`required` and `attached` are kinds of documents. `layout_problems` say why the schedule cannot list it, and
	`document_problems` why its packet cannot be made, one sentence each.
	"""

	receivable: Receivable
	factored: bool  # its invoicing method, the customer's or the company's, is factoring
	customer_excluded: bool = False
	is_return: bool = False
	has_notice: bool = True
	required: Sequence[str] = ()
	attached: Sequence[str] = ()
	layout_problems: Sequence[str] = ()
	document_problems: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class Verdict:
	"""Not Factored, Not Ready or Queued, with the reasons. Queued has none."""

	state: InvoiceState
	reasons: tuple[Reason, ...] = ()


Rule = Callable[[Candidate, Terms], list[Reason]]


def check_eligibility(candidate: Candidate, terms: Terms) -> Verdict:
	"""An invoice that is not factored gets the first reason. One that is not ready gets every reason."""
	for rule in OUTSIDE:
		if outside := rule(candidate, terms):
			return Verdict(InvoiceState.NOT_FACTORED, tuple(outside))
	reasons = tuple(reason for rule in UNREADY for reason in rule(candidate, terms))
	return Verdict(InvoiceState.NOT_READY if reasons else InvoiceState.QUEUED, reasons)


def is_outside_agreement(currency: str, amount: Decimal, terms: Terms) -> bool:
	"""True for an invoice the factor never buys, whatever is fixed. It is billed directly."""
	return currency != terms.currency or 0 < amount < terms.min_amount


def _company(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [] if terms.enabled else [Reason("company_off", company=candidate.receivable.company)]


def _method(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [] if candidate.factored else [Reason("direct")]


def _customer(candidate: Candidate, terms: Terms) -> list[Reason]:
	if not candidate.customer_excluded:
		return []
	return [Reason("excluded", customer=candidate.receivable.customer)]


def _standing(candidate: Candidate, terms: Terms) -> list[Reason]:
	standing = candidate.receivable.standing
	if candidate.is_return:
		return [Reason("credit_note")]
	return (
		[Reason(standing.value)] if standing in (InvoiceStanding.CANCELLED, InvoiceStanding.RETURNED) else []
	)


def _draft(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [Reason("draft")] if candidate.receivable.standing is InvoiceStanding.DRAFT else []


def _client_number(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [] if terms.client_number else [Reason("no_client_number")]


def _currency(candidate: Candidate, terms: Terms) -> list[Reason]:
	currency = candidate.receivable.currency
	return (
		[] if currency == terms.currency else [Reason("currency", currency=currency, agreed=terms.currency)]
	)


def _amount(candidate: Candidate, terms: Terms) -> list[Reason]:
	amount = candidate.receivable.amount
	if amount <= 0:
		return [Reason("no_amount", amount=money_text(amount))]
	if amount < terms.min_amount:
		return [Reason("small", amount=money_text(amount), least=money_text(terms.min_amount))]
	return []


def _unpaid(candidate: Candidate, terms: Terms) -> list[Reason]:
	receivable = candidate.receivable
	if receivable.standing is not InvoiceStanding.OPEN or receivable.open_amount >= receivable.amount:
		return []
	paid = receivable.amount - receivable.open_amount
	return [Reason("paid", paid=money_text(paid), amount=money_text(receivable.amount))]


def _notice(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [] if candidate.has_notice else [Reason("no_notice")]


def _documents(candidate: Candidate, terms: Terms) -> list[Reason]:
	missing = [kind for kind in dict.fromkeys(candidate.required) if kind not in candidate.attached]
	return [Reason("missing_document", kind=kind) for kind in missing]


def _schedule(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [Reason(_schedule_key(problem), problem=problem) for problem in candidate.layout_problems]


def _schedule_key(problem: str) -> str:
	field = problem.values.get("field") if isinstance(problem, Text) else None
	return f"schedule.{field}" if f"schedule.{field}" in READINESS else "schedule"


def _document_problems(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [Reason("paperwork", problem=problem) for problem in candidate.document_problems]


OUTSIDE: tuple[Rule, ...] = (_company, _method, _customer, _standing)
UNREADY: tuple[Rule, ...] = (
	_draft,
	_client_number,
	_currency,
	_amount,
	_unpaid,
	_notice,
	_documents,
	_schedule,
	_document_problems,
)
