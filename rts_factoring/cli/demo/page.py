"""The run on one self-contained page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pypdfium2
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from rts_factoring.cli.output import counted, size
from rts_factoring.core.model import Event, InvoiceState, Outcome, Policy, Role
from rts_factoring.core.money import ZERO

from .demo_run import DemoRun, ImportedReport, StateChange, SubsidiaryRun

# Shape says the state too, for those who print the page or see no colours. Names of symbols in the template.
MARKS = {
	InvoiceState.NOT_FACTORED: "dash",
	InvoiceState.NOT_READY: "none",
	InvoiceState.QUEUED: "ring",
	InvoiceState.SUBMITTED: "ring",
	InvoiceState.HELD: "pause",
	InvoiceState.DENIED: "cross",
	InvoiceState.FINANCED: "half",
	InvoiceState.PARTLY_PAID: "most",
	InvoiceState.COMPLETED: "full",
	InvoiceState.CHARGED_BACK: "back",
}
ROLES = {
	Role.CLEARING: "paid out to us, to be matched with the bank",
	Role.RESERVE: "held back by the factor; in credit, we owe it",
	Role.FEE: "the factor's fee",
	Role.CHARGES: "wires",
	Role.ADVANCES: "financed and not yet collected",
	Role.RECEIVABLE: "taken off the invoices of customers",
	Role.CUSTOMER_CREDIT: "paid too much by customers",
}
POLICIES = {
	Policy.BORROWING: "books a purchase as borrowing: the invoices stay ours until debtors pay",
	Policy.SALE: "books a purchase as a sale: the invoices leave the books when bought",
}


class InvoiceDifference(NamedTuple):
	"""What came back for an invoice and is not what was sent."""

	invoice_no: str
	what: str
	expected: Decimal
	received: Decimal
	then: str


def render_page(demo: DemoRun) -> str:
	"""HTML with everything in it: styles, pictures, no script. Every value is escaped."""
	environment = Environment(
		loader=FileSystemLoader(Path(__file__).parent),
		autoescape=True,
		undefined=StrictUndefined,
		trim_blocks=True,
		lstrip_blocks=True,
	)
	environment.filters |= {"amount": amount, "day": lambda day: f"{day:%b} {day.day}", "size": size}
	return environment.get_template("page.html").render(
		demo=demo,
		runs=demo.subsidiaries,
		totals=totals(demo),
		pictures=pictures(demo),
		differences=differences,
		days=days,
		cells=cells,
		imports=imports,
		relative=lambda path: path.relative_to(demo.folder).as_posix(),
		counted=counted,
		MARKS=MARKS,
		ROLES=ROLES,
		POLICIES=POLICIES,
	)


def amount(value: Decimal) -> str:
	"""`1,234.50`, and a real minus sign."""
	return f"{value:,.2f}".replace("-", "\u2212")


def totals(demo: DemoRun) -> dict[str, Decimal | int]:
	"""What the head of the page says, over all subsidiaries."""
	runs = demo.subsidiaries
	return {
		"invoices": sum(len(run.loads) for run in runs),
		"sent": sum(len(batch.invoices) for run in runs for batch in run.batches),
		"batches": sum(len(run.batches) for run in runs),
		"files": sum(len(batch.files) for run in runs for batch in run.batches),
		"bytes": sum(batch.size for run in runs for batch in run.batches),
		"pages": sum(file.pages for run in runs for batch in run.batches for file in batch.files),
		"reports": sum(len(run.imports) for run in runs),
		"rows": sum(len(imported.result.lines) for run in runs for imported in run.imports),
		"purchased": _sum(run.total("purchased") for run in runs),
		"paid_out": _sum(run.balance(Role.CLEARING) for run in runs),
		"collected": _sum(run.total("collected") for run in runs),
		"cost": _sum(run.balance(Role.FEE) + run.balance(Role.CHARGES) for run in runs),
		"open": _sum(run.total("open") for run in runs),
		"control_figures": sum(len(run.control_figures()) for run in runs),
	}


def days(run: SubsidiaryRun) -> list[date]:
	return sorted({change.day for history in run.histories.values() for change in history})


def cells(run: SubsidiaryRun, invoice_no: str) -> list[tuple[date, StateChange | None, str]]:
	"""One cell a day: where the invoice stood at its end, and how the line through the row is drawn there."""
	last_of = {change.day: change for change in run.histories[invoice_no]}
	first, last = min(last_of), max(last_of)
	row = []
	for day in days(run):
		place = (
			"first"
			if day == first != last
			else "last"
			if day == last != first
			else "on"
			if first < day < last
			else ""
		)
		row.append((day, last_of.get(day), place))
	return row


def imports(imported: ImportedReport) -> dict[str, object]:
	"""One report in a row: its totals and what became of its rows."""
	result = imported.result
	lines = result.lines
	return {
		"outcomes": ", ".join(f"{count} {outcome.value}" for outcome, count in result.count().items()),
		"amount": _sum(
			(line.line.net if imported.is_purchase else line.line.paid) or ZERO
			for line in lines
			if line.effects
		),
		"agrees": not result.report.total_differences,
		"missing": result.missing,
	}


def differences(run: SubsidiaryRun) -> list[InvoiceDifference]:
	"""Every invoice that was not simply bought and paid, in the order of the reports."""
	differing = [
		one for imported in run.imports for line in imported.result.lines for one in _difference(run, line)
	]
	for load in run.loads:
		position = run.ledger.position(load.receivable)
		if position.state is InvoiceState.FINANCED:
			differing.append(
				InvoiceDifference(
					position.invoice_no,
					"Not paid yet",
					position.open,
					ZERO,
					"It stays open; nothing is posted until it is paid.",
				)
			)
	return differing


def _difference(run: SubsidiaryRun, line) -> list[InvoiceDifference]:
	if line.receivable is None:
		return []
	number, sent = line.receivable.invoice_no, line.receivable.amount
	if line.outcome is Outcome.HELD:
		batches = [batch.name for batch in run.batches if number in batch.invoices]
		again = f"; sent again in {batches[-1]}" if len(batches) > 1 else ""
		return [
			InvoiceDifference(
				number, f"Held: {line.line.reason}", sent, ZERO, f"Waits for better documents{again}."
			)
		]
	if line.outcome is Outcome.DENIED:
		then = "Billed directly, without the notice."
		return [InvoiceDifference(number, f"Denied: {line.line.reason}", sent, ZERO, then)]
	differing = []
	for effect in line.effects:
		paid = effect.amounts.get("paid", ZERO)
		if effect.event is Event.SHORT_PAY:
			then = "The factor takes the rest from the reserve."
			if run.subsidiary.policy is Policy.SALE:
				then = "The rest comes out of the reserve and is the customer's debt again."
			differing.append(InvoiceDifference(number, "Short pay", effect.amounts["open"], paid, then))
		elif effect.event is Event.OVER_PAY:
			differing.append(
				InvoiceDifference(
					number, "Overpaid", effect.amounts["open"], paid, "The surplus is the customer's credit."
				)
			)
		elif effect.event is Event.CHARGEBACK:
			then = "Taken from the reserve; the invoice is ours to collect, without the notice."
			what = f"Charged back: {line.line.reason}"
			differing.append(InvoiceDifference(number, what, effect.amounts["amount"], ZERO, then))
		elif effect.event is Event.PAYMENT and line.line.event is Event.PARTIAL:
			differing.append(
				InvoiceDifference(
					number, "Paid in part", sent, paid, "Posted at once; the rest stays open until it comes."
				)
			)
	return differing


def pictures(demo: DemoRun) -> list[tuple[str, str]]:
	"""The first packet's pages as data URIs with a caption each."""
	batch = demo.subsidiaries[0].batches[0]
	document = pypdfium2.PdfDocument((batch.folder / batch.files[0].name).read_bytes())
	captions = (
		"Invoice, stamped with the notice",
		"Rate confirmation",
		"Proof of delivery, a phone photo set upright",
	)
	shown = []
	for page, caption in zip(document, captions, strict=False):
		image = page.render(scale=1.4).to_pil().convert("RGB").quantize(64, Image.Quantize.MEDIANCUT)
		buffer = io.BytesIO()
		image.save(buffer, "PNG", optimize=True)
		shown.append((f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}", caption))
	return shown


def _sum(amounts: Iterable[Decimal]) -> Decimal:
	return sum(amounts, ZERO)
