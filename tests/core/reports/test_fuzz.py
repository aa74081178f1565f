"""Damaged files give a report or a clear error: no crash, no hang, memory bounded. FUZZ=10000 runs as many."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
COUNT = int(os.environ.get("FUZZ", "300"))


def test_damaged_files_are_read_or_refused(tmp_path):
	environment = os.environ | {"PYTHONPATH": str(ROOT), "RUST_BACKTRACE": "0"}
	command = [sys.executable, "-m", "tests.support.report_fuzzing", "0", str(COUNT)]
	ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
	last = ran.stdout.splitlines()[-1:]
	assert ran.returncode == 0, f"seed {last}: {ran.stderr[-3000:]}"
	assert f"{COUNT} files" in last[0] and " 0 read" not in last[0] and " 0 refused" not in last[0]
	assert list(tmp_path.iterdir()) == []
