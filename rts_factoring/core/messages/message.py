"""One entry of the tables."""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
	"""`text` says what is wrong, `fix` what to do about it; both may hold fields in braces."""

	text: str
	fix: str = ""
