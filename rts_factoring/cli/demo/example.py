"""The demo's own data: two made-up carriers, their invoices and what their factor is going to do with them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from rts_factoring.cli.sources import read_receivables
from rts_factoring.core.eligibility import Terms
from rts_factoring.core.model import Policy, Receivable
from rts_factoring.core.notice.notice import Notice
from rts_factoring.core.reconciliation.matching import Receivables
from rts_factoring.sandbox import Agreement, Scenario

DATA = Path(__file__).parent / "data"
REMIT_TO = "Sandbox Factor\nP.O. Box 1, Anytown, KS 00000"

# Five weeks, always the same ones: batches go out on two Mondays, debtors pay in July.
SALE_DAYS = (date(2026, 6, 8), date(2026, 6, 15))
PERIODS = ((date(2026, 7, 6), date(2026, 7, 12)), (date(2026, 7, 13), date(2026, 7, 19)))


@dataclass(frozen=True)
class Subsidiary:
	"""One legal entity with its own agreement, login, notice and books."""

	name: str
	slug: str  # its folder and user name
	client_number: str
	prefix: str
	policy: Policy
	address: str
	mc: str
	required: tuple[str, ...]
	excluded: tuple[str, ...]
	agreement: Agreement
	scenario: Scenario
	later: dict[str, tuple[str, ...]]  # documents that come before the second sale
	notice: Notice

	@property
	def terms(self) -> Terms:
		return Terms(client_number=self.client_number)


@dataclass(frozen=True)
class Load:
	"""What the demo knows of an invoice beyond the receivable."""

	receivable: Receivable
	method: str
	lane: str
	documents: tuple[str, ...]  # file names


@dataclass(frozen=True)
class Example:
	"""Everything the demo begins with."""

	source: Path
	subsidiaries: tuple[Subsidiary, ...]
	receivables: Receivables
	loads: dict[str, Load] = field(repr=False)

	def of(self, subsidiary: Subsidiary) -> list[Load]:
		return [load for load in self.loads.values() if load.receivable.company == subsidiary.name]


def load_example(data: Path = DATA) -> Example:
	source = data / "receivables.csv"
	receivables = read_receivables(str(source))
	with source.open(encoding="utf-8", newline="") as file:
		more = {row["invoice_no"]: row for row in csv.DictReader(file)}
	loads = {
		receivable.invoice_no: Load(
			receivable,
			more[receivable.invoice_no]["method"],
			more[receivable.invoice_no]["lane"].replace(">", "to"),
			tuple(name for name in more[receivable.invoice_no]["documents"].split("|") if name),
		)
		for receivable in receivables.all
	}
	text = (data / "notice.txt").read_text(encoding="utf-8")
	plain = json.loads((data / "subsidiaries.json").read_text(encoding="utf-8"))
	return Example(source, tuple(_subsidiary(one, text) for one in plain), receivables, loads)


def _amounts(scenario: dict, name: str) -> dict[str, Decimal]:
	return {invoice: Decimal(amount) for invoice, amount in scenario.get(name, {}).items()}


def _subsidiary(plain: dict, notice: str) -> Subsidiary:
	scenario = plain["scenario"]
	return Subsidiary(
		name=plain["name"],
		slug=plain["slug"],
		client_number=plain["client_number"],
		prefix=plain["prefix"],
		policy=Policy(plain["policy"]),
		address=plain["address"],
		mc=plain["mc"],
		required=tuple(plain["required"]),
		excluded=tuple(plain["excluded"]),
		agreement=Agreement(**{name: Decimal(value) for name, value in plain["agreement"].items()}),
		scenario=Scenario(
			held=scenario.get("held", {}),
			denied=scenario.get("denied", {}),
			chargeback=scenario.get("chargeback", {}),
			unpaid=frozenset(scenario.get("unpaid", ())),
			short_pay=_amounts(scenario, "short_pay"),
			partial=_amounts(scenario, "partial"),
			over_pay=_amounts(scenario, "over_pay"),
		),
		later={invoice: tuple(names) for invoice, names in plain["later"].items()},
		notice=Notice(company=plain["name"], text=notice, remit_to=REMIT_TO, name=f"NOA-{plain['prefix']}-1"),
	)
