"""`rts-factoring inspect`: shows a report's header, its parsed lines and their problems. Writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

from rts_factoring.core.model import ReportKind
from rts_factoring.core.reports.inspection import describe
from rts_factoring.core.reports.report import read_report


def add_arguments(parser) -> None:
	parser.add_argument("file", help="the report: .xlsx, .xls, .xlsb, .ods or .csv")
	parser.add_argument(
		"--kind", choices=[kind.value for kind in ReportKind], help="refuse a report of the other kind"
	)
	parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args) -> int:
	path = Path(args.file)
	report = read_report(path.read_bytes(), path.name, ReportKind(args.kind) if args.kind else None)
	described = describe(report)
	print(json.dumps(described, ensure_ascii=False) if args.json else _table(described))
	return 0


def _table(described: dict) -> str:
	metadata = ", ".join(
		f"{name.replace('_', ' ')} {value}" for name, value in described["facts"].items() if value
	)
	out = [
		f"{described['file']}: {described['kind']} report, sheet {described['sheet']!r}, header in row {described['header_row']}",
		metadata,
	]
	out += [f"  {name:18} {' + '.join(texts)}" for name, texts in described["columns"].items()]
	out += [f"  not read: column {text!r}" for text in described["unknown_columns"]]
	out += [f"  not read: sheet {name!r}" for name in described["other_sheets"]]
	texts: dict[int, list[str]] = {}
	for problem in described["problems"]:
		texts.setdefault(problem["row"], []).append(f"{problem['text']} ({problem['problem']})")
	for line in described["lines"]:
		rest = " ".join(
			f"{name}={value}" for name, value in line.items() if name not in ("row", "invoice", "problems")
		)
		problem = f"  <- {' '.join(texts[line['row']])}" if line["problems"] else ""
		out.append(f"row {line['row']:>5}  {line.get('invoice') or '-':16} {rest}{problem}")
	out += [
		f"row {d['row']}: total of {d['field']} says {d['stated']}, the rows add up to {d['added']}"
		for d in described["differences"]
	]
	out.append(
		f"{len(described['lines'])} lines, {len(described['totals'])} totals, {len(described['problems'])} problems"
	)
	return "\n".join(out)
