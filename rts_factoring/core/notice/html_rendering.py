"""A notice as HTML, and its place in front of a printed invoice."""

from __future__ import annotations

import html
import re

from .notice import Notice, NoticeValues, digest
from .text import Line, blocks
from .visible_text import visible_text

MARKER = "data-rts-notice"  # on the outermost element; holds the digest
_HERE = "\ue000"  # a character that no text has
# What keeps an element in sight, and the frame around all of it.
_SHOWN = (
	"visibility:visible;opacity:1;position:static;float:none;transform:none;clip:auto;clip-path:none;overflow:visible"
	";max-height:none;max-width:none;height:auto;text-indent:0;letter-spacing:normal;color:#000;background-color:#fff"
	";font-family:Arial,Helvetica,sans-serif;font-size:9pt;line-height:1.3"
)
_BOX = (
	"clear:both;box-sizing:border-box;width:100%;margin:0 0 8pt 0;padding:5pt 8pt;border:1.5pt solid #000"
	";text-align:left;font-weight:normal;page-break-inside:avoid;break-inside:avoid"
)


def render_html(notice: Notice, values: NoticeValues) -> str:
	"""The notice as one self-contained element: inline styles, black on white, nothing to load or to run."""
	parts = [_html_block(block) for block in blocks(notice.text, values)]
	remit = blocks(notice.remit_to, values)
	if remit:
		lines = [line for block in remit for line in block]
		label = f"{_element('b', _escape(notice.remit_label) + ':')}<br>"
		parts.append(_element("div", label + "<br>".join(map(_html_line, lines)), "margin:4pt 0 0 0"))
	return _element("div", "".join(parts), _BOX, f' {MARKER}="{_escape(digest(notice, values))}"')


def _element(tag: str, content: str, style: str = "", attributes: str = "") -> str:
	"""An element that no style of a print format can hide: what stands in an element as important wins over every sheet."""
	shown = _SHOWN + (";display:block" if tag == "div" else ";display:inline")
	important = "".join(f"{rule}!important;" for rule in f"{shown};{style}".split(";") if rule)
	return f'<{tag}{attributes} style="{important}">{content}</{tag}>'


def prepend_once(body: str, notice: str) -> str:
	"""`body` with the notice before it. A body that already shows this very notice stays as it is.

	The mark is compared with its digest, so a stray attribute in somebody's remarks does not keep the notice off. Nor does a notice
	that the author of a print format has put into a comment.
	"""
	mark = re.match(rf'<div {MARKER}="[0-9a-f]+"', notice)
	if not mark or mark[0] not in body:
		return notice + body
	text = visible_text(body.replace(mark[0], _HERE + mark[0]))
	return body if _HERE in text else notice + body


def _escape(text: str) -> str:
	# Braces too: whatever renders the page afterwards must not take them for template code.
	return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")


def _html_line(line: Line) -> str:
	out = []
	for run in line:
		text = _escape(run.text).replace("  ", "&nbsp; ").replace("\xa0", "&nbsp;")
		for tag in run.styles:
			text = _element(tag, text)
		out.append(text)
	return "".join(out)


def _html_block(block: list[Line]) -> str:
	return _element("div", "<br>".join(map(_html_line, block)), "margin:0 0 3pt 0")
