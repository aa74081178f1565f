"""A report in plain data: what the file is, what each column became, each line typed, each problem."""

from __future__ import annotations

from typing import Any

from ..money import text
from .lines import AMOUNTS, ReportLine
from .problems import explained
from .report import Report


def describe(report: Report) -> dict[str, Any]:
	"""Amounts are strings with two decimals, days are ISO, rows count from 1 as in the sheet."""
	metadata = report.metadata
	return {
		"file": report.file_name,
		"kind": report.kind.value,
		"sheet": report.sheet,
		"header_row": report.header.row,
		"columns": {
			name: [report.header.texts.get(index, "") for index in indices]
			for name, indices in report.header.columns.items()
		},
		"unknown_columns": list(report.header.unknown),
		"other_sheets": list(report.other_sheets),
		"facts": {
			"title": metadata.title,
			"client_number": metadata.client_number,
			"client_name": metadata.client_name,
			"batch": metadata.batch,
			"period": [day.isoformat() for day in metadata.period] if metadata.period else None,
			"run_date": metadata.run_date.isoformat() if metadata.run_date else None,
		},
		"lines": [_line(line) for line in report.lines],
		"totals": [
			{"row": total.row, "label": total.label}
			| {name: text(amount) for name, amount in total.amounts.items()}
			for total in report.totals
		],
		"differences": [
			{"row": d.row, "field": d.field, "stated": text(d.stated), "added": text(d.added)}
			for d in report.total_differences
		],
		"title_rows": list(report.titles),
		"header_rows": list(report.headers),
		"blank_rows": len(report.blanks),
		"problems": [
			{
				"row": line.row,
				"invoice": line.invoice_no or None,
				"problem": problem,
				"text": explained(problem, report.unread_cells.get(line.row, ())),
			}
			for line in report.lines
			for problem in line.problems
		],
	}


def _line(line: ReportLine) -> dict[str, Any]:
	shown = {
		"row": line.row,
		"invoice": line.invoice_no or None,
		"status": line.status.value if line.status else None,
		"type": line.event.value if line.event else None,
		"date": line.date.isoformat() if line.date else None,
		"debtor": line.debtor_name or None,
		"po": line.po_no or None,
		"reference": line.payment_ref or None,
		"note": line.reason or None,
	}
	amounts = {name: text(amount) for name in AMOUNTS if (amount := getattr(line, name)) is not None}
	return (
		{name: value for name, value in shown.items() if value is not None}
		| amounts
		| {"problems": list(line.problems)}
	)
