"""`rts-factoring inspect`: what a report file is, the header found, each line typed, each problem. Writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

from rts_factoring.core.model import ReportKind
from rts_factoring.core.reports.inspection import describe
from rts_factoring.core.reports.report import read_report


def add_arguments(parser) -> None:
	parser.add_argument("file", help="the report, .xlsx or .csv")
	parser.add_argument(
		"--kind", choices=[kind.value for kind in ReportKind], help="refuse a report of the other kind"
	)
	parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args) -> int:
	path = Path(args.file)
	report = read_report(path.read_bytes(), path.name, ReportKind(args.kind) if args.kind else None)
	found = describe(report)
	print(json.dumps(found, ensure_ascii=False) if args.json else _table(found))
	return 0


def _table(found: dict) -> str:
	facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found["facts"].items() if value)
	out = [
		f"{found['file']}: {found['kind']} report, sheet {found['sheet']!r}, header in row {found['header_row']}",
		facts,
	]
	out += [f"  {name:18} {' + '.join(texts)}" for name, texts in found["columns"].items()]
	out += [f"  not read: column {text!r}" for text in found["unknown_columns"]]
	out += [f"  not read: sheet {name!r}" for name in found["other_sheets"]]
	for line in found["lines"]:
		rest = " ".join(
			f"{name}={value}" for name, value in line.items() if name not in ("row", "invoice", "problems")
		)
		problem = f"  <- {', '.join(line['problems'])}" if line["problems"] else ""
		out.append(f"row {line['row']:>5}  {line.get('invoice') or '-':16} {rest}{problem}")
	out += [
		f"row {d['row']}: total of {d['field']} says {d['stated']}, the rows add up to {d['added']}"
		for d in found["differences"]
	]
	out.append(
		f"{len(found['lines'])} lines, {len(found['totals'])} totals, {len(found['problems'])} problems"
	)
	return "\n".join(out)
