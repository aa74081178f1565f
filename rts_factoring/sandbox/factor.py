"""A factor that buys what it receives: reads schedules, checks packets, writes both reports as spreadsheets.

Deterministic: the same schedules, dates and scenario give the same figures. What was bought is remembered in
the sandbox's private folder, so a restarted sandbox goes on.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from rts_factoring.core.errors import FactoringError
from rts_factoring.core.money import ZERO, money
from rts_factoring.core.schedule.layout import DEFAULT_LAYOUT, ScheduleLayout
from rts_factoring.sandbox.agreement import Agreement, Payment, Purchase, Scenario
from rts_factoring.sandbox.reports import write_payment_report, write_purchase_report
from rts_factoring.sandbox.server import INBOX, OUTBOX, PRIVATE


class Factor:
	"""The factor behind one sandbox folder. `clients` is client number to name."""

	def __init__(
		self,
		root: Path | str,
		*,
		clients: Mapping[str, str] | None = None,
		layout: ScheduleLayout = DEFAULT_LAYOUT,
		agreement: Agreement | None = None,
		scenario: Scenario | None = None,
	):
		self.root = Path(root)
		self.inbox = self.root / INBOX
		self.outbox = self.root / OUTBOX
		self.clients = dict(clients or {})
		self.layout = layout
		self.agreement = agreement or Agreement()
		self.scenario = scenario or Scenario()
		self._memory = self.root / PRIVATE / "bought.json"
		for folder in (self.inbox, self.outbox, self._memory.parent):
			folder.mkdir(parents=True, exist_ok=True)
		self.bought, self._answered = self._remembered()

	def new_schedules(self) -> list[Path]:
		"""Schedules in the inbox that no report answers yet, oldest name first."""
		files = (path for path in self.inbox.iterdir() if path.suffix.lower() in (".csv", ".txt"))
		return sorted(p for p in files if not p.name.startswith(".") and p.name not in self._answered)

	def buy(self, schedule: Path, today: date) -> Path:
		"""Answer one schedule with the purchase report in the outbox; returns its path."""
		lines = [self._decide(line, today) for line in self._read(schedule)]
		if self.agreement.wire_fee:
			first = next((number for number, line in enumerate(lines) if line.purchased), None)
			if first is not None:
				lines[first] = replace(lines[first], other=money(self.agreement.wire_fee))
		report = self.outbox / f"purchase_{schedule.stem}.xlsx"
		number = lines[0].client_number
		write_purchase_report(report, self.client_name(number), number, lines[0].batch, lines, today)
		self.bought += [line for line in lines if line.purchased]
		self._answered.add(schedule.name)
		self._remember()
		return report

	def pay(self, client_number: str, start: date, end: date, today: date) -> Path | None:
		"""The payment report of a period for one client; None when nothing was paid in it."""
		payments: list[Payment] = []
		for number, line in enumerate(self.bought):
			if line.client_number != client_number or line.closed:
				continue
			payment = self._collect(line, end, 48210 + len(payments) // 3)
			if payment:
				payments.append(payment)
				self.bought[number] = replace(
					line,
					collected=line.collected + (payment.amount if payment.check_no else ZERO),
					closed=payment.type != "Partial Payment",
				)
		if not payments:
			return None
		report = self.outbox / f"payment_{client_number}_{start:%Y%m%d}_{end:%Y%m%d}.xlsx"
		write_payment_report(report, client_number, start, end, payments, today)
		self._remember()
		return report

	def client_name(self, client_number: str) -> str:
		return self.clients.get(client_number) or f"Client {client_number}"

	def _decide(self, line: tuple[Purchase, str], today: date) -> Purchase:
		purchase, packet = line
		number, scenario = purchase.invoice_no, self.scenario
		flaw = scenario.held.get(number) or packet_flaw(self.inbox / packet if packet else None)
		if flaw:
			return replace(purchase, status="Held", reason=flaw)
		if number in scenario.denied:
			return replace(purchase, status="Denied", reason=scenario.denied[number])
		if number in scenario.pending:
			return replace(purchase, status="Pending")
		if any(
			(known.client_number, known.invoice_no) == (purchase.client_number, number)
			for known in self.bought
		):
			return replace(purchase, status="Denied", reason="Duplicate invoice")
		return replace(
			purchase,
			purchased=purchase.amount,
			fee=money(purchase.amount * self.agreement.fee),
			reserve=money(purchase.amount * self.agreement.reserve),
			purchase_date=today,
		)

	def _collect(self, line: Purchase, day: date, check: int) -> Payment | None:
		number, scenario = line.invoice_no, self.scenario
		if number in scenario.unpaid:
			return None
		if number in scenario.chargeback:
			return Payment(line, "Chargeback", line.purchased, day, description=scenario.chargeback[number])
		if number in scenario.short_pay:
			return Payment(line, "Short Pay", scenario.short_pay[number], day, str(check))
		if number in scenario.partial and not line.collected:
			return Payment(line, "Partial Payment", scenario.partial[number], day, str(check))
		if number in scenario.over_pay:
			return Payment(line, "Over Pay", scenario.over_pay[number], day, str(check), line.reserve)
		return Payment(line, "Payment", money(line.amount - line.collected), day, str(check), line.reserve)

	def _read(self, schedule: Path) -> list[tuple[Purchase, str]]:
		"""The lines of a schedule in this factor's layout, each with its packet's file name."""
		layout = self.layout
		text = schedule.read_bytes().decode("utf-8-sig" if layout.encoding == "utf-8" else layout.encoding)
		rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter or ","))
		titles = [column.field for column in layout.columns]
		lines = []
		for number, row in enumerate(rows[1:] if layout.header else rows, 2 if layout.header else 1):
			cells = {name: cell.strip() for name, cell in zip(titles, row, strict=False)}
			try:
				amount = Decimal(cells["amount"])
				purchase = Purchase(
					batch=cells.get("batch", schedule.stem),
					client_number=cells.get("client_number", ""),
					invoice_no=cells["invoice_no"],
					customer=cells.get("customer", ""),
					po_no=cells.get("po_no", ""),
					invoice_date=datetime.strptime(cells["invoice_date"], layout.date_format).date(),
					amount=money(amount / 100 if layout.amounts == "cents" else amount),
				)
			except (KeyError, ValueError, InvalidOperation) as error:
				raise FactoringError(
					"bad_schedule.row", where=schedule.name, row=number, problem=f"{error!r}"
				) from None
			lines.append((purchase, cells.get("file_name") or f"{purchase.invoice_no}.pdf"))
		if not lines:
			raise FactoringError("bad_schedule.empty", where=schedule.name)
		return lines

	def _remember(self) -> None:
		plain = {"answered": sorted(self._answered), "bought": [asdict(line) for line in self.bought]}
		draft = self._memory.with_suffix(".tmp")
		draft.write_text(json.dumps(plain, default=str, indent=1))
		draft.replace(self._memory)

	def _remembered(self) -> tuple[list[Purchase], set[str]]:
		if not self._memory.exists():
			return [], set()
		plain = json.loads(self._memory.read_text())
		return [_purchase(line) for line in plain["bought"]], set(plain["answered"])


def packet_flaw(path: Path | None) -> str:
	"""Why a packet cannot be accepted, or nothing when it is a PDF with at least one page."""
	if path is None or not path.is_file():
		return "Missing image"
	try:
		pages = len(PdfReader(path).pages)
	except Exception:  # whatever pypdf makes of a damaged file, the factor holds the invoice
		return "Unreadable image"
	return "" if pages else "Empty image"


def _purchase(plain: Mapping) -> Purchase:
	amounts = ("amount", "purchased", "fee", "reserve", "other", "collected")
	dates = ("invoice_date", "purchase_date")
	values: dict[str, Any] = {
		key: Decimal(value) if key in amounts else date.fromisoformat(value) if key in dates else value
		for key, value in plain.items()
	}
	return Purchase(**values)
