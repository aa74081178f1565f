"""Runs `rts-factoring` as a person does: a process, its output, its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

FIXTURES = Path(__file__).parent.parent / "fixtures"
COMMAND = [sys.executable, "-m", "rts_factoring"]


class Result(NamedTuple):
	status: int
	out: str
	error: str

	@property
	def data(self):
		return json.loads(self.out)


def command(*arguments, cwd=None, timeout=60, **environment) -> Result:
	done = subprocess.run(
		[*COMMAND, *map(str, arguments)],
		cwd=cwd,
		env={**os.environ, **environment},
		stdin=subprocess.DEVNULL,
		capture_output=True,
		text=True,
		timeout=timeout,
	)
	assert "Traceback" not in done.stderr, done.stderr
	return Result(done.returncode, done.stdout, done.stderr)


def refused(result: Result) -> str:
	"""The one line a refusal says on stderr; nothing else may be said, and the status is 1."""
	assert result.status == 1, result
	lines = result.error.splitlines()
	assert len(lines) == 1 and lines[0].startswith("rts-factoring: "), result.error
	return lines[0].removeprefix("rts-factoring: ")
