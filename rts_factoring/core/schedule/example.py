"""A made-up batch, which shows how a layout writes its columns."""

from datetime import date
from decimal import Decimal

from ..model import Receivable
from .layout import ScheduleLayout
from .render import ScheduleLine, packet_name, render, schedule_name, zip_name

CLIENT, BATCH, DAY = "104233", "FB-00042", date(2026, 11, 26)
INVOICES = (
	Receivable(
		invoice_no="AF-10001",
		company="",
		customer="Ridgeline Foods, Inc.",
		amount=Decimal("1850.00"),
		invoice_date=date(2026, 11, 24),
		customer_mc="MC-771204",
		customer_code="RIDGE01",
		po_no="PO-55812",
		load_no="L-90231",
		due_date=date(2026, 12, 24),
	),
	Receivable(
		invoice_no="AF-10002",
		company="",
		customer="Harbor Paper Co.",
		amount=Decimal("2410.75"),
		invoice_date=date(2026, 11, 25),
		customer_mc="MC-402118",
		customer_code="HARBOR2",
		po_no="7731-A",
		load_no="L-90240",
		due_date=date(2026, 12, 25),
	),
)


def preview(layout: ScheduleLayout) -> dict[str, str]:
	"""Name and text of the schedule of two made-up invoices, and the name of a packet. Raises LayoutError or FactoringError."""
	names = [
		packet_name(layout, invoice.invoice_no, client_number=CLIENT, batch=BATCH, today=DAY)
		for invoice in INVOICES
	]
	lines = [ScheduleLine(invoice, name) for invoice, name in zip(INVOICES, names, strict=True)]
	text = render(layout, BATCH, CLIENT, lines, DAY).decode(layout.encoding)
	return {
		"schedule": schedule_name(layout, CLIENT, BATCH, DAY),
		"zip": zip_name(layout, CLIENT, BATCH, DAY) if layout.as_zip else "",
		"packet": names[0],
		"text": text.removeprefix("\ufeff"),
	}
