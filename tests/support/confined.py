"""Work on hostile input in a process of its own, held to the limits that all of it has to respect."""

import json
import os
import subprocess
import sys
from pathlib import Path

SECONDS, MEGABYTES = 10, 500
ROOT = Path(__file__).parents[2]
CODE = """
import importlib, json, resource, sys
from rts_factoring.core.errors import FactoringError
module, name, *arguments = sys.argv[1:]
work = getattr(importlib.import_module(module), name)
def spent():  # processor time: what a busy machine does beside does not count
	used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
	return sum(part.ru_utime + part.ru_stime for part in used)
begin = spent()
try:
	said = work(*arguments)
except FactoringError as error:
	said = {"error": error.as_dict()}
seconds = spent() - begin
own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # with what it shares with its parent
print(json.dumps({"seconds": seconds, "megabytes": max(int(own), child) // 1024, "said": said}))
"""


def confined(work, *arguments) -> dict:
	"""What `work`, a function of a test module, makes of its arguments (texts); for a FactoringError `{"error": …}`."""
	command = [sys.executable, "-c", CODE, work.__module__, work.__name__, *map(str, arguments)]
	env = {**os.environ, "PYTHONPATH": str(ROOT)}
	ran = subprocess.run(command, capture_output=True, text=True, timeout=600, env=env)
	assert ran.returncode == 0, ran.stderr[-2000:]
	found = json.loads(ran.stdout)
	assert found["seconds"] < SECONDS, f"{found['seconds']:.1f} s"
	assert found["megabytes"] < MEGABYTES, f"{found['megabytes']} MB"
	said = found["said"]
	assert all(len(text) < 1000 for text in said.get("error", {}).values()), "a person reads it"
	return said
