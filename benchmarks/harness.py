"""How every benchmark says its result: the last line is one JSON object."""

import json
import os
import platform
import time
from collections.abc import Callable
from statistics import median


def machine() -> str:
	"""Processor, number of cores, Python: what the figures depend on."""
	name = platform.processor() or platform.machine()
	try:
		with open("/proc/cpuinfo") as lines:
			name = next(
				(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name
			)
	except OSError:
		pass
	return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
	"""By the clock, or with `time.process_time` of a processor: what else the machine does counts little then."""
	started = clock()
	work()
	return clock() - started


def alternately(
	runs: int,
	ours: Callable[[], object],
	peer: Callable[[], object],
	clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
	"""Median seconds of each; they take turns, so that what the machine does meanwhile hits both."""
	pairs = [(seconds(ours, clock), seconds(peer, clock)) for _ in range(runs)]
	return median(one for one, _ in pairs), median(other for _, other in pairs)


class Busy:
	"""Seconds of a processor that this process and its database connection have used: what else the machine does counts little.
	Needs a MariaDB on this machine; elsewhere the database's part is 0."""

	def __init__(self, frappe):
		tid = "select tid from information_schema.processlist where id = connection_id()"
		((self._thread,),) = frappe.db.sql(tid)

	def __call__(self) -> float:
		try:
			with open(f"/proc/{self._thread}/task/{self._thread}/schedstat") as numbers:
				of_database = int(numbers.read().split()[0]) / 1e9
		except OSError:
			of_database = 0.0
		return time.process_time() + of_database


def load() -> list[float]:
	return [round(each, 1) for each in os.getloadavg()]


def report(
	claim: str, ours: float, peer: float, *, unit: str = "s", more_is_better: bool = False, **more
) -> None:
	"""Print the result; `ratio` is how many times better than the peer ours is."""
	ratio = ours / peer if more_is_better else peer / ours
	result = {
		"claim": claim,
		"ours": round(ours, 4),
		"peer": round(peer, 4),
		"unit": unit,
		"ratio": round(ratio, 2),
		**more,
		"machine": machine(),
	}
	print(json.dumps(result, ensure_ascii=False), flush=True)
