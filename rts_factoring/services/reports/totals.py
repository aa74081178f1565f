"""Totals of an import's rows for its form: how many of each outcome, and the sums of their amounts."""

from __future__ import annotations

import json

from rts_factoring.core.model import Outcome
from rts_factoring.core.money import ZERO
from rts_factoring.core.reconciliation.results import Reconciliation
from rts_factoring.core.reports.lines import AMOUNTS
from rts_factoring.services.reports import report_lines

_TOTALS = {
	"total_invoiced": "invoice_amount",
	"total_purchased": "purchased",
	"total_advance": "advance",
	"total_paid": "paid",
	"total_chargeback": "chargeback",
	"total_fee": "fee",
	"total_reserve": "reserve",
	"total_released": "released",
	"total_other": "other",
	"total_net": "net",
	"total_balance": "balance",
}


def summary(doc, result: Reconciliation) -> dict:
	"""Counts per outcome, sums of the rows' amounts, and the batch's invoices that no row mentions."""
	own = report_lines.posted_rows(doc.name)
	if own:  # posted rows are not reconciled again
		counts = report_lines.count_outcomes(doc.name)
	else:
		counts = {outcome.value: count for outcome, count in result.count().items()}
	sums = {name: ZERO for name in AMOUNTS}
	for line in result.report.lines:
		for name in AMOUNTS:
			sums[name] += getattr(line, name) or ZERO
	return {
		**{f"{outcome.value}_count": counts.get(outcome.value, 0) for outcome in Outcome},
		"posted_count": len(own),
		"waiting_count": sum(counts.get(outcome, 0) for outcome in report_lines.WAITING_OUTCOMES),
		**{field: float(sums[name]) for field, name in _TOTALS.items()},
		"missing_from_report": json.dumps(list(result.missing)),
	}
