#!/usr/bin/env python3
"""Run all suites side by side, one more than there are processors, and say what ran: `python3 scripts/run_suites.py [--browser]`.

The plain tests, those of PDFs with the older pypdf, those of SFTP with the oldest paramiko, and the bench tests on both versions:
BENCH_DIR, else ~/frappe-bench, and BENCH_DIR_16, else ~/frappe-bench-16. `--browser` adds the browser tests on both, one after the
other. A suite that cannot run is named with the reason. FULL=1 runs the random and kill tests in their long form.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAILED_TEST = re.compile(r"^(?:FAILED|ERROR|FAIL:|ERROR:) .*|.*✖.*")
LAST_LINES = 150  # of the output of a suite that failed
STILL_RUNNING = 300  # seconds between two lines that say so


@dataclass(frozen=True)
class Suite:
	name: str
	command: tuple[str, ...]
	env: dict[str, str] = field(default_factory=dict)
	check: tuple[str, ...] = ()  # a command that fails, and says why, where the suite cannot run


def suites(browser: bool) -> tuple[list[Suite], list[Suite]]:
	"""Those that run side by side, the longest first, and those of the browser, which come after them."""
	short = "-k 'not random_moments and not two_jobs'"
	bench, screens = [], []
	for variable, folder in (("BENCH_DIR_16", "frappe-bench-16"), ("BENCH_DIR", "frappe-bench")):
		path = os.environ.get(variable) or str(Path.home() / folder)
		env = {"BENCH_DIR": path}
		check = (sys.executable, "scripts/bench_test.py", "--check")
		bench.append(Suite(f"bench tests on {path}", ("make", "bench-test"), env, check))
		check = ("sh", "-c", "python3 scripts/bench_test.py --check && python3 scripts/desk_check.py")
		screens.append(Suite(f"browser tests on {path}", ("make", "desk-test"), env, check))
	plain = [
		Suite("plain tests", ("make", "test")),
		Suite("older pypdf", ("make", "test-old-pypdf")),
		Suite(
			"oldest paramiko",
			("make", "test-old-paramiko", *([] if os.environ.get("FULL") else [f"ARGS={short}"])),
		),
	]
	return [*bench, *plain], screens if browser else []


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
	parser.add_argument("--browser", action="store_true", help="run the browser tests, too")
	side_by_side, after = suites(parser.parse_args().browser)
	logs = Path(tempfile.mkdtemp(prefix="suites-"))
	say(f"{'long' if os.environ.get('FULL') else 'short'} random and kill tests; logs in {logs}")
	with ThreadPoolExecutor(1 + (os.cpu_count() or 1)) as pool:  # each waits for servers now and then
		ended = [*pool.map(lambda suite: run(suite, logs), side_by_side)]
	ended += [run(suite, logs) for suite in after]
	print("\n".join(["", "What ran:", *(f"  {line}" for line, _failed in ended)]))
	return int(any(failed for _line, failed in ended))


def run(suite: Suite, logs: Path) -> tuple[str, bool]:
	"""A line about what came of it, and whether it failed."""
	env = {**os.environ, **suite.env}
	if suite.check:
		asked = subprocess.run(suite.check, cwd=ROOT, env=env, capture_output=True, text=True)
		if asked.returncode:
			line = f"{suite.name}: did not run. {(asked.stdout or asked.stderr).strip()}"
			say(line)
			return line, False
	say(f"{suite.name}: started")
	log, start, done = logs / f"{suite.name.replace('/', '_')}.log", time.monotonic(), threading.Event()
	with log.open("wb") as output:
		process = subprocess.Popen(suite.command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)
		threading.Thread(target=tell, args=(suite, log, done), daemon=True).start()
		code = process.wait()
		done.set()
	said = log.read_text(errors="replace").splitlines()
	line = f"{suite.name}: {'FAILED' if code else 'passed'}, {(time.monotonic() - start) / 60:.0f} min. {result(said)}"
	say(line)
	if code:
		print("\n".join([*failed_tests(said), "…", *said[-LAST_LINES:]]), flush=True)
	return line, bool(code)


def tell(suite: Suite, log: Path, done: threading.Event) -> None:
	while not done.wait(STILL_RUNNING):
		last = log.read_text(errors="replace").strip().splitlines()[-1:]
		say(f"{suite.name}: goes on; {(last or ['nothing said yet'])[0][:120]}")


def result(said: Iterable[str]) -> str:
	"""The lines in which the suites count their tests."""
	found = [text for text in said if re.match(r"Ran \d+ test|=* ?\d+ (passed|failed)", text)]
	return "; ".join(text.strip(" =") for text in found if not text.startswith("Ran 0 "))


def failed_tests(said: Iterable[str]) -> list[str]:
	return [text for text in said if FAILED_TEST.match(text)]


def say(text: str) -> None:
	print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
	sys.exit(main())
