"""What the reason of a report row means, and what a person does about it."""

from __future__ import annotations

from ..messages import ROWS, Message


def explain(code: str) -> Message:
	"""Meaning and fix of a reason code; any other text, such as RTS's words for a held invoice, stands for itself."""
	return ROWS.get(code, Message(code))
