"""What RTS says happened, and what it must do to the books under both policies: one table for the core and for a real site.

The invoice is AF-1 of 1,000: purchased 1000, fee 30, reserve 50, net 920, unless the case says otherwise.
"""

from typing import NamedTuple


class Paid(NamedTuple):
	"""A row of a payment report, and what people decide about it: `accept`, `without_fee`, or a type."""

	word: str
	amount: float | None = None
	fee: float | None = None
	released: float | None = None
	decide: tuple[str, ...] = ()
	invoice_no: str | None = "AF-1"


class Bought(NamedTuple):
	"""A row of a purchase report."""

	purchased: float = 1000
	fee: float = 30
	reserve: float = 50
	net: float = 920
	decide: tuple[str, ...] = ()


class Note(NamedTuple):
	"""A credit note on the invoice."""

	amount: float


class Fact(NamedTuple):
	"""The last step posts what is written for each policy. `waits` are the reasons before each decision: for both policies,
	or for borrowing alone where sale posts nothing that could be in doubt."""

	steps: tuple
	borrowing: str
	sale: str
	state: str
	waits: tuple[str, ...] = ()
	waits_under_sale: tuple[str, ...] | None = None
	settings: dict[str, object] = {}


ACCEPT = ("accept",)
FEES = "Dr advances 1000; Cr receivable 1000"
SECOND_FEE = "Dr advances 1000, fee 30; Cr receivable 1000, reserve 30"
PAYOUT = {"payment_charges_from": "Payout"}

FACTS: dict[str, Fact] = {
	# More than our books expect.
	"collected in full after a credit note": Fact(
		(Bought(), Note(100), Paid("Payment", 1000, decide=ACCEPT)),
		"Dr advances 1000; Cr customer_credit 100, receivable 900",
		"",
		"Completed",
		("exceeds_outstanding",),
		(),
	),
	"collected in full after a credit note over all of it": Fact(
		(Bought(), Note(1000), Paid("Payment", 1000, decide=ACCEPT)),
		"Dr advances 1000; Cr customer_credit 1000",
		"",
		"Completed",
		("returned",),
		(),
	),
	"bounced after a credit note": Fact(
		(Bought(), Note(100), Paid("Payment", 1000, decide=ACCEPT), Paid("NSF", -1000)),
		"Dr customer_credit 100, receivable 900; Cr advances 1000",
		"",
		"Financed",
	),
	"short pay above what a credit note left": Fact(
		(Bought(), Note(150), Paid("Short Pay", 900, decide=ACCEPT)),
		"Dr advances 1000; Cr customer_credit 50, receivable 850, reserve 100",
		"Dr receivable 100; Cr reserve 100",
		"Completed",
		("exceeds_outstanding",),
		(),
	),
	"bought for more than a credit note left": Fact(
		(Note(100), Bought(decide=ACCEPT)),
		"Dr clearing 920, fee 30, reserve 50; Cr advances 1000",
		"Dr clearing 920, fee 30, reserve 50; Cr customer_credit 100, receivable 900",
		"Financed",
		("exceeds_invoice",),
	),
	"bought for more than a credit note left, and collected": Fact(
		(Note(100), Bought(decide=ACCEPT), Paid("Payment", 1000, decide=ACCEPT)),
		"Dr advances 1000; Cr customer_credit 100, receivable 900",
		"",
		"Completed",
		("exceeds_outstanding",),
		(),
	),
	"bought after a credit note over all of it": Fact(
		(Note(1000), Bought(decide=ACCEPT)),
		"Dr clearing 920, fee 30, reserve 50; Cr advances 1000",
		"Dr clearing 920, fee 30, reserve 50; Cr customer_credit 1000",
		"Financed",
		("returned",),
	),
	"never factored, and paid to RTS after a credit note": Fact(
		(Note(100), Paid("Non-Factored Payment", 1000, decide=ACCEPT)),
		"Dr reserve 1000; Cr customer_credit 100, receivable 900",
		"Dr reserve 1000; Cr customer_credit 100, receivable 900",
		"Submitted",
		("exceeds_outstanding",),
	),
	"a net that does not add up": Fact(
		(Bought(net=915, decide=ACCEPT),),
		"Dr clearing 915, differences 5, fee 30, reserve 50; Cr advances 1000",
		"Dr clearing 915, differences 5, fee 30, reserve 50; Cr receivable 1000",
		"Financed",
		("arithmetic",),
	),
	"bought twice": Fact(
		(Bought(), Bought(fee=31, net=919, decide=("genuine", "accept"))),
		"Dr clearing 919, fee 31, reserve 50; Cr differences 1000",
		"Dr clearing 919, fee 31, reserve 50; Cr differences 1000",
		"Financed",
		("posted_differently", "already_purchased"),
	),
	"a fee corrected in a second report of the batch": Fact(
		(Bought(), Bought(fee=31, net=919, decide=ACCEPT)),
		"Dr fee 1; Cr clearing 1",
		"Dr fee 1; Cr clearing 1",
		"Financed",
		("posted_differently",),
	),
	# Payments that come back.
	"an over pay that bounces": Fact(
		(Bought(), Paid("Over Pay", 1007), Paid("NSF", -1007)),
		"Dr customer_credit 7, receivable 1000; Cr advances 1000, reserve 7",
		"Dr customer_credit 7; Cr reserve 7",
		"Financed",
	),
	"a new check after an over pay that bounced": Fact(
		(Bought(), Paid("Over Pay", 1007), Paid("NSF", -1007), Paid("Payment", 1000)),
		"Dr advances 1000; Cr receivable 1000",
		"",
		"Completed",
	),
	"a short pay that bounces": Fact(
		(Bought(), Paid("Short Pay", 900), Paid("NSF", -900)),
		"Dr receivable 900; Cr advances 900",
		"",
		"Financed",
	),
	"the rest of a short pay given back after it bounced": Fact(
		(Bought(), Paid("Short Pay", 900), Paid("NSF", -900), Paid("Chargeback Reversal", 100)),
		"Dr reserve 100; Cr advances 100",
		"Dr reserve 100; Cr receivable 100",
		"Financed",
	),
	"paid after the rest of a short pay was given back": Fact(
		(Bought(), Paid("Short Pay", 900), Paid("Chargeback Reversal", 100), Paid("Payment", 100)),
		"Dr advances 100; Cr receivable 100",
		"",
		"Completed",
	),
	"the rest of a short pay paid to RTS": Fact(
		(Bought(), Paid("Short Pay", 900), Paid("Over Pay", 100)),
		"Dr reserve 100; Cr receivable 100",
		"Dr reserve 100; Cr receivable 100",
		"Completed",
	),
	"more taken back than was paid": Fact(
		(Bought(), Paid("Partial", 400), Paid("NSF", -500, decide=ACCEPT)),
		"Dr differences 100, receivable 400; Cr advances 400, reserve 100",
		"Dr differences 100; Cr reserve 100",
		"Financed",
		("not_collected",),
	),
	"a payment of an invoice never factored that bounces": Fact(
		(Paid("Non-Factored Payment", 1000), Paid("NSF", -1000)),
		"Dr receivable 1000; Cr reserve 1000",
		"Dr receivable 1000; Cr reserve 1000",
		"Submitted",
	),
	"the same after a credit note, by a minus": Fact(
		(Note(100), Paid("Non-Factored Payment", 1000, decide=ACCEPT), Paid("Non-Factored Payment", -1000)),
		"Dr customer_credit 100, receivable 900; Cr reserve 1000",
		"Dr customer_credit 100, receivable 900; Cr reserve 1000",
		"Submitted",
	),
	"paid to RTS after a chargeback, and bounced": Fact(
		(Bought(), Paid("Chargeback", 1000), Paid("Non-Factored Payment", 1000), Paid("NSF", -1000)),
		"Dr receivable 1000; Cr reserve 1000",
		"Dr receivable 1000; Cr reserve 1000",
		"Charged Back",
	),
	# Chargebacks.
	"a chargeback net of the reserve": Fact(
		(Bought(), Paid("Chargeback", 950, decide=ACCEPT)),
		"Dr advances 1000; Cr reserve 1000",
		"Dr receivable 1000; Cr reserve 1000",
		"Charged Back",
		("net_of_reserve",),
	),
	"a chargeback that is only by chance net of the reserve": Fact(
		(Bought(), Paid("Chargeback", 950, decide=("chargeback",))),
		"Dr advances 950; Cr reserve 950",
		"Dr receivable 950; Cr reserve 950",
		"Financed",
		("net_of_reserve",),
	),
	"a chargeback with the fee that ran": Fact(
		(Bought(), Paid("Chargeback", 1030, decide=ACCEPT)),
		"Dr advances 1000, fee 30; Cr reserve 1030",
		"Dr fee 30, receivable 1000; Cr reserve 1030",
		"Charged Back",
		("chargeback_exceeds_open",),
	),
	"a chargeback with the fee that ran, which its column repeats": Fact(
		(Bought(fee=0, net=950), Paid("Chargeback", 1030, fee=30, decide=ACCEPT)),
		"Dr advances 1000, fee 30; Cr reserve 1030",
		"Dr fee 30, receivable 1000; Cr reserve 1030",
		"Charged Back",
		("chargeback_exceeds_open",),
	),
	"a chargeback of what was collected": Fact(
		(Bought(), Paid("Payment", 1000), Paid("Chargeback", 1000, decide=ACCEPT)),
		"Dr differences 1000; Cr reserve 1000",
		"Dr differences 1000; Cr reserve 1000",
		"Completed",
		("nothing_open",),
	),
	"more given back than was charged back": Fact(
		(Bought(), Paid("Chargeback", 1000), Paid("Chargeback Reversal", 1030, decide=ACCEPT)),
		"Dr reserve 1030; Cr advances 1000, differences 30",
		"Dr reserve 1030; Cr differences 30, receivable 1000",
		"Financed",
		("not_charged_back",),
	),
	# Fees and charges.
	"the fee of the purchase again, which counts": Fact(
		(Bought(), Paid("Payment", 1000, fee=30, decide=ACCEPT)),
		SECOND_FEE,
		"Dr fee 30; Cr reserve 30",
		"Completed",
		("fee_repeats",),
	),
	"the fee of the purchase again, which does not count": Fact(
		(Bought(), Paid("Payment", 1000, fee=30, decide=("without_fee",))),
		FEES,
		"",
		"Completed",
		("fee_repeats",),
	),
	"fees are stated in purchase reports": Fact(
		(Bought(), Paid("Payment", 1000, fee=30)),
		FEES,
		"",
		"Completed",
		settings={"fees_stated_in": "Purchase Report"},
	),
	"fees are stated in both": Fact(
		(Bought(), Paid("Payment", 1000, fee=30)),
		SECOND_FEE,
		"Dr fee 30; Cr reserve 30",
		"Completed",
		settings={"fees_stated_in": "Both, Add Up"},
	),
	"fees are stated in payment reports, and only announced at purchase": Fact(
		(Bought(net=950), Paid("Payment", 1000, fee=30)),
		SECOND_FEE,
		"Dr fee 30; Cr reserve 30",
		"Completed",
		settings={"fees_stated_in": "Payment Report"},
	),
	"a fee row that the purchase report stated": Fact(
		(Bought(), Paid("Fee", fee=30)),
		"",
		"",
		"Financed",
		settings={"fees_stated_in": "Purchase Report"},
	),
	"a wire from the reserve": Fact(
		(Bought(), Paid("Wire Fee", fee=15, invoice_no=None)),
		"Dr charges 15; Cr reserve 15",
		"Dr charges 15; Cr reserve 15",
		"Financed",
	),
	"a wire from the payout": Fact(
		(Bought(), Paid("Wire Fee", fee=15, invoice_no=None)),
		"Dr charges 15; Cr clearing 15",
		"Dr charges 15; Cr clearing 15",
		"Financed",
		settings=PAYOUT,
	),
	"a wire from the payout, by its type": Fact(
		(Bought(), Paid("Odd Word", fee=15, invoice_no=None, decide=("payout_charge",))),
		"Dr charges 15; Cr clearing 15",
		"Dr charges 15; Cr clearing 15",
		"Financed",
		("unknown_type",),
	),
	"a wire from the reserve, by its type": Fact(
		(Bought(), Paid("Odd Word", fee=15, invoice_no=None, decide=("charge",))),
		"Dr charges 15; Cr reserve 15",
		"Dr charges 15; Cr reserve 15",
		"Financed",
		("unknown_type",),
		settings=PAYOUT,
	),
	"a release less its wire": Fact(
		(Bought(), Paid("Reserve Release", fee=15, released=500, invoice_no=None)),
		"Dr clearing 500, fee 15; Cr clearing 15, reserve 500",
		"Dr clearing 500, fee 15; Cr clearing 15, reserve 500",
		"Financed",
		settings=PAYOUT,
	),
	# Ours to bear, or paid to us.
	"a direct payment": Fact(
		(Bought(), Paid("Direct Payment", 1000, decide=ACCEPT)),
		"Dr advances 1000, clearing 1000; Cr receivable 1000, reserve 1000",
		"Dr clearing 1000; Cr reserve 1000",
		"Completed",
		("direct_payment",),
	),
	"a direct payment after a credit note": Fact(
		(Bought(), Note(100), Paid("Odd Word", 1000, decide=("direct_payment", "accept"))),
		"Dr advances 1000, clearing 1000; Cr customer_credit 100, receivable 900, reserve 1000",
		"Dr clearing 1000; Cr reserve 1000",
		"Completed",
		("unknown_type", "exceeds_outstanding"),
		("unknown_type",),
	),
	"a write-off after a credit note": Fact(
		(Bought(), Note(100), Paid("Write-Off", 1000, decide=("write_off", "accept"))),
		"Dr advances 1000; Cr differences 100, receivable 900",
		"",
		"Completed",
		("needs_decision", "exceeds_outstanding"),
		("needs_decision",),
	),
	"a short pay within the tolerance": Fact(
		(Bought(), Paid("Short Pay", 998)),
		"Dr advances 1000, customer_deductions 2; Cr receivable 1000, reserve 2",
		"Dr customer_deductions 2; Cr reserve 2",
		"Completed",
		settings={"short_pay_tolerance": 2},
	),
	"what a short pay within the tolerance took, given back after it bounced": Fact(
		(Bought(), Paid("Short Pay", 998), Paid("NSF", -998), Paid("Chargeback Reversal", 2)),
		"Dr receivable 2, reserve 2; Cr advances 2, customer_deductions 2",
		"Dr reserve 2; Cr customer_deductions 2",
		"Financed",
		settings={"short_pay_tolerance": 2},
	),
	"a short pay above the tolerance": Fact(
		(Bought(), Paid("Short Pay", 997)),
		"Dr advances 1000; Cr receivable 997, reserve 3",
		"Dr receivable 3; Cr reserve 3",
		"Completed",
		settings={"short_pay_tolerance": 2},
	),
	"unexplained, taken from the reserve": Fact(
		(Bought(), Paid("Odd Word", -12, invoice_no=None, decide=("difference",))),
		"Dr differences 12; Cr reserve 12",
		"Dr differences 12; Cr reserve 12",
		"Financed",
		("unknown_type",),
	),
}
