"""A version of a company's Notice of Assignment, and the values that fill it in on one invoice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

PLACEHOLDERS = ("company", "client_number", "customer", "invoice")
ENGLISH = "en"

TEMPLATE_TEXT = """\
<b>[Heading of the notice, as your factor gave it]</b>
[Paste here the legend that your factor approved for your invoices.]
[It may name the invoice {invoice}, the customer {customer}, your company {company}
and your client number {client_number} with the factor.]"""


@dataclass(frozen=True, slots=True)
class Notice:
	"""One approved version. `name` identifies it, and is what an invoice keeps."""

	company: str
	text: str
	remit_to: str = ""
	language: str = ENGLISH
	valid_from: date | None = None
	name: str = ""
	remit_label: str = "Remit to"


@dataclass(frozen=True, slots=True)
class NoticeValues:
	"""What the placeholders stand for on one invoice."""

	company: str = ""
	client_number: str = ""
	customer: str = ""
	invoice_no: str = ""

	def value(self, placeholder: str) -> str:
		return {
			"company": self.company,
			"client_number": self.client_number,
			"customer": self.customer,
			"invoice": self.invoice_no,
		}[placeholder]


def digest(notice: Notice, values: NoticeValues) -> str:
	"""Identifies a notice as one invoice carries it: its version, its texts and its values."""
	parts = (notice.name, notice.text, notice.remit_to, notice.remit_label)
	filled_in = (values.company, values.client_number, values.customer, values.invoice_no)
	return hashlib.sha256("\x1f".join((*parts, *filled_in)).encode()).hexdigest()[:24]
