"""The statements that the app's own code sends to the database, and which tables each of them would read as a whole."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import frappe

import rts_factoring

APP = Path(rts_factoring.__file__).resolve().parent
_SHOWN = re.compile(r"^\s*(select|update|delete)\b", re.IGNORECASE)
_NAMED = re.compile(
	r"`tab([^`]+)`(?:\s+(?:as\s+)?`?(?!on\b|where\b|set\b|join\b)([a-z_]+)`?)?", re.IGNORECASE
)


@contextmanager
def recorded() -> Iterator[dict[str, str]]:
	"""Statement → the line of the app that sent it; the statements run as ever."""
	found: dict[str, str] = {}
	run = frappe.db.sql

	def sql(query, values=(), *arguments, **options):
		if (line := _line_of_the_app()) and _SHOWN.match(str(query)):
			several = values if isinstance(values, (dict, list, tuple)) else (values,)
			found.setdefault(frappe.db.mogrify(str(query), several), line)
		return run(query, values, *arguments, **options)

	with patch.object(frappe.db, "sql", sql):
		yield found


def _line_of_the_app() -> str:
	"""Where the app asked for the statement; "" when another app or a test did."""
	frame = sys._getframe(2)
	while frame and (
		"/apps/frappe/" in frame.f_code.co_filename or "/site-packages/" in frame.f_code.co_filename
	):
		frame = frame.f_back
	file = Path(frame.f_code.co_filename).resolve() if frame else Path()
	if APP not in file.parents or (APP / "tests") in file.parents:
		return ""
	return f"{file.relative_to(APP)}:{frame.f_lineno}"


def scans(statement: str) -> list[str]:
	"""The DocTypes of which the statement reads every row, for want of an index on what it asks for. The plan itself says
	little on small tables, where reading everything is cheapest, so this is about the indexes that it could use."""
	named = {alias or f"tab{doctype}": doctype for doctype, alias in _NAMED.findall(statement)}
	named |= {f"tab{doctype}": doctype for doctype, _alias in _NAMED.findall(statement)}
	plan = frappe.db.sql("explain " + statement, as_dict=True)
	return sorted(
		named[row.table]
		for row in plan
		if row.table in named and row.type in ("ALL", "index") and not row.possible_keys
	)
