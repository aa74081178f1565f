"""Code run in two fresh Python processes whose hash seeds differ, to find output that depends on them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def outputs(code: str) -> set[str]:
	"""What the processes print: one text if the code gives the same output every time."""
	return {_output(code, seed) for seed in ("1", "2")}


def _output(code: str, seed: str) -> str:
	env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
	ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
	assert ran.returncode == 0, ran.stderr[-2000:]
	return ran.stdout
