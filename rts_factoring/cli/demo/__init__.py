"""`rts-factoring demo`: the whole cycle on example data, into one folder with a page that shows it."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from rts_factoring.core.errors import FactoringError

from .cycle import DemoCycle
from .demo_run import DemoRun
from .example import load_example
from .page import render_page, totals
from .workbook import write_ledger, write_workbook

MARKER = ".rts-factoring-demo"  # in folders this command made and may replace


def add_arguments(parser) -> None:
	parser.add_argument("--out", default="demo-output", type=Path, metavar="DIR", help="default: demo-output")


def run(args) -> int:
	out = args.out.absolute()
	_check(out)
	started = time.monotonic()
	example = load_example()
	print("Two made-up carriers sell their freight invoices to an embedded factor, over five weeks.\n")
	_say(
		"Receivables",
		f"{len(example.receivables)} invoices of {len(example.subsidiaries)} subsidiaries from {example.source.name}",
	)
	with tempfile.TemporaryDirectory(prefix="rts-factoring-") as work:
		folder, factor = Path(work) / "demo", Path(work) / "factor"
		demo_run = DemoCycle(example, folder, factor, _say).run()
		(folder / "index.html").write_text(render_page(demo_run), encoding="utf-8")
		write_workbook(folder / "reconciliation.xlsx", demo_run)
		for run in demo_run.subsidiaries:
			slug = run.subsidiary.slug
			write_ledger(run.folder / "ledger.csv", run)
			shutil.copytree(factor / slug / "received", folder / "at-the-factor" / slug)
		(folder / MARKER).touch()
		if out.exists():
			shutil.rmtree(out)
		shutil.copytree(folder, out)
	sums = totals(demo_run)
	for problem in demo_run.problems:
		_say("PROBLEM", problem)
	_say(
		"Books",
		f"{sums['purchased']:,.2f} bought, {sums['paid_out']:,.2f} paid out, {sums['cost']:,.2f} fees and wires",
	)
	_say(
		"Books",
		f"{sums['control_figures']} control figures compared with a second source; {_verdict(demo_run)}",
	)
	print(f"\nDone in {time.monotonic() - started:.1f} s. Open {out / 'index.html'}")
	return 1 if demo_run.problems else 0


def _check(out: Path) -> None:
	"""Never replace a folder that this command did not make."""
	if out.is_dir() and any(out.iterdir()) and not (out / MARKER).exists():
		raise FactoringError("not_ours", where=str(out))
	if out.exists() and not out.is_dir():
		raise NotADirectoryError(20, "it is a file", str(out))


def _verdict(demo_run: DemoRun) -> str:
	wrong = sum(not figure.agrees for run in demo_run.subsidiaries for figure in run.control_figures())
	return f"{wrong} differ" if wrong else "all agree to the cent"


def _say(what: str, details: str) -> None:
	print(f"  {what:13}{details}", flush=True)
