"""Layouts of other factors, shipped next to RTS's. Each is chosen by its header.

The texts are those of statements that these factors and their software document or hand out. A column with money that is not
named here is not read, so its rows wait.
"""

from __future__ import annotations

from dataclasses import replace

from .layout import DEFAULT_LAYOUTS, DEFAULT_PAYMENT, DEFAULT_PURCHASE, ReportLayout


def _preset(base: ReportLayout, name: str, **headers: str) -> ReportLayout:
	texts = {field: tuple(text.split("|")) for field, text in headers.items()}
	return replace(base, name=name, headers=texts, by_header=True)


PRESETS: tuple[ReportLayout, ...] = (
	_preset(
		DEFAULT_PURCHASE,
		"Faro Purchase Schedule",
		debtor_name="Debtor",
		invoice_no="Inv #",
		po_no="PO",
		purchased_amount="Purchase",
		reserve_amount="Escrow Rsv|Cash Rsv",
		fee_amount="Discount|Fees",
		advance_repaid="Dispatch",
		net_amount="Net Adv",
		other_deductions="Sch Fee",
		recovery_amount="ChgBack (Refund)",
	),
	_preset(
		DEFAULT_PURCHASE,
		"Soft4 Factoring Invoices",
		invoice_no="Invoice ID",
		debtor_code="Debtor No.",
		invoice_date="Invoice Date",
		invoice_amount="Invoice Amount (Incl. VAT)",
		advance_amount="Advance Amount",
		fee_amount="Commission Amount (Upfront)",
		status="Status",
	),
	_preset(
		DEFAULT_PAYMENT,
		"Bobtail Broker Payments",
		transaction_type="Transaction Type",
		payment_date="Date",
		debtor_name="Broker Name",
		debtor_code="Broker MC",
		po_no="Load #",
		invoice_no="Invoice #",
		invoice_amount="Amount",
		amount_paid="Paid",
	),
	_preset(
		DEFAULT_PAYMENT,
		"Denim Job Summary",
		invoice_no="Job Number",
		debtor_name="Debtor Name",
		reserve_released="Rebate Paid",
		payment_date="Rebate Paid Date",
	),
)
SHIPPED = (*DEFAULT_LAYOUTS.values(), *PRESETS)
