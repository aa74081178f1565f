"""Whether a printed invoice shows its notice."""

from __future__ import annotations

import unicodedata

from pypdf import PageObject

from ..errors import NoticeError
from .notice import Notice, NoticeValues
from .text import blocks


def require_on(page: PageObject, notice: Notice, values: NoticeValues, name: str = "invoice.pdf") -> None:
	"""Raise NoticeError `stamp_not_printed` unless the notice can be read on the page; spacing does not count."""
	printed = _letters(page.extract_text())
	lines = [line for block in blocks(notice.text, values) for line in block]
	if not all(_letters("".join(run.text for run in line)) in printed for line in lines):
		raise NoticeError("stamp_not_printed", where=name)


def _letters(text: str) -> str:
	text = unicodedata.normalize("NFKD", text)
	return "".join(letter for letter in text if letter.isalnum() and letter.isascii()).lower()
