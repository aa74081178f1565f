"""What must not work, tried: another's login, another's report, another server, the same report twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from rts_factoring.core.delivery import Connection, list_folder
from rts_factoring.core.errors import FactoringError
from rts_factoring.core.model import Outcome
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reports.report import read_report

from .example import Example
from .record import Record, Trial


def try_walls(record: Record, example: Example, connections: Mapping[str, Connection]) -> None:
	"""Adds a Trial each to the record. `connections` by the subsidiaries' slugs, with their servers up."""
	one, other = record.desks
	ours, theirs = connections[one.subsidiary.slug], connections[other.subsidiary.slug]
	if record.cut_after:
		first = one.batches[0]
		record.trials.insert(
			0,
			Trial(
				f"The line is cut in the middle of batch {first.name}.",
				"The next attempt went on from there; every file arrived once.",
				all(file.arrived for file in first.files),
			),
		)
	stranger = replace(theirs, username=ours.username, password=ours.password)
	record.trials.append(
		_refused(
			f"{one.subsidiary.name} logs in where {other.subsidiary.name} sends its invoices.",
			"login_refused",
			lambda: list_folder(stranger),
		)
	)
	impostor = replace(ours, port=theirs.port)
	trial = _refused(
		"A server with another key answers in the factor's place.",
		"host_key_changed",
		lambda: list_folder(impostor),
	)
	if trial.holds:  # the message quotes keys, which differ every run
		trial = replace(trial, answer="It is not the one that was confirmed. No credential was sent.")
	record.trials.append(trial)
	payments = next(imported for imported in other.imports if not imported.is_purchase)
	report = read_report(payments.path.read_bytes(), payments.path.name)
	record.trials.append(
		_refused(
			f"{other.subsidiary.name}'s payment report is given to {one.subsidiary.name}.",
			"wrong_client",
			lambda: reconcile(report, example.receivables, one.ledger),
		)
	)
	again = reconcile(report, example.receivables, other.ledger)
	known = again.count()[Outcome.DUPLICATE]
	record.trials.append(
		Trial(
			"The same payment report is imported a second time.",
			f"{known} of {len(again.lines)} rows are known; nothing is posted.",
			known == len(again.lines) and not again.legs,
		)
	)


def _refused(tried: str, code: str, attempt: Callable[[], object]) -> Trial:
	try:
		attempt()
	except FactoringError as error:
		return Trial(tried, error.message, error.code == code)
	return Trial(tried, "It was let through.", False)
