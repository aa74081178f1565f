"""Every reason a row may wait for is explained to a person, and no explanation is left over."""

import ast
from pathlib import Path

from rts_factoring.core.messages import ROWS
from rts_factoring.core.model import CustomerStanding, InvoiceStanding
from rts_factoring.core.reconciliation import (
	adjustments,
	fee_effects,
	matching,
	openings,
	payment_effects,
	reconcile,
	row_effects,
	statements,
)
from rts_factoring.core.reconciliation.reasons import explain
from rts_factoring.core.reports import report

EFFECTS = (row_effects, payment_effects, fee_effects)
STANDINGS = {standing.value for standing in (*InvoiceStanding, *CustomerStanding)} - {"open"}


def codes(module) -> set[str]:
	"""Texts of a module that are reason codes: those explained, and those given to blocked() or returned as a reason."""
	tree = ast.parse(Path(module.__file__).read_text())
	texts = {
		node.value
		for node in ast.walk(tree)
		if isinstance(node, ast.Constant) and isinstance(node.value, str)
	}
	given = set()
	for node in ast.walk(tree):
		if isinstance(node, ast.Return) and node.value is not None:
			given |= {
				n.value
				for n in ast.walk(node.value)
				if isinstance(n, ast.Constant) and isinstance(n.value, str)
			}
	return (texts & ROWS.keys()) | (given if module in EFFECTS else set())


def test_every_reason_is_explained_with_what_to_do():
	found = set().union(
		*map(codes, (*EFFECTS, adjustments, matching, openings, reconcile, statements)),
		report._PROBLEM_ORDER,
		STANDINGS,
	)
	shown = {
		"",
		"due",
		"credit",
		"difference",
		"purchased",
		"fee",
		"reserve",
		"other",
		"net",
		"paid",
		"amount",
		"open",
		"short",
	}  # names of amounts
	assert found - shown - ROWS.keys() == set()
	assert all(row.text and row.fix for row in ROWS.values())


def test_no_reason_is_explained_that_cannot_occur():
	assert (
		ROWS.keys()
		- set().union(*map(codes, (*EFFECTS, adjustments, matching, openings, reconcile, statements)))
		- set(report._PROBLEM_ORDER)
		- STANDINGS
		== set()
	)


def test_a_reason_in_words_of_the_factor_is_shown_as_it_is():
	assert explain("Missing POD") == ("Missing POD", "")
