"""Which invoices may go to the factor, and for each that may not, why and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .errors import Sentence
from .model import InvoiceStanding, InvoiceState, Receivable
from .money import ZERO
from .money import text as money_text


@dataclass(frozen=True, slots=True)
class Reason:
	"""Why an invoice does not go. `code` is stable, `text` is the fact, `fix` what a person can do."""

	code: str
	text: str
	fix: str = ""

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

	`required` and `attached` are kinds of documents; `layout_problems` are what stands against its line on
	the schedule, `paperwork_problems` what stands against its packet, a sentence each.
	"""

	receivable: Receivable
	factored: bool  # its invoicing method, the customer's or the company's, is factoring
	customer_excluded: bool = False
	is_return: bool = False
	has_notice: bool = True
	required: Sequence[str] = ()
	attached: Sequence[str] = ()
	layout_problems: Sequence[str] = ()
	paperwork_problems: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class Verdict:
	"""Not Factored, Not Ready or Queued, with every reason that applies; Queued has none."""

	state: InvoiceState
	reasons: tuple[Reason, ...] = ()


Rule = Callable[[Candidate, Terms], list[Reason]]


def check_eligibility(candidate: Candidate, terms: Terms) -> Verdict:
	"""An invoice outside of factoring gets the first reason; one that only lacks something gets them all."""
	for rule in OUTSIDE:
		if reasons := rule(candidate, terms):
			return Verdict(InvoiceState.NOT_FACTORED, tuple(reasons))
	reasons = tuple(reason for rule in UNREADY for reason in rule(candidate, terms))
	return Verdict(InvoiceState.NOT_READY if reasons else InvoiceState.QUEUED, reasons)


def is_outside_agreement(currency: str, amount: Decimal, terms: Terms) -> bool:
	"""True for an invoice the factor never buys, whatever is mended: it is billed directly."""
	return currency != terms.currency or 0 < amount < terms.min_amount


def _company(candidate: Candidate, terms: Terms) -> list[Reason]:
	if terms.enabled:
		return []
	company = candidate.receivable.company
	return [
		Reason(
			"company_off",
			Sentence("{0} is not factored.", company),
			"Enable its Subsidiary Factoring Settings.",
		)
	]


def _method(candidate: Candidate, terms: Terms) -> list[Reason]:
	if candidate.factored:
		return []
	return [
		Reason(
			"direct",
			"The invoicing method is not Factoring.",
			"Set it on the invoice, the customer or the company's factoring settings.",
		)
	]


def _customer(candidate: Candidate, terms: Terms) -> list[Reason]:
	if not candidate.customer_excluded:
		return []
	customer = candidate.receivable.customer
	return [
		Reason(
			"excluded", Sentence("{0} is excluded from factoring.", customer), "Untick it on the customer."
		)
	]


def _standing(candidate: Candidate, terms: Terms) -> list[Reason]:
	standing = candidate.receivable.standing
	if candidate.is_return:
		return [Reason("credit_note", "A credit note cannot be factored.")]
	if standing is InvoiceStanding.CANCELLED:
		return [Reason("cancelled", "The invoice is cancelled.")]
	if standing is InvoiceStanding.RETURNED:
		return [Reason("returned", "The invoice was credited in full.")]
	return []


def _draft(candidate: Candidate, terms: Terms) -> list[Reason]:
	if candidate.receivable.standing is not InvoiceStanding.DRAFT:
		return []
	return [Reason("draft", "The invoice is a draft.", "Submit it.")]


def _client_number(candidate: Candidate, terms: Terms) -> list[Reason]:
	if terms.client_number:
		return []
	return [
		Reason(
			"no_client_number",
			"The company has no client number.",
			"Enter the one RTS gave in its Subsidiary Factoring Settings.",
		)
	]


def _currency(candidate: Candidate, terms: Terms) -> list[Reason]:
	currency = candidate.receivable.currency
	if currency == terms.currency:
		return []
	return [
		Reason(
			"currency",
			Sentence("The invoice is in {0}, the agreement in {1}.", currency, terms.currency),
			"Bill this invoice directly.",
		)
	]


def _amount(candidate: Candidate, terms: Terms) -> list[Reason]:
	amount = candidate.receivable.amount
	if amount <= 0:
		return [Reason("no_amount", Sentence("The amount {0} is not above zero.", money_text(amount)))]
	if amount < terms.min_amount:
		return [
			Reason(
				"small",
				Sentence(
					"{0} is below the smallest amount, {1}.", money_text(amount), money_text(terms.min_amount)
				),
				"Bill this invoice directly, or lower the amount in the settings.",
			)
		]
	return []


def _unpaid(candidate: Candidate, terms: Terms) -> list[Reason]:
	receivable = candidate.receivable
	if receivable.standing is not InvoiceStanding.OPEN or receivable.open_amount >= receivable.amount:
		return []
	paid = receivable.amount - receivable.open_amount
	return [
		Reason(
			"paid",
			Sentence(
				"{0} of {1} is paid or credited already.", money_text(paid), money_text(receivable.amount)
			),
			"Only wholly open invoices are sold; undo the allocation, or bill the rest directly.",
		)
	]


def _notice(candidate: Candidate, terms: Terms) -> list[Reason]:
	if candidate.has_notice:
		return []
	return [
		Reason(
			"no_notice",
			"No Notice of Assignment is in force.",
			"Submit one for the company, valid from the invoice date or earlier.",
		)
	]


def _documents(candidate: Candidate, terms: Terms) -> list[Reason]:
	missing = [kind for kind in dict.fromkeys(candidate.required) if kind not in candidate.attached]
	return [
		Reason("missing_document", Sentence("{0} is missing.", kind), "Attach it under Documents.")
		for kind in missing
	]


def _schedule(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [
		Reason("schedule", problem, "Correct the invoice or customer.")
		for problem in candidate.layout_problems
	]


def _paperwork(candidate: Candidate, terms: Terms) -> list[Reason]:
	return [Reason("paperwork", problem) for problem in candidate.paperwork_problems]


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
	_paperwork,
)
