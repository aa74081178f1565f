"""The Notice of Assignment: when it is due on an invoice, which one, and how it reads as HTML.

`stamp.py` puts the same notice onto a PDF. The text is the factor's, pasted by the user: four placeholders and a
few harmless tags mean something in it, everything else (template code too) is shown as it was typed.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..errors import NoticeError
from ..model import InvoiceStanding, InvoiceState

PLACEHOLDERS = ("company", "client_number", "customer", "invoice")
MAX_TEXT = 10_000  # characters; a notice is a few sentences
MARKER = "data-rts-notice"  # on the outermost element of the stamp
ENGLISH = "en"

TEMPLATE_TEXT = """\
<b>[Heading of the notice, as your factor gave it]</b>
[Paste here the legend that your factor approved for your invoices.]
[It may name the invoice {invoice}, the customer {customer}, your company {company}
and your client number {client_number} with the factor.]"""

# Template code is matched first, so that it stays whole and stays text.
_TOKENS = re.compile(
	r"""(?P<code>\{\{.*?\}\}|\{%.*?%\}|\{\#.*?\#\})
	|(?<!\{)\{\s*(?P<name>[^\W\d][^{}\n]*?)\s*\}(?!\})
	|<(?P<close>/?)(?P<tag>b|i|u|strong|em|br|p)(?=[\s/>])[^<>]*>
	|(?P<newline>\r\n|\r|\n)""",
	re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ONE_BREAK = re.compile(r"[ \t]*(?:\r\n|\r|\n)?")
_WHITE = re.compile(r"\s*")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
# Control characters, and those that turn the reading direction and so could show a text backwards.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_STYLES = {"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u"}


@dataclass(frozen=True, slots=True)
class Notice:
	"""One approved version of a company's notice. `name` is the version's identity and is what gets frozen."""

	company: str
	text: str
	remit_to: str = ""
	language: str = ENGLISH
	valid_from: date | None = None
	name: str = ""
	approved_on: date | None = None
	remit_label: str = "Remit to"


@dataclass(frozen=True, slots=True)
class NoticeValues:
	"""What the placeholders stand for on one invoice."""

	company: str = ""
	client_number: str = ""
	customer: str = ""
	invoice_no: str = ""

	def value(self, placeholder: str) -> str:
		return self.invoice_no if placeholder == "invoice" else getattr(self, placeholder)


@dataclass(frozen=True, slots=True)
class Run:
	"""A piece of text in one style; `styles` is a sorted subset of "biu"."""

	text: str
	styles: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class NoticeCase:
	"""What the rule of the stamp looks at. `frozen` is the version the invoice's packet was made with.

	`before_first` says that the invoice is older than every notice of its company, and was not sold.
	"""

	company_factored: bool
	customer_factored: bool
	invoice_factored: bool
	state: InvoiceState = InvoiceState.NOT_READY
	standing: InvoiceStanding = InvoiceStanding.OPEN
	in_force: Notice | None = None
	frozen: Notice | None = None
	before_first: bool = False


@dataclass(frozen=True, slots=True)
class NoticeDecision:
	"""`due` says whether the stamp belongs on the invoice. Due without a notice means: do not print; see `problem`."""

	due: bool
	reason: str
	notice: Notice | None = None
	problem: NoticeError | None = None


def is_due(case: NoticeCase) -> NoticeDecision:
	"""The stamp stands on invoices of a factored company, customer and invoice until they are ours again."""
	if not case.company_factored:
		return NoticeDecision(False, "company_not_factored")
	if not case.customer_factored:
		return NoticeDecision(False, "customer_not_factored")
	if not case.invoice_factored:
		return NoticeDecision(False, "invoice_not_factored")
	if case.standing in (InvoiceStanding.RETURNED, InvoiceStanding.CANCELLED):
		return NoticeDecision(False, case.standing.value)
	if case.state is InvoiceState.DENIED:
		return NoticeDecision(False, "denied")
	if case.state is InvoiceState.CHARGED_BACK:
		return NoticeDecision(False, "bought_back")
	notice = case.frozen or case.in_force
	if notice is None and case.before_first:
		return NoticeDecision(False, "before_first_notice")
	if notice is None:
		return NoticeDecision(True, "notice_missing", problem=NoticeError("notice_missing"))
	return NoticeDecision(True, "factored", notice=notice)


def in_force(notices: Iterable[Notice], company: str, language: str, on: date) -> Notice | None:
	"""The company's notice for a print in `language` on a day.

	The youngest valid version in that language, else in its base language (es for es-MX), else in English,
	else in any language the company has: a notice in another language is better than none.
	"""
	candidates = [n for n in notices if n.company == company and (n.valid_from is None or n.valid_from <= on)]
	wanted = _language(language)

	def rank(notice: Notice) -> tuple[bool, bool, bool, date, str]:
		has = _language(notice.language)
		closeness = (has == wanted, has == wanted.split("-")[0], has == ENGLISH)
		return (*closeness, notice.valid_from or date.min, notice.name)

	return max(candidates, key=rank, default=None)


def validate(notice: Notice) -> None:
	"""Raise NoticeError for an empty or endless text and for a placeholder that means nothing."""
	if not _UNSEEN.sub("", notice.text).strip():
		raise NoticeError("notice_empty")
	if (length := len(notice.text) + len(notice.remit_to)) > MAX_TEXT:
		raise NoticeError("notice_too_long.characters", count=f"{length:,}", most=f"{MAX_TEXT:,}")
	facts = NoticeValues("x", "x", "x", "x")
	lines = [*parse(notice.text, facts), *parse(notice.remit_to, facts)]
	if not any(run.text.strip() for line in lines for run in line):
		raise NoticeError("notice_empty")


def unfinished(text: str) -> bool:
	"""True while the text still carries a bracketed part of the template."""
	return any(part in text for part in re.findall(r"\[[^\]]*\]", TEMPLATE_TEXT))


def parse(text: str, facts: NoticeValues) -> list[Line]:
	"""The text as lines of styled runs, placeholders filled in; an empty line is a paragraph's end.

	Facts are put in as plain text after parsing: a customer named `<b>{invoice}` reads just so.
	"""
	lines: list[list[Run]] = [[]]
	open_styles = {"b": 0, "i": 0, "u": 0}

	def put(piece: str) -> None:
		piece = _UNSEEN.sub("", piece)
		if piece:
			styles = "".join(style for style, depth in open_styles.items() if depth)
			lines[-1].append(Run(piece, styles))

	def paragraph() -> None:
		if lines[-1]:
			lines.extend(([], []))
		elif len(lines) == 1 or lines[-2]:
			lines.append([])

	position = 0
	text = text.strip()
	while token := _TOKENS.search(text, position):
		put(_plain(text[position : token.start()]))
		position = token.end()
		if token["newline"]:
			lines.append([])
		elif token["tag"]:
			tag = token["tag"].lower()
			if tag == "br":
				# Pasted HTML has a line end after <br>, too: that is one break, not two.
				lines.append([])
				position = _after(_ONE_BREAK, text, position)
			elif tag == "p":
				paragraph()
				position = _after(_WHITE, text, position)
			else:
				style = _STYLES[tag]
				open_styles[style] = max(0, open_styles[style] + (-1 if token["close"] else 1))
		elif token["name"]:
			name = token["name"].lower()
			if name not in PLACEHOLDERS:
				known = ", ".join(f"{{{p}}}" for p in PLACEHOLDERS)
				raise NoticeError("unknown_placeholder", name=token["name"], known=known)
			put(facts.value(name))
		else:
			put(_plain(token["code"]))
	put(_plain(text[position:]))
	return _tidy(lines)


def blocks(text: str, facts: NoticeValues) -> list[list[Line]]:
	"""The lines of `parse` grouped into paragraphs, without the empty lines between them."""
	groups: list[list[Line]] = [[]]
	for line in parse(text, facts):
		if line:
			groups[-1].append(line)
		elif groups[-1]:
			groups.append([])
	return [group for group in groups if group]


def render_html(notice: Notice, facts: NoticeValues) -> str:
	"""The stamp as one self-contained element: inline styles, black on white, nothing to load or to run."""
	parts = [_html_block(block) for block in blocks(notice.text, facts)]
	remit = blocks(notice.remit_to, facts)
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
	return f'<div {MARKER}="{_escape(digest(notice, facts))}" style="{style}">{"".join(parts)}</div>'


def prepend_once(body: str, stamp: str) -> str:
	"""`body` with the stamp before it. A body that already carries this very stamp stays as it is.

	The mark is compared with its digest, so a stray attribute in somebody's remarks does not keep the notice off.
	"""
	mark = re.match(rf'<div {MARKER}="[0-9a-f]+"', stamp)
	return body if mark and mark[0] in body else stamp + body


def digest(notice: Notice, facts: NoticeValues) -> str:
	"""Identifies one stamp: the version, its texts and the facts it was filled with."""
	parts = (notice.name, notice.text, notice.remit_to, notice.remit_label)
	facts_ = (facts.company, facts.client_number, facts.customer, facts.invoice_no)
	return hashlib.sha256("\x1f".join((*parts, *facts_)).encode()).hexdigest()[:24]


# Who is to be paid: under a label that means nothing else, and in words that may speak of something else (a driver's pay).
_REMIT = re.compile(
	r"""\b(?:
	(?P<label>remit(?:tance)?s?[\s-]+(?:all\s+)?(?:payments?\s+)?to(?:\s+address)?|remit(?:tance)?\s+address(?=\s*:)
	|(?:checks?|cheques?)\s+payable\s+to
	|(?:send|mail|make|issue)\s+(?:all\s+|your\s+)?(?:payments?|checks?|cheques?)\s+(?:payable\s+)?to
	|wire\s+(?:transfers?\s+|payments?\s+|funds\s+)?to(?=\s*:))
	|payable\s+(?:only\s+|solely\s+)?to|pay\s+to(?:\s+the\s+order\s+of)?|payments?\s+to(?=\s*:)
	)[\s:|–-]*(?P<who>(?:[^.;\n]|\.(?=\S)|(?<=\b\w)\.){2,120})""",
	re.VERBOSE | re.IGNORECASE,
)
# Words before a name, or instead of one, that name nobody.
_NOBODY = {
	"c",
	"o",
	"attn",
	"attention",
	"our",
	"the",
	"factor",
	"factoring",
	"company",
	"address",
	"at",
	"in",
}
_NOBODY |= {"above", "below", "following", "named", "notice", "this"}


@dataclass(frozen=True, slots=True)
class RemitConflict:
	"""What an invoice's own text says about paying somebody else; `certain` if it stands under a label that says so."""

	passage: str
	certain: bool


def remit_conflict(text: str, notice: Notice, facts: NoticeValues) -> RemitConflict | None:
	"""The passage of an invoice's own text that tells the debtor to pay someone else than the notice.

	A payee ends with its line. Passages without a label count where something like a name follows.
	"""
	own = "\n".join("".join(run.text for run in line) for line in parse(notice.text, facts))
	payees = [run.text for line in parse(notice.remit_to, facts) for run in line]
	payees += [passage["who"] for passage in _REMIT.finditer(own)]
	allowed = f" {_words(' '.join(payees) or own.replace(facts.company, ''))} "
	text = "\n".join(" ".join(line.split()) for line in text.splitlines())
	found = [
		RemitConflict(" ".join(passage[0].split()), bool(passage["label"]))
		for passage in _REMIT.finditer(text)
		if (name := _name(passage["who"])) and f" {name} " not in allowed
		if passage["label"] or not passage["who"][0].islower()
	]
	return max(found, key=lambda conflict: conflict.certain, default=None)


def _name(who: str) -> str:
	"""The two words that tell one payee from another; of a box its number, too. Empty for "our factor, named above"."""
	words = _words(who).split()
	while words and words[0] in _NOBODY:
		del words[0]
	return " ".join(words[: 3 if words[:2] == ["po", "box"] else 2])


def _words(text: str) -> str:
	return re.sub(r"\bp o box\b", "po box", " ".join(re.findall(r"\w+", text.lower())))


def _language(code: str) -> str:
	return (code or ENGLISH).replace("_", "-").lower()


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
	"""Where the match that begins at `position` ends; `position` itself when there is none."""
	match = pattern.match(text, position)
	return match.end() if match else position


def _plain(text: str) -> str:
	"""Entities as the characters they stand for (a sanitiser may have put them in); line ends become spaces."""
	text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
	return re.sub(r"[\r\n]+", " ", text).replace("\t", "    ")


def _tidy(lines: list[list[Run]]) -> list[Line]:
	"""No blank lines at the ends, at most one between paragraphs."""
	tidy: list[Line] = []
	for line in lines:
		blank = not any(run.text.strip() for run in line)
		if blank and (not tidy or not tidy[-1]):
			continue
		tidy.append(() if blank else tuple(line))
	while tidy and not tidy[-1]:
		tidy.pop()
	return tidy


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
