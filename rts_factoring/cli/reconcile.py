"""`rts-factoring reconcile`: reports in the order given, matched against receivables and posted to a ledger in memory."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from rts_factoring.core.errors import FactoringError
from rts_factoring.core.messages import ROWS
from rts_factoring.core.model import Event, Outcome, Policy, ReportKind
from rts_factoring.core.money import ZERO, text
from rts_factoring.core.reconciliation.factoring_ledger import FactoringLedger
from rts_factoring.core.reconciliation.posting_matrix import by_role
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reconciliation.results import ReconciledLine, Reconciliation
from rts_factoring.core.reconciliation.row_effects import purchase_amounts
from rts_factoring.core.reports.layout import DATE_ORDERS
from rts_factoring.core.reports.problems import explained
from rts_factoring.core.reports.report import read_report

from .sources import read_batches, read_receivables


def add_arguments(parser) -> None:
	parser.add_argument(
		"--receivables",
		required=True,
		metavar="FILE",
		help="our invoices, all subsidiaries: CSV or a workbook",
	)
	parser.add_argument(
		"--date-order",
		choices=DATE_ORDERS,
		default=DATE_ORDERS[0],
		help="of dates in the receivables whose year is not first (MDY: 11/03/2026)",
	)
	parser.add_argument("--batches", required=True, metavar="JSON", help="what was sent in which batch")
	parser.add_argument("--company", required=True, metavar="NAME", help="the subsidiary")
	parser.add_argument("--policy", required=True, choices=[policy.value for policy in Policy])
	parser.add_argument(
		"--currency",
		metavar="CODE",
		help="the agreement's; else the one most of the company's invoices are in",
	)
	parser.add_argument("--json", action="store_true", help="print one JSON object per report, one a line")
	parser.add_argument(
		"reports", nargs="+", metavar="REPORT", help="FILE, or FILE@BATCH for a purchase report"
	)


def run(args) -> int:
	receivables = read_receivables(args.receivables, args.date_order)
	ours = [receivable for receivable in receivables.all if receivable.company == args.company]
	if not ours:
		raise FactoringError("unknown_company", where=args.receivables, company=repr(args.company))
	ledger = FactoringLedger(
		company=args.company,
		policy=Policy(args.policy),
		client_number=next((receivable.client_number for receivable in ours if receivable.client_number), ""),
		currency=args.currency or Counter(receivable.currency for receivable in ours).most_common(1)[0][0],
		batches={
			name: invoices
			for name, (company, invoices) in read_batches(args.batches).items()
			if company == args.company
		},
	)
	for given in args.reports:
		path, batch = _split(given)
		result = reconcile(read_report(path.read_bytes(), path.name), receivables, ledger, batch)
		ledger.commit(result)
		print(json.dumps(as_dict(result), ensure_ascii=False) if args.json else _table(result))
	return 0


def _split(given: str) -> tuple[Path, str]:
	path, at, batch = given.rpartition("@")
	if not at or Path(given).exists():
		return Path(given), ""
	return Path(path), batch


def as_dict(result: Reconciliation) -> dict:
	"""One report's outcome as plain data: amounts are strings with two decimals, rows count from 1 as in the sheet."""
	report = result.report
	purchase = report.kind is ReportKind.PURCHASE
	period = report.metadata.period
	about = (
		{"batch": result.batch}
		if purchase
		else {"period": [day.isoformat() for day in period] if period else None}
	)
	return {
		"kind": report.kind.value,
		"company": result.company,
		**about,
		"file": report.file_name,
		"sheet": report.sheet,
		"header_row": report.header.row,
		"other_sheets": list(report.other_sheets),
		"unknown_columns": list(report.header.unknown),
		"lines": [_purchase_line(line) if purchase else _payment_line(line) for line in result.lines],
		**({"totals": _totals(result)} if purchase else {}),
		"missing_from_report": list(result.missing),
		"differences": [
			{"row": d.row, "field": d.field, "stated": text(d.stated), "added": text(d.added)}
			for d in report.total_differences
		],
		"postings": {
			role.value: {"debit": text(debit), "credit": text(credit)}
			for role, (debit, credit) in by_role(result.legs).items()
		},
	}


def _shared(line: ReconciledLine) -> dict:
	shown = {
		"row": line.line.row,
		"invoice": line.invoice_no,
		"outcome": line.outcome.value,
		"reason": line.reason,
	}
	if line.rule:
		shown["rule"] = line.rule
	return shown


_ALWAYS_SHOWN = ("purchased", "fee", "reserve", "other", "net")


def _purchase_line(line: ReconciledLine) -> dict:
	shown = _shared(line)
	if line.line.status is not Outcome.MATCHED:
		return shown
	amounts = purchase_amounts(line.line)
	return shown | {name: text(value) for name, value in amounts.items() if value or name in _ALWAYS_SHOWN}


_CLAIMS = (Event.CHARGEBACK, Event.CHARGEBACK_REVERSAL)


def _payment_line(line: ReconciledLine) -> dict:
	shown, row = _shared(line), line.line
	if row.event is not None:
		shown["type"] = row.event.value
	if row.event is None or row.event in _CLAIMS:
		amount = row.chargeback or row.paid or row.fee or row.released
		shown |= {"amount": text(abs(amount))} if amount is not None else {}
	elif row.paid is not None:
		shown["paid"] = text(row.paid)
	if row.fee and row.event is not None:
		shown["fee"] = text(row.fee)
	if row.released and row.event is not None:
		shown["reserve_released"] = text(row.released)
	if row.payment_ref:
		shown["reference"] = row.payment_ref
	return shown


def _totals(result: Reconciliation) -> dict[str, str]:
	"""Sums of what is posted."""
	return {
		name: text(sum((effect.amounts.get(name, ZERO) for effect in result.effects), ZERO))
		for name in _ALWAYS_SHOWN
	}


def _table(result: Reconciliation) -> str:
	shown = as_dict(result)
	about = shown.get("batch") or " to ".join(shown.get("period") or ("period not stated",))
	out = [f"{shown['file']}: {shown['kind']} report, {shown['company']}, {about}"]
	for line in shown["lines"]:
		amounts = " ".join(
			f"{name}={value}"
			for name, value in line.items()
			if name not in ("row", "invoice", "outcome", "reason", "rule")
		)
		reason = f" ({line['reason']})" if line["reason"] else ""
		if line["reason"] in ROWS:
			why = explained(line["reason"], result.report.unread_cells.get(line["row"], ()))
			reason = f" ({line['reason']}: {why})"
		out.append(
			f"row {line['row']:>5}  {line['invoice'] or '-':16} {line['outcome']}{reason}  {amounts}".rstrip()
		)
	out += [f"not read: sheet {name!r}" for name in shown["other_sheets"]]
	out += [f"not read: column {name!r}" for name in shown["unknown_columns"]]
	if shown["missing_from_report"]:
		out.append(f"in the batch but not in the report: {', '.join(shown['missing_from_report'])}")
	out += [
		f"row {d['row']}: total of {d['field']} says {d['stated']}, rows add up to {d['added']}"
		for d in shown["differences"]
	]
	out.append(f"{'':18}{'debit':>14}{'credit':>14}")
	out += [f"  {role:16}{sums['debit']:>14}{sums['credit']:>14}" for role, sums in shown["postings"].items()]
	return "\n".join(out)
