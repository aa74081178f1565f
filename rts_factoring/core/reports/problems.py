"""A problem of a report's line in a sentence: which column says what, and what that means."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import Text, detail, joined
from ..messages import ROWS
from .lines import UnreadCell


def explained(problem: str, cells: Iterable[UnreadCell] = ()) -> Text:
	"""The meaning of a problem, after the cells behind it: `The column Type says Misc Adj. The type is unknown.`

	A reason in the factor's own words stands for itself.
	"""
	places = [
		detail("row.cell" if cell.column else "row.word", column=short_column(cell), value=cell.value)
		for cell in cells
		if cell.problem == problem
	]
	return joined([*places, Text(ROWS[problem].text) if problem in ROWS else problem])


def short_column(cell: UnreadCell) -> str:
	return " ".join(cell.column.split())
