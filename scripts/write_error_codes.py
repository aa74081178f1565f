#!/usr/bin/env python3
"""Write docs/errors.md from the tables in rts_factoring/core/messages: `make error-codes`."""

from __future__ import annotations

from pathlib import Path

from rts_factoring.core import messages
from rts_factoring.core.messages import ERRORS, QUALITY, READINESS, ROWS, Message

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errors.md"

INTRODUCTION = """# Messages and their codes

Every message of the app that has a code, with what to do. Search this page for the code. `rts-factoring --json` shows it as `code`; a
row of a report keeps it as its reason. Codes stay the same when a text is improved. Words in braces are filled in: names, amounts,
dates. Some codes have several texts; the one that fits the case is shown.

This page is made from the tables in `rts_factoring/core/messages` by `make error-codes`.
"""
SECTIONS = (  # heading, the table
	("Reading a report", "REPORTS"),
	("Documents and packets", "DOCUMENTS"),
	("Notices", "NOTICES"),
	("Schedules", "SCHEDULES"),
	("Delivery", "DELIVERY"),
	("Posting", "POSTINGS"),
	("Printing, packets and files on a site", "SERVICES"),
	("Command line", "COMMAND_LINE"),
)


def page() -> str:
	parts = [INTRODUCTION]
	parts += [section("Why an invoice is not ready", READINESS), section("Why a row of a report waits", ROWS)]
	parts += [section("What is warned of on a page of a document", QUALITY)]
	parts += [section(heading, getattr(messages, name)) for heading, name in SECTIONS]
	check()
	return "\n".join(parts)


def check() -> None:
	"""A table that is added to ERRORS needs a section here."""
	written = {code for _, name in SECTIONS for code in getattr(messages, name)}
	if missing := sorted(set(ERRORS) - written):
		raise SystemExit(f"No section has {', '.join(missing)}. Add the table to SECTIONS.")


def section(heading: str, table: dict[str, Message]) -> str:
	rows = [
		f"| `{code.partition('.')[0]}` | {cell(text)} | {cell(fix)} |"
		for code, (text, fix) in sorted(table.items())
	]
	return "\n".join([f"## {heading}", "", "| Code | Message | What you do |", "|---|---|---|", *rows, ""])


def cell(text: str) -> str:
	return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
	PAGE.write_text(page())
	print(f"{PAGE.relative_to(ROOT)} is written.")
