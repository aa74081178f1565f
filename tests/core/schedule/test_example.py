"""The preview of a schedule layout: two made-up invoices."""

from dataclasses import replace

from rts_factoring.core.schedule import example
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT, Column


def test_two_invoices_are_written_as_the_layout_says():
	columns = (Column("invoice_no"), Column("invoice_date", title="Dated"), Column("amount"))
	layout = replace(DEFAULT_LAYOUT, columns=columns, date_format="%m-%d-%Y", amounts="cents")
	shown = example.preview(layout)
	assert shown["text"].splitlines() == [
		"Invoice Number,Dated,Invoice Amount",
		"AF-10001,11-24-2026,185000",
		"AF-10002,11-25-2026,241075",
	]
	assert shown["schedule"] == "104233_FB-00042_20261126.csv"
	assert (shown["packet"], shown["zip"]) == ("AF-10001.pdf", "")


def test_a_byte_order_mark_is_not_shown():
	columns = (Column("invoice_no"),)
	layout = replace(DEFAULT_LAYOUT, columns=columns, bom=True, as_zip=True)
	assert example.preview(layout)["text"].startswith("Invoice Number")
	assert example.preview(layout)["zip"] == "104233_FB-00042_20261126.zip"
