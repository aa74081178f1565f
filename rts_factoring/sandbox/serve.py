"""The sandbox as a program: the server and the factor behind it, until stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from rts_factoring.core.errors import FactoringError
from rts_factoring.sandbox.agreement import Agreement, Scenario
from rts_factoring.sandbox.factor import Factor
from rts_factoring.sandbox.server import SandboxServer


def serve(
	root: Path | str,
	port: int = 0,
	*,
	host: str = "127.0.0.1",
	username: str = "rts",
	password: str = "sandbox",
	clients: Mapping[str, str] | None = None,
	agreement: Agreement | None = None,
	scenario: Scenario | None = None,
	say: Callable[[str], None] = print,
	stop: threading.Event | None = None,
	every: float = 0.5,
) -> None:
	"""Answer each schedule that arrives with a purchase report, and pay what was bought on the same day.

	Looks into the inbox `every` so many seconds; returns when `stop` is set or on Ctrl-C.
	"""
	stop = stop or threading.Event()
	factor = Factor(root, clients=clients, agreement=agreement, scenario=scenario)
	rejected: set[Path] = set()
	with SandboxServer(root, port, host=host, username=username, password=password) as server:
		say(
			f"Sandbox factor on {host}:{server.port}, user {username}, folders inbox and outbox below {server.root}"
		)
		say(f"Host key {server.key.get_name()} {server.fingerprint}")
		try:
			while not stop.wait(every):
				for schedule in factor.new_schedules():
					if schedule not in rejected:
						_answer(factor, schedule, rejected, say)
		except KeyboardInterrupt:
			say("Stopped.")


def _answer(factor: Factor, schedule: Path, rejected: set[Path], say: Callable[[str], None]) -> None:
	today = date.today()
	try:
		report = factor.buy(schedule, today)
		say(f"{schedule.name}: bought; {report.name}")
		for number in sorted({line.client_number for line in factor.bought}):
			if paid := factor.pay(number, today, today, today):
				say(f"Client {number}: paid; {paid.name}")
	except FactoringError as error:
		rejected.add(schedule)
		say(f"{schedule.name}: refused. {error}")
