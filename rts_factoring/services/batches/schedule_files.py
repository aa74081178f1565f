"""The schedule of a batch: its lines, and the file name of each packet."""

from collections.abc import Collection
from itertools import count

import frappe

from rts_factoring.core.errors import FactoringError
from rts_factoring.core.schedule import render
from rts_factoring.core.schedule.layout import ScheduleLayout
from rts_factoring.core.schedule.render import ScheduleLine
from rts_factoring.services.batches import batch_status
from rts_factoring.services.common.errors import as_frappe_error
from rts_factoring.services.company import layouts
from rts_factoring.services.invoices import receivables


def preview(doc) -> str:
	"""The schedule as it would be sent. Throws with every problem."""
	try:
		layout, schedule_lines = lines(doc)
		content = render.render(layout, doc.name or "", doc.client_number or "", schedule_lines, day(doc))
	except FactoringError as error:
		raise as_frappe_error(error) from error
	return content.decode(layout.encoding)


def lines(doc) -> tuple[ScheduleLayout, list[ScheduleLine]]:
	"""The layout and one line for each invoice that is still in the batch."""
	layout = layouts.schedule_layout(doc.schedule_layout)
	rows = [row for row in doc.invoices if row.outcome not in batch_status.RELEASED_OUTCOMES]
	receivable = receivables.load([row.sales_invoice for row in rows])
	names = _names(doc, layout, [row.sales_invoice for row in rows if not row.file_name])
	return layout, [
		ScheduleLine(receivable[row.sales_invoice], row.file_name or names[row.sales_invoice]) for row in rows
	]


def name_files(doc) -> None:
	"""Put the name of its packet on each row of a batch that is being submitted. Throws with every problem."""
	try:
		layout, schedule_lines = lines(doc)
		render.render(layout, doc.name, doc.client_number or "", schedule_lines, day(doc))
	except FactoringError as error:
		raise as_frappe_error(error) from error
	names = {line.invoice.invoice_no: line.file_name for line in schedule_lines}
	for row in doc.invoices:
		row.file_name = names[row.sales_invoice]


def first_of_each_name(agreement, invoices: Collection[str]) -> list[str]:
	"""Leave out invoices whose packet would have the same name as an earlier one. They go with the next batch."""
	layout = layouts.schedule_layout(agreement.schedule_layout)
	chosen: dict[str, str] = {}
	for invoice in invoices:
		name = render.packet_name(
			layout, invoice, client_number=agreement.client_number or "", batch="0", today=render.SAMPLE_DAY
		)
		chosen.setdefault(name.casefold(), invoice)
	return list(chosen.values())


def day(doc):
	return frappe.utils.getdate(doc.batch_date)


def _names(doc, layout: ScheduleLayout, invoices: list[str]) -> dict[str, str]:
	"""Invoice → name of its packet. One that was sent with another batch gets a number, because the factor may keep that file."""
	names = render.packet_names(
		layout,
		invoices,
		client_number=doc.client_number or "",
		batch=doc.name or "0",
		today=day(doc),
	)
	taken = _taken(doc, names.values())
	own = {name.casefold() for name in names.values()}
	for invoice, name in names.items():
		if name.casefold() in taken:
			tries = (render.numbered(name, number) for number in count(2))
			names[invoice] = next(n for n in tries if n.casefold() not in own and not _taken(doc, [n]))
			own.add(names[invoice].casefold())
	return names


def _taken(doc, names: Collection[str]) -> set[str]:
	"""Those names, in lower case, under which another batch of the company has sent a file or is about to."""
	if not names:
		return set()
	batch = frappe.qb.DocType("Factoring Batch")
	row, file = frappe.qb.DocType("Factoring Batch Invoice"), frappe.qb.DocType("Factoring Batch File")
	others = (batch.company == doc.company) & (batch.name != (doc.name or ""))
	taken = []
	for table, holds in (
		(row, (batch.docstatus == 1) & (row.outcome.isnull() | (row.outcome != "Returned"))),
		(file, file.state != "Pending"),
	):
		query = frappe.qb.from_(table).inner_join(batch).on(batch.name == table.parent)
		taken += query.where(others & holds & table.file_name.isin(list(names))).select(table.file_name).run()
	return {name.casefold() for (name,) in taken}
