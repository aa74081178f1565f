"""What an import's form shows of its rows: how many of each outcome, and what their amounts add up to."""

from __future__ import annotations

import json

import frappe
from frappe.query_builder.functions import Count

from rts_factoring.core.model import Outcome
from rts_factoring.core.money import ZERO
from rts_factoring.core.reconciliation.results import Reconciliation
from rts_factoring.core.reports.lines import AMOUNTS
from rts_factoring.services.reports import report_lines

_COUNTS = {outcome: f"{outcome.value}_count" for outcome in Outcome}
_TOTALS = {
	"total_purchased": "purchased",
	"total_paid": "paid",
	"total_chargeback": "chargeback",
	"total_fee": "fee",
	"total_reserve": "reserve",
	"total_released": "released",
	"total_other": "other",
	"total_net": "net",
}


def summary(doc, result: Reconciliation) -> dict:
	"""Counts per outcome, sums of the rows' amounts, and the batch's invoices no row is about."""
	counts = result.count()
	own = report_lines.posted_rows(doc.name)
	counts_by_field = {field: counts.get(outcome, 0) for outcome, field in _COUNTS.items()}
	if own:
		counts_by_field |= _stored_counts(doc.name)
	sums = {name: ZERO for name in AMOUNTS}
	for line in result.report.lines:
		for name in AMOUNTS:
			sums[name] += getattr(line, name) or ZERO
	return {
		**counts_by_field,
		"posted_count": len(own),
		"waiting_count": sum(counts_by_field[_COUNTS[outcome]] for outcome in report_lines.WAITING_OUTCOMES),
		**{field: float(sums[name]) for field, name in _TOTALS.items()},
		"missing_from_report": json.dumps(list(result.missing)),
	}


def _stored_counts(name: str) -> dict[str, int]:
	line = frappe.qb.DocType("Report Import Line")
	rows = (
		frappe.qb.from_(line)
		.where(line.report_import == name)
		.groupby(line.outcome)
		.select(line.outcome, Count("*"))
		.run()
	)
	stored = dict(rows)
	return {field: int(stored.get(outcome.value, 0)) for outcome, field in _COUNTS.items()}
