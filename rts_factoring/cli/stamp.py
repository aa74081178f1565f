"""`rts-factoring stamp`: a notice of assignment on the first page of a PDF, or on a page of its own if there is no room."""

from __future__ import annotations

from pathlib import Path

from rts_factoring.core.errors import NoticeError
from rts_factoring.core.notice.notice import PLACEHOLDERS, Notice, NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from rts_factoring.core.notice.text import parse

from .output import write_whole

OPTIONS = {
	"company": "--company",
	"client_number": "--client-number",
	"customer": "--customer",
	"invoice": "--invoice",
}


def add_arguments(parser) -> None:
	parser.add_argument("source", metavar="IN.pdf", type=Path)
	parser.add_argument("target", metavar="OUT.pdf", type=Path)
	names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
	parser.add_argument(
		"--notice", required=True, metavar="FILE", type=Path, help=f"the factor's text; may use {names}"
	)
	parser.add_argument("--company", default="", metavar="NAME", help="who sells the invoice")
	parser.add_argument(
		"--client-number", default="", metavar="NUMBER", help="the seller's number at the factor"
	)
	parser.add_argument("--customer", default="", metavar="NAME", help="who has to pay")
	parser.add_argument("--invoice", default="", metavar="NUMBER", help="the invoice number")
	parser.add_argument("--remit-to", default="", metavar="TEXT", help=r"where to pay; \n begins a new line")
	parser.set_defaults(usage_error=parser.error)


def run(args) -> int:
	text = _text(args.notice)
	remit_to = args.remit_to.replace("\\n", "\n")
	given = {name: getattr(args, name).strip() for name in PLACEHOLDERS}
	missing = [OPTIONS[name] for name in _used(text, remit_to) if not given[name]]
	if missing:
		args.usage_error(f"the notice needs {' and '.join(missing)}")
	values = NoticeValues(given["company"], given["client_number"], given["customer"], given["invoice"])
	notice = Notice(company=given["company"], text=text, remit_to=remit_to)
	write_whole(args.target, stamp_pdf(args.source.read_bytes(), notice, values, args.source.name))
	print(f"{args.target}: stamped")
	return 0


def _text(path: Path) -> str:
	try:
		return path.read_bytes().decode("utf-8-sig")
	except UnicodeDecodeError as error:
		raise NoticeError("notice_not_text", where=str(path)) from error


def _used(*texts: str) -> list[str]:
	"""The placeholders used in the texts, in the order of PLACEHOLDERS."""
	marks = {name: f"\ue000{name}\ue001" for name in PLACEHOLDERS}
	values = NoticeValues(marks["company"], marks["client_number"], marks["customer"], marks["invoice"])
	shown = "".join(run.text for text in texts for line in parse(text, values) for run in line)
	return [name for name, mark in marks.items() if mark in shown]
