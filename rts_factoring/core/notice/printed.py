"""Whether a printed invoice shows its notice."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from pypdf import PageObject

from ..documents.limits import Progress, Values, limited
from ..documents.pdf import open_pdf
from ..errors import DocumentError, NoticeError
from .notice import Notice, NoticeValues
from .seen import INKED, share_seen
from .text import blocks


def require_on(page: PageObject, notice: Notice, values: NoticeValues, name: str = "invoice.pdf") -> None:
	"""Raise NoticeError `stamp_not_printed` unless the notice can be read on the page; spacing does not count."""
	printed = _letters(page.extract_text())
	lines = [line for block in blocks(notice.text, values) for line in block]
	if not all(_letters("".join(run.text for run in line)) in printed for line in lines):
		raise NoticeError("stamp_not_printed", where=name)


def require_seen(content: bytes, notice: Notice, values: NoticeValues, name: str = "invoice.pdf") -> None:
	"""Raise NoticeError `stamp_not_printed` when something on the first page hides the notice."""
	share = share_seen(content, notice, values)
	if share is not None and share < INKED:
		raise NoticeError("stamp_not_printed", where=name)


def is_print_without_notice(
	content: bytes,
	notice: Notice,
	values: NoticeValues,
	signs: Sequence[Sequence[str]],
	name: str = "invoice.pdf",
) -> bool:
	"""Whether a PDF is a print of the invoice that lacks its notice. It is one if its first page has all texts of one of the
	`signs`. What cannot be read is none.
	"""

	def work(progress: Progress) -> tuple[Values, bytes]:
		page = open_pdf(content, name).pages[0]
		printed = _letters(page.extract_text())
		if not any(all(_letters(text) in printed for text in texts) for texts in signs):
			return {"lacks": False}, b""
		try:
			require_on(page, notice, values, name)
		except NoticeError:
			return {"lacks": True}, b""
		return {"lacks": False}, b""

	try:
		return bool(limited(work, name)[0]["lacks"])
	except DocumentError:
		return False


def _letters(text: str) -> str:
	text = unicodedata.normalize("NFKD", text)
	return "".join(letter for letter in text if letter.isalnum() and letter.isascii()).lower()
