"""When a notice is due on an invoice, and which version is in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..errors import NoticeError
from ..model import WITH_FACTOR, InvoiceStanding, InvoiceState
from .notice import ENGLISH, Notice


@dataclass(frozen=True, slots=True)
class NoticeCase:
	"""What decides whether a notice is due. `frozen` is the version that the invoice's packet was made with.

	`before_first` says that the invoice is older than every notice of its company, and was not sold. `rest_is_ours` says that
	the factor has settled it, and the customer still owes us a part (a short pay). `on_its_way` says that its batch is being
	sent.
	"""

	company_factored: bool
	customer_factored: bool
	invoice_factored: bool
	state: InvoiceState = InvoiceState.NOT_READY
	standing: InvoiceStanding = InvoiceStanding.OPEN
	in_force: Notice | None = None
	frozen: Notice | None = None
	before_first: bool = False
	rest_is_ours: bool = False
	on_its_way: bool = False

	@property
	def with_factor(self) -> bool:
		return self.on_its_way or self.state in WITH_FACTOR


@dataclass(frozen=True, slots=True)
class NoticeDecision:
	"""`due` says whether the invoice must carry a notice. Due without a notice means: do not print; see `problem`."""

	due: bool
	reason: str
	notice: Notice | None = None
	problem: NoticeError | None = None


def is_due(case: NoticeCase) -> NoticeDecision:
	"""A factored invoice of a factored company and customer carries its notice until the invoice is ours again."""
	if reason := _not_due(case):
		return NoticeDecision(False, reason)
	notice = case.frozen or case.in_force
	if notice is None and case.before_first:
		return NoticeDecision(False, "before_first_notice")
	if notice is None:
		return NoticeDecision(True, "notice_missing", problem=NoticeError("notice_missing"))
	return NoticeDecision(True, "factored", notice=notice)


def in_force(notices: Iterable[Notice], company: str, language: str, on: date) -> Notice | None:
	"""The company's notice for a print in `language` on a day.

	The youngest valid version in that language, else in its base language (es for es-MX), else in English,
	else in any language the company has: a notice in another language is better than none.
	"""
	candidates = [n for n in notices if n.company == company and (n.valid_from is None or n.valid_from <= on)]
	wanted = _language(language)

	def rank(notice: Notice) -> tuple[bool, bool, bool, date, str]:
		has = _language(notice.language)
		closeness = (has == wanted, has == wanted.split("-")[0], has == ENGLISH)
		return (*closeness, notice.valid_from or date.min, notice.name)

	return max(candidates, key=rank, default=None)


def _not_due(case: NoticeCase) -> str:
	"""Why no notice is due, whatever versions there are; "" when one is."""
	if not case.company_factored:
		return "company_not_factored"
	if not case.customer_factored:
		return "customer_not_factored"
	if not case.invoice_factored:
		return "invoice_not_factored"
	if case.standing is InvoiceStanding.CANCELLED:
		return str(case.standing.value)
	if case.standing is InvoiceStanding.RETURNED and not case.with_factor:
		return str(
			case.standing.value
		)  # what is still with the factor is the factor's claim, whatever we credit
	if case.state is InvoiceState.DENIED:
		return "denied"
	if case.state is InvoiceState.CHARGED_BACK:
		return "bought_back"
	if case.rest_is_ours:
		return "rest_is_ours"
	return ""


def _language(code: str) -> str:
	return (code or ENGLISH).replace("_", "-").lower()
