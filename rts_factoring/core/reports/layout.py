"""What a report's headers and words mean. RTS publishes no layout, so all of this is data that an accountant can edit.

The shipped defaults are inferred from public descriptions of such reports. There is no specification.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from ..errors import LayoutError
from ..model import Event, Outcome, ReportKind

TEXT_FIELDS = frozenset(
	("invoice_no", "debtor_name", "debtor_code", "po_no", "batch_ref", "client_no", "status", "reason")
	+ ("payment_ref", "payment_type", "transaction_type", "description")
)
DATE_FIELDS = frozenset(("invoice_date", "purchase_date", "payment_date"))
# What a factor keeps of a funding. Each has its account; what a layout cannot name waits for a person.
DEDUCTION_FIELDS: tuple[str, ...] = ("fee_amount", "reserve_amount", "other_deductions", "advance_repaid")
DEDUCTION_FIELDS += ("recovery_amount", "unclear_deductions")
AMOUNT_FIELDS = frozenset(
	("invoice_amount", "purchased_amount", "advance_amount", "net_amount", "amount_paid")
	+ ("reserve_released", "chargeback_amount", "balance", "aged_amount", *DEDUCTION_FIELDS)
)
NOT_COUNTED = "not_counted"  # the columns with amounts that a person said move no money
SUMMED_FIELDS = frozenset(
	(*DEDUCTION_FIELDS, "aged_amount")
)  # several columns may feed these; their amounts are added up
DATE_ORDERS = ("MDY", "DMY", "YMD")

Meaning = TypeVar("Meaning", Outcome, Event)

_FEES = "Fee|Fees|Factoring Fee|Factor Fee|Discount|Discount Fee|Commission"
_COMMON = {
	"invoice_no": "Invoice #|Invoice Number|Invoice No|Inv #|Inv No|Invoice|Invoice ID|Job Number|Reference|Ref #",
	"debtor_name": "Customer|Debtor|Account Debtor|Broker|Bill To|Customer Name|Debtor Name",
	"debtor_code": "Customer #|Debtor #|MC|MC #|Broker MC|Customer MC|REFNO",
	"po_no": "PO|PO #|PO Number|Purchase Order|Load #|Load Number",
	"invoice_date": "Invoice Date|Inv Date",
	"invoice_amount": "Invoice Amount|Invoice Amt|Inv Amount|Amount|Gross|Invoiced|Original Amount|Face Value"
	"|Invoice Amount (Incl. VAT)",
	"client_no": "Client|Client #|Client Number",
}
_PURCHASE_HEADERS = _COMMON | {
	"purchased_amount": "Purchase Amount|Purchased Amount|Approved Amount|Approved A/R|Accepted|Purchase",
	"advance_amount": "Advance|Advance Amount|Advanced|Initial Payment",
	"fee_amount": _FEES + "|Commission Amount|Commission Amount (Upfront)",
	"reserve_amount": "Reserve|Reserves|Escrow|Escrow Reserve|Cash Reserve|Holdback|Original Reserve|Escrow Rsv|Cash Rsv"
	"|Reserve Amount",
	"other_deductions": "Other|Wire Fee|ACH Fee|Wire/ACH Fee|Expedite Fee|Charges|Schedule Fee|Sch Fee|Other Fees",
	"advance_repaid": "Fuel Advance|Fuel Advances|Fuel Card|Fuel|Cash Advance|Dispatch|Advance Repaid|Advance Repayment"
	"|Loan Repayment",
	"recovery_amount": "Chargeback|Chargebacks|Charge Back|C/B|Recourse|Buyback|Recovery|ChgBack|ChgBack (Refund)"
	"|Chargeback Recovery",
	"unclear_deductions": "Deductions|Other Deductions|Adjustments|Adjustment|Misc|Miscellaneous",
	"net_amount": "Net|Net Amount|Net Funded|Funded|Funded Amount|Paid to Client|Net Payment|Net Adv|Net Advance",
	"purchase_date": "Purchase Date|Purchased|Funded Date|Date Funded|Approved Date|Post Date",
	"batch_ref": "Batch|Batch #|Schedule #|Purchase #",
	"status": "Status|Invoice Status|Purchase Status",
	"transaction_type": "Type|Transaction Type|Trans Type|Activity|Event",
	"reason": "Reason|Held Reason|Notes|Comments",
	NOT_COUNTED: "Balance|Open Balance|Balance Due|Account Balance|Credit Limit",
}
_PAYMENT_HEADERS = _COMMON | {
	"payment_date": "Payment Date|Paid Date|Date Paid|Post Date|Posted Date|Received Date|Collection Date|Date"
	"|Transaction Date|Transaction|Rebate Paid Date",
	"payment_ref": "Check #|Check Number|Chk #|Check/ACH Number|ACH #|Remittance #|Payment #|Transaction #",
	"payment_type": "Pay Type|Payment Type|Payment Method|Method",
	"amount_paid": "Payment Amount|Amount Paid|Paid|Paid Amount|Payment|Collected|Check Amount|Amount Received",
	"transaction_type": "Type|Transaction Type|Trans Type|Activity|Event",
	"fee_amount": _FEES + "|Applied to Fee|Earned Fee|Accrued Fee",
	"reserve_released": "Reserve Released|Released|Rebate Paid|Rebate|Due to Client|Giveback|Escrow Release",
	"chargeback_amount": "Chargeback|Charge Back|C/B|CB|Recourse|Recourse Amount|Buyback",
	"balance": "Balance|Open Balance|Remaining",
	"description": "Description|Notes|Comments",
	NOT_COUNTED: "Purchase Amount|Purchased Amount|Account Balance|Credit Limit",
}
_OPEN_HEADERS = _COMMON | {
	"purchased_amount": "Purchase Amount|Purchased Amount|Amount Purchased|Financed|Financed Amount|Amount Financed"
	"|A/R Purchased|Gross A/R",
	"advance_amount": "Advance|Advance Amount|Advanced",
	"reserve_amount": "Reserve|Reserve Held|Reserves|Escrow|Escrow Reserve|Holdback|Reserve Amount|Reserve Balance",
	"fee_amount": _FEES + "|Fees to Date|Accrued Fee|Earned Fee",
	"amount_paid": "Paid|Payments|Amount Paid|Paid to Date|Payment Amount|Collected|Received|Applied",
	"balance": "Balance|Open Balance|Balance Due|Invoice Balance|Open Amount|Amount Open|Open|Outstanding"
	"|Outstanding Amount|Outstanding Balance|Amount Due|Remaining|Remaining Balance|Open A/R|Net A/R|Total Due|Total",
	"aged_amount": "Current|0-30|1-30|31-60|61-90|91-120|121+|0-30 Days|1-30 Days|31-60 Days|61-90 Days|91-120 Days"
	"|Over 30|Over 60|Over 90|Over 120|Over 90 Days|Over 120 Days|60+|90+|120+|90+ Days|120+ Days|30 Days|60 Days"
	"|90 Days|120 Days",
	"purchase_date": "Purchase Date|Purchased|Funded Date|Date Funded|Date Purchased|Approved Date",
	"batch_ref": "Batch|Batch #|Schedule #|Purchase #",
	"reason": "Notes|Comments|Status",
	NOT_COUNTED: "Account Balance|Credit Limit|Available Credit|Days|Days Open|Days Outstanding|Age|Days Old",
}
_RESERVE_HEADERS = {
	"payment_date": "Date|Post Date|Posted Date|Transaction Date|Entry Date",
	"transaction_type": "Type|Transaction Type|Trans Type|Activity|Event|Transaction",
	"invoice_no": "Invoice #|Invoice Number|Invoice No|Inv #|Inv No|Invoice|Reference|Ref #",
	"debtor_name": "Customer|Debtor|Account Debtor|Broker|Customer Name|Debtor Name",
	"payment_ref": "Check #|Check Number|Chk #|Transaction #|Batch #|Schedule #",
	"client_no": "Client|Client #|Client Number",
	"description": "Description|Notes|Comments|Memo|Detail|Details",
	"reserve_amount": "Amount|Reserve|Reserve Amount|Change|Net Change|Reserve Change|Increase|Increases|Added|Additions"
	"|Credit|Credits|Deposits|Withheld",
	"reserve_released": "Decrease|Decreases|Deducted|Deductions|Debit|Debits|Withdrawals|Used|Released|Reserve Released"
	"|Charged",
	"balance": "Balance|Reserve Balance|Running Balance|Ending Balance|Closing Balance|Balance Forward",
}
_STATUS_WORDS = {
	Outcome.MATCHED: "processed|purchased|funded|approved|paid|disbursed",
	Outcome.PENDING: "submitted|processing|under review|pending",
	Outcome.HELD: "held|hold|on hold|not purchased|not funded",
	Outcome.DENIED: "denied|rejected|declined",
}
_PURCHASE_TYPE_WORDS = {
	Event.PURCHASE: "purchase|invoice|invoice purchase|funding",
	Event.RECOVERY: "chargeback|charge back|C/B|recourse|buyback|buy back|chargeback recovery|recourse recovery",
	Event.ADVANCE_REPAID: "fuel advance|fuel card|cash advance|advance repayment|loan repayment",
	Event.RESERVE_SETTLEMENT: "reserve settlement|reserve recovery|negative reserve|reserve deficit",
	Event.CHARGE: "wire fee|ACH fee|wire/ACH fee|wire charge|expedite fee",
	Event.FEE: "fee|fees|factoring fee|minimum fee",
}
_TYPE_WORDS = {
	Event.PAYMENT: "payment|full payment|paid|in full|paid in full|collection|CashPosting|cash posting",
	Event.PARTIAL: "partial|partial payment|partial pay",
	Event.SHORT_PAY: "short pay|short paid|short payment|shortpay",
	Event.OVER_PAY: "over pay|over paid|over payment|overpayment|overpay",
	Event.CHARGEBACK: "chargeback|charge back|recourse|buyback|buy back|C/B",
	Event.CHARGEBACK_REVERSAL: "chargeback reversal|charge back reversal|recourse reversal|buyback reversal",
	Event.RESERVE_RELEASE: "reserve release|reserve released|rebate|escrow release",
	Event.FEE: "fee|fees|fee statement|factoring fee",
	Event.FEE_REVERSAL: "fee reversal|volume rebate",
	Event.CHARGE: "wire fee|ACH fee|wire/ACH fee|wire charge",
	Event.PAYMENT_REMOVED: "NSF|payment removed|payment reversal|returned check",
	Event.NON_FACTORED: "non-factored payment|non-factored|nonfactored payment|non factored payment",
	Event.WRITE_OFF: "write-off|write off|writeoff",
	Event.DIRECT_PAYMENT: "direct payment|direct pay",
	Event.NON_PAYMENT: "nonpayment|non-payment|no payment|not paid",
}
# Of each group one column must be there.
REQUIRED = {
	ReportKind.PURCHASE: (("invoice_no",), ("invoice_amount", "purchased_amount")),
	ReportKind.PAYMENT: (("payment_date",), ("amount_paid", "reserve_released")),
	ReportKind.OPEN_INVOICES: (("invoice_no",), ("balance", "aged_amount")),
	ReportKind.RESERVE: (
		("payment_date",),
		("reserve_amount", "reserve_released"),
		("transaction_type", "description"),
	),
}
# Columns that only one kind of report has.
DISTINCTIVE_FIELDS = {
	ReportKind.PURCHASE: frozenset(
		("purchased_amount", "advance_amount", "reserve_amount", "other_deductions", "advance_repaid")
		+ ("net_amount", "purchase_date", "status")
	),
	ReportKind.PAYMENT: frozenset(
		("payment_date", "payment_ref", "payment_type", "amount_paid", "transaction_type")
		+ ("reserve_released", "chargeback_amount", "balance")
	),
	ReportKind.OPEN_INVOICES: frozenset(
		("purchased_amount", "advance_amount", "reserve_amount", "purchase_date", "balance", "aged_amount")
	),
	ReportKind.RESERVE: frozenset(
		("payment_date", "transaction_type", "reserve_amount", "reserve_released", "balance")
	),
}
# What the title of a report says of its kind.
TITLE_WORDS = {
	ReportKind.PURCHASE: ("purchase",),
	ReportKind.PAYMENT: ("payment",),
	ReportKind.OPEN_INVOICES: ("aging", "ageing", "open invoice", "open receivable", "outstanding"),
	ReportKind.RESERVE: (
		"reserve statement",
		"reserve activity",
		"reserve report",
		"reserve account",
		"escrow",
	),
}
_ONE_FORM = {"num": "no", "number": "no", "nbr": "no", "nr": "no", "amt": "amount", "usd": "", "s": ""}
_ONE_FORM |= {"#": "no", "%": "percent", "pct": "percent"}
_TOKEN = re.compile(r"[^\W_]+|[#%]")
# A column of numbers whose header has one of these words holds no amounts of money, unless it has one of the others.
_NO_MONEY = frozenset(
	_TOKEN.findall(
		"no id code mc dot usdot ein date day days terms percent rate count qty quantity miles weight pieces age aging hours"
		" zip phone fax page line row item week month year index seq sequence po bol pro ref reference"
	)
)
_MONEY_WORDS = frozenset(
	_TOKEN.findall(
		"amount fee fees charge charges reserve escrow advance net gross balance deduction deductions cost total"
	)
)
_ALWAYS = frozenset(("percent", "rate", "days", "date", "count", "no"))  # whatever else the header says
_PERCENTAGE = re.compile(r"\d+(?:\.\d+)?\s*%")  # "Advance (80%)" is an amount, "Advance %" is not
_DROPPED = re.compile(r"[./'’]")  # P.O., C/B, A/R are one word each
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def normalise_header(value: str) -> str:
	"""One form for all spellings of a header: case, spaces (NBSP too), punctuation and `no/num/number/#` do not matter."""
	plain = _PERCENTAGE.sub("", unicodedata.normalize("NFKC", value))
	folded = _CAMEL.sub(" ", _DROPPED.sub("", plain)).casefold()
	tokens = (_ONE_FORM.get(token, token) for token in _TOKEN.findall(folded))
	return " ".join(token for token in tokens if token)


@lru_cache(maxsize=4096)
def normalise_word(value: str) -> str:
	"""One form for statuses and types: letters and digits only, lower case."""
	return "".join(c for c in unicodedata.normalize("NFKC", value).casefold() if c.isalnum())


def may_be_money(header: str) -> bool:
	"""Whether numbers under an unknown header can be amounts: not under `Days`, `Load #` or `Advance %`."""
	tokens = set(normalise_header(header).split())
	return not tokens & _ALWAYS and (not tokens & _NO_MONEY or bool(tokens & _MONEY_WORDS))


@dataclass(frozen=True)
class ReportLayout:
	"""How one kind of report is read. Earlier header texts win over later ones of the same field."""

	kind: ReportKind
	name: str = "Default"
	headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
	statuses: dict[str, Outcome] = field(default_factory=dict)
	types: dict[str, Event] = field(default_factory=dict)
	date_order: str = "MDY"
	tolerance: Decimal = Decimal("0.01")
	deductions_negative: bool = (
		False  # the report shows fee, reserve and other deductions as negative amounts
	)
	by_header: bool = False  # read with this layout, beside any other, where a row has its header texts

	def __post_init__(self) -> None:
		if self.date_order not in DATE_ORDERS:
			orders = ", ".join(DATE_ORDERS)
			raise LayoutError("bad_layout.date_order", order=repr(self.date_order), orders=orders)
		fields = TEXT_FIELDS | DATE_FIELDS | AMOUNT_FIELDS | {NOT_COUNTED}
		seen: dict[str, str] = {}
		for name, texts in self.headers.items():
			if name not in fields:
				raise LayoutError("bad_layout.field", layout=self.name, field=repr(name))
			for text in texts:
				other = seen.setdefault(normalise_header(text), name)
				if other != name:
					raise LayoutError(
						"bad_layout.header", layout=self.name, header=repr(text), first=other, second=name
					)

	@property
	def required(self) -> tuple[tuple[str, ...], ...]:
		return REQUIRED[self.kind]

	def header_index(self) -> dict[str, tuple[str, int]]:
		"""Normalised header text, also without its spaces, → (field, priority); 0 is the most wanted."""
		index: dict[str, tuple[str, int]] = {}
		entries = [
			(normalise_header(text), (name, priority))
			for name, texts in self.headers.items()
			for priority, text in enumerate(texts)
		]
		for key, entry in entries:
			index.setdefault(key, entry)
		for key, entry in entries:
			index.setdefault(key.replace(" ", ""), entry)
		return index

	def status_index(self) -> dict[str, Outcome]:
		return {normalise_word(word): outcome for word, outcome in self.statuses.items()}

	def type_index(self) -> dict[str, Event]:
		return {normalise_word(word): event for word, event in self.types.items()}

	def to_dict(self) -> dict[str, Any]:
		return {
			"kind": self.kind.value,
			"name": self.name,
			"headers": {name: list(texts) for name, texts in self.headers.items()},
			"statuses": {word: outcome.value for word, outcome in self.statuses.items()},
			"types": {word: event.value for word, event in self.types.items()},
			"date_order": self.date_order,
			"tolerance": str(self.tolerance),
			"deductions_negative": self.deductions_negative,
			**({"by_header": True} if self.by_header else {}),
		}

	@classmethod
	def from_dict(cls, data: dict[str, Any]) -> ReportLayout:
		return cls(
			kind=ReportKind(data["kind"]),
			name=data.get("name", "Default"),
			headers={name: tuple(texts) for name, texts in data.get("headers", {}).items()},
			statuses={word: Outcome(value) for word, value in data.get("statuses", {}).items()},
			types={word: Event(value) for word, value in data.get("types", {}).items()},
			date_order=data.get("date_order", "MDY"),
			tolerance=Decimal(str(data.get("tolerance", "0.01"))),
			deductions_negative=bool(data.get("deductions_negative", False)),
			by_header=bool(data.get("by_header", False)),
		)


def _headers(table: dict[str, str]) -> dict[str, tuple[str, ...]]:
	return {name: tuple(texts.split("|")) for name, texts in table.items()}


def _words(table: dict[Meaning, str]) -> dict[str, Meaning]:
	return {word: meaning for meaning, words in table.items() for word in words.split("|")}


DEFAULT_PURCHASE = ReportLayout(
	ReportKind.PURCHASE,
	headers=_headers(_PURCHASE_HEADERS),
	statuses=_words(_STATUS_WORDS),
	types=_words(_PURCHASE_TYPE_WORDS),
)
DEFAULT_PAYMENT = ReportLayout(
	ReportKind.PAYMENT, headers=_headers(_PAYMENT_HEADERS), types=_words(_TYPE_WORDS)
)
DEFAULT_LAYOUTS = {
	ReportKind.PURCHASE: DEFAULT_PURCHASE,
	ReportKind.PAYMENT: DEFAULT_PAYMENT,
	ReportKind.OPEN_INVOICES: ReportLayout(ReportKind.OPEN_INVOICES, headers=_headers(_OPEN_HEADERS)),
	ReportKind.RESERVE: ReportLayout(ReportKind.RESERVE, headers=_headers(_RESERVE_HEADERS)),
}
