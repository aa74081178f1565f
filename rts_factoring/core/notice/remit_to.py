"""Where an invoice's own text asks the debtor to pay somebody else than its notice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .notice import Notice, NoticeValues
from .text import parse

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
_NOBODY = frozenset(
	[
		"above",
		"address",
		"at",
		"attention",
		"attn",
		"below",
		"c",
		"company",
		"factor",
		"factoring",
		"following",
		"in",
		"named",
		"notice",
		"o",
		"our",
		"the",
		"this",
	]
)


@dataclass(frozen=True, slots=True)
class RemitConflict:
	"""What an invoice's own text says about paying somebody else; `certain` if it stands under a label that says so."""

	passage: str
	certain: bool


def remit_conflict(text: str, notice: Notice, values: NoticeValues) -> RemitConflict | None:
	"""The passage of an invoice's own text that tells the debtor to pay someone else than the notice.

	A payee ends with its line. Passages without a label count where something like a name follows.
	"""
	own = "\n".join("".join(run.text for run in line) for line in parse(notice.text, values))
	payees = [run.text for line in parse(notice.remit_to, values) for run in line]
	payees += [passage["who"] for passage in _REMIT.finditer(own)]
	allowed = f" {_words(' '.join(payees) or own.replace(values.company, ''))} "
	text = "\n".join(" ".join(line.split()) for line in text.splitlines())
	conflicts = [
		RemitConflict(" ".join(passage[0].split()), bool(passage["label"]))
		for passage in _REMIT.finditer(text)
		if (name := _name(passage["who"])) and f" {name} " not in allowed
		if passage["label"] or not passage["who"][0].islower()
	]
	return max(conflicts, key=lambda conflict: conflict.certain, default=None)


def _name(who: str) -> str:
	"""The two words that tell one payee from another; of a box its number, too. Empty for "our factor, named above"."""
	words = _words(who).split()
	while words and words[0] in _NOBODY:
		del words[0]
	return " ".join(words[: 3 if words[:2] == ["po", "box"] else 2])


def _words(text: str) -> str:
	return re.sub(r"\bp o box\b", "po box", " ".join(re.findall(r"\w+", text.lower())))
