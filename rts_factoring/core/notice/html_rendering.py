"""A notice as HTML, and its place in front of a printed invoice."""

from __future__ import annotations

import html
import re

from .notice import Notice, NoticeValues, digest
from .text import Line, blocks

MARKER = "data-rts-notice"  # on the outermost element; holds the digest


def render_html(notice: Notice, values: NoticeValues) -> str:
	"""The notice as one self-contained element: inline styles, black on white, nothing to load or to run."""
	parts = [_html_block(block) for block in blocks(notice.text, values)]
	remit = blocks(notice.remit_to, values)
	if remit:
		lines = [line for block in remit for line in block]
		label = f"<b>{_escape(notice.remit_label)}:</b><br>"
		parts.append(f'<div style="margin:4pt 0 0 0;">{label}{"<br>".join(map(_html_line, lines))}</div>')
	style = (
		"display:block;clear:both;box-sizing:border-box;width:100%;margin:0 0 8pt 0;padding:5pt 8pt;"
		"border:1.5pt solid #000;background:#fff;color:#000;text-align:left;"
		"font-family:Arial,Helvetica,sans-serif;font-size:9pt;font-weight:normal;line-height:1.3;"
		"page-break-inside:avoid;break-inside:avoid;"
	)
	return f'<div {MARKER}="{_escape(digest(notice, values))}" style="{style}">{"".join(parts)}</div>'


def prepend_once(body: str, notice: str) -> str:
	"""`body` with the notice before it. A body that already carries this very notice stays as it is.

	The mark is compared with its digest, so a stray attribute in somebody's remarks does not keep the notice off.
	"""
	mark = re.match(rf'<div {MARKER}="[0-9a-f]+"', notice)
	return body if mark and mark[0] in body else notice + body


def _escape(text: str) -> str:
	# Braces too: whatever renders the page afterwards must not take them for template code.
	return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")


def _html_line(line: Line) -> str:
	out = []
	for run in line:
		text = _escape(run.text).replace("  ", "&nbsp; ").replace("\xa0", "&nbsp;")
		for tag in run.styles:
			text = f"<{tag}>{text}</{tag}>"
		out.append(text)
	return "".join(out)


def _html_block(block: list[Line]) -> str:
	return f'<div style="margin:0 0 3pt 0;">{"<br>".join(map(_html_line, block))}</div>'
