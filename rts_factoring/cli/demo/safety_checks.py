"""Attempts that must fail: another's login, another's report, another server, the same report twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from rts_factoring.core.delivery import Connection, list_folder
from rts_factoring.core.errors import FactoringError
from rts_factoring.core.model import Outcome
from rts_factoring.core.reconciliation.reconcile import reconcile
from rts_factoring.core.reports.report import read_report

from .demo_run import DemoRun, SafetyCheck
from .example import Example


def run_safety_checks(demo: DemoRun, example: Example, connections: Mapping[str, Connection]) -> None:
	"""Adds the checks to the run. `connections` by the subsidiaries' slugs, with their servers up."""
	one, other = demo.subsidiaries
	ours, theirs = connections[one.subsidiary.slug], connections[other.subsidiary.slug]
	if demo.cut_after:
		first = one.batches[0]
		demo.safety_checks.insert(
			0,
			SafetyCheck(
				f"The connection is cut in the middle of batch {first.name}.",
				"The next attempt continued from there. Every file arrived once.",
				all(file.arrived for file in first.files),
			),
		)
	stranger = replace(theirs, username=ours.username, password=ours.password)
	demo.safety_checks.append(
		_check_refusal(
			f"{one.subsidiary.name} logs in with its own credentials at the account of {other.subsidiary.name}.",
			"login_refused",
			lambda: list_folder(stranger),
		)
	)
	impostor = replace(ours, port=theirs.port)
	check = _check_refusal(
		"A server with another host key answers instead of the factor's.",
		"host_key_changed",
		lambda: list_folder(impostor),
	)
	if check.passed:  # the message quotes keys, which differ every run
		check = replace(check, answer="The server is not the one that was confirmed. No credential was sent.")
	demo.safety_checks.append(check)
	payments = next(imported for imported in other.imports if not imported.is_purchase)
	report = read_report(payments.path.read_bytes(), payments.path.name)
	demo.safety_checks.append(
		_check_refusal(
			f"{other.subsidiary.name}'s payment report is imported for {one.subsidiary.name}.",
			"wrong_client",
			lambda: reconcile(report, example.receivables, one.ledger),
		)
	)
	again = reconcile(report, example.receivables, other.ledger)
	known = again.count()[Outcome.DUPLICATE]
	demo.safety_checks.append(
		SafetyCheck(
			"The same payment report is imported a second time.",
			f"{known} of {len(again.lines)} rows were already imported. Nothing is posted.",
			known == len(again.lines) and not again.legs,
		)
	)


def _check_refusal(attempt: str, code: str, action: Callable[[], object]) -> SafetyCheck:
	try:
		action()
	except FactoringError as error:
		return SafetyCheck(attempt, error.message, error.code == code)
	return SafetyCheck(attempt, "It was not refused.", False)
