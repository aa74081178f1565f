"""The text of a notice as lines of styled words.

The text is the factor's, pasted by the user. Four placeholders and a few harmless tags have a meaning in it. Everything
else, template code too, is shown as it was typed.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from ..errors import NoticeError
from .notice import PLACEHOLDERS, TEMPLATE_TEXT, Notice, NoticeValues

MAX_TEXT = 10_000  # characters; a notice is a few sentences

# Template code is matched first, so that it stays whole and stays text. Pasted HTML has a line end after <br>, too: that
# is one break, not two.
_TOKENS = re.compile(
	r"""(?P<code>\{\{.*?\}\}|\{%.*?%\}|\{\#.*?\#\})
	|(?<!\{)\{\s*(?P<placeholder>[^\W\d][^{}\n]*?)\s*\}(?!\})
	|<(?P<close>/?)(?P<tag>b|i|u|strong|em)(?=[\s/>])[^<>]*>
	|(?P<paragraph></?p(?=[\s/>])[^<>]*>\s*)
	|</?br(?=[\s/>])[^<>]*>[ \t]*(?:\r\n|\r|\n)?
	|\r\n|\r|\n""",
	re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
# Control characters, and those that turn the reading direction and so could show a text backwards.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_STYLES = {"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u"}


@dataclass(frozen=True, slots=True)
class Run:
	"""A piece of text in one style; `styles` is a sorted subset of "biu"."""

	text: str
	styles: str = ""


Line = tuple[Run, ...]


def validate(notice: Notice) -> None:
	"""Raise NoticeError for an empty or endless text and for a placeholder that means nothing."""
	if not _UNSEEN.sub("", notice.text).strip():
		raise NoticeError("notice_empty")
	if (length := len(notice.text) + len(notice.remit_to)) > MAX_TEXT:
		raise NoticeError("notice_too_long.characters", count=f"{length:,}", most=f"{MAX_TEXT:,}")
	values = NoticeValues("x", "x", "x", "x")
	lines = [*parse(notice.text, values), *parse(notice.remit_to, values)]
	if not any(run.text.strip() for line in lines for run in line):
		raise NoticeError("notice_empty")


def unfinished(text: str) -> bool:
	"""True while the text still has a bracketed part of the template."""
	return any(part in text for part in re.findall(r"\[[^\]]*\]", TEMPLATE_TEXT))


def parse(text: str, values: NoticeValues) -> list[Line]:
	"""The text as lines of styled runs, placeholders filled in; an empty line is a paragraph's end.

	Values are put in as plain text after parsing: a customer named `<b>{invoice}` reads just so.
	"""
	lines, position, text = _Lines(), 0, text.strip()
	for token in _TOKENS.finditer(text):
		lines.add(_plain(text[position : token.start()]))
		position = token.end()
		if token["code"]:
			lines.add(_plain(token["code"]))
		elif token["placeholder"]:
			lines.add(_value(token["placeholder"], values))
		elif token["tag"]:
			lines.set_style(_STYLES[token["tag"].lower()], bool(token["close"]))
		elif token["paragraph"]:
			lines.end_paragraph()
		else:
			lines.end_line()
	lines.add(_plain(text[position:]))
	return lines.tidy()


def blocks(text: str, values: NoticeValues) -> list[list[Line]]:
	"""The lines of `parse` grouped into paragraphs, without the empty lines between them."""
	groups: list[list[Line]] = [[]]
	for line in parse(text, values):
		if line:
			groups[-1].append(line)
		elif groups[-1]:
			groups.append([])
	return [group for group in groups if group]


class _Lines:
	"""The lines read so far, and how often each style is open."""

	def __init__(self) -> None:
		self.lines: list[list[Run]] = [[]]
		self.open = {"b": 0, "i": 0, "u": 0}

	def add(self, text: str) -> None:
		text = _UNSEEN.sub("", text)
		if text:
			self.lines[-1].append(Run(text, "".join(style for style, depth in self.open.items() if depth)))

	def set_style(self, style: str, closes: bool) -> None:
		self.open[style] = max(0, self.open[style] + (-1 if closes else 1))

	def end_line(self) -> None:
		self.lines.append([])

	def end_paragraph(self) -> None:
		if self.lines[-1]:
			self.lines.extend(([], []))
		elif len(self.lines) == 1 or self.lines[-2]:
			self.lines.append([])

	def tidy(self) -> list[Line]:
		"""No blank lines at the ends, at most one between paragraphs."""
		tidy: list[Line] = []
		for line in self.lines:
			blank = not any(run.text.strip() for run in line)
			if blank and (not tidy or not tidy[-1]):
				continue
			tidy.append(() if blank else tuple(line))
		while tidy and not tidy[-1]:
			tidy.pop()
		return tidy


def _value(placeholder: str, values: NoticeValues) -> str:
	if placeholder.lower() not in PLACEHOLDERS:
		known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
		raise NoticeError("unknown_placeholder", name=placeholder, known=known)
	return values.value(placeholder.lower())


def _plain(text: str) -> str:
	"""Entities as the characters they stand for (a sanitiser may have put them in); line ends become spaces."""
	text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
	return re.sub(r"[\r\n]+", " ", text).replace("\t", "    ")
