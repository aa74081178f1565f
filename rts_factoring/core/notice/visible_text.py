"""The text of a printed page, without its tags, styles and scripts. Linear in the page, however its tags are broken."""

from __future__ import annotations

import html

_UNSEEN = ("style", "script", "head")
_LINES = frozenset(
	("br", "p", "div", "tr", "td", "th", "table", "li", "ul", "ol", "section", "hr")
	+ ("h1", "h2", "h3", "h4", "h5", "h6")
)


def visible_text(page: str) -> str:
	"""The text that a reader may see, a line for each block. An element that is never closed hides the rest, as in browsers."""
	folded = page.casefold() if page.isascii() else page.lower()
	if len(folded) != len(page):
		folded = page  # a letter that is longer in lower case: tags are then looked for as they are written
	parts: list[str] = []
	place = 0
	while (start := page.find("<", place)) >= 0:
		parts.append(page[place:start])
		end, breaks = _tag(folded, start)
		if breaks:
			parts.append("\n")
		if end < 0:
			place = len(page)
			break
		place = end
	parts.append(page[place:])
	lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
	return html.unescape("\n".join(lines))


def _tag(page: str, start: int) -> tuple[int, bool]:
	"""Where the tag at `start`, and what it hides, ends (-1: never), and whether it ends a line."""
	if page.startswith("<!--", start):
		end = page.find("-->", start + 4)
		return (end + 3 if end >= 0 else -1), False
	close = page.find(">", start)
	if close < 0:
		return -1, False
	name = _name(page, start + 1)
	if name in _UNSEEN:
		end = page.find(f"</{name}", close)
		end = page.find(">", end) if end >= 0 else -1
		return (end + 1 if end >= 0 else -1), False
	return close + 1, name.removeprefix("/") in _LINES


def _name(page: str, start: int) -> str:
	end = start + (1 if page.startswith("/", start) else 0)
	while end < len(page) and end - start < 12 and page[end].isalnum():
		end += 1
	return page[start:end]
