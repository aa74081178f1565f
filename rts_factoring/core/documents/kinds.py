"""Kinds of documents, and which of them a file name says. The words stand in tables; a person can always choose another kind."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum


class DocumentKind(str, Enum):
	RATE_CONFIRMATION = "Rate Confirmation"
	BOL = "Bill of Lading"
	POD = "Proof of Delivery"
	LUMPER_RECEIPT = "Lumper Receipt"
	SCALE_TICKET = "Scale Ticket"
	OTHER = "Other"


# A name is read as lower-case words; each number in it is one "#".
_BOL = (
	r"bols?(?! com\b)",
	r"b ?/ ?l",
	r"bl(?= #|$)",
	r"bill ?(of ?)?lading",
	r"lading",
	r"way ?bill",
	r"cartas? ?portes?",
	r"conocimientos? de embarque",
)
_RATE = (
	r"rate ?cons?",
	r"rate ?conf\w*",
	r"rate ?(agreement|sheet|contract)",
	r"(load|carrier|order|truck|freight|dispatch|booking) ?conf(irm\w*)?",
	r"(load|freight|shipment|truck|edi) tender",
	r"rc(?= #|$)",
	r"confirmacion de (tarifa|carga|flete|viaje|servicio)",
)
_LUMPER = (
	r"lumpers? ?(service |labor )?(receipt|rcpt|ticket|fee|invoice|charge|bill|slip)s?",
	r"unload(ing)? ?(service )?(receipt|rcpt|ticket|fee|invoice|charge|bill|slip)s?",
	r"lumpers?",
	r"(recibo|comprobante|ticket) de (descarga|maniobras|lumper)",
)
_SCALE = (
	r"cat ?scales?",
	r"scales? ?(house )?(ticket|tkt|slip|receipt|rcpt|weight)s?",
	r"weigh(t|ing)? ?(ticket|tkt|slip|bill|receipt|rcpt)s?",
	r"(ticket|boleta|recibo|comprobante) de (bascula|pesaje|peso)",
)
_POD = (
	r"(?<!air )(?<!tide )(?<!coffee )pods?",
	r"proof ?(of ?)?deliver\w*",
	r"deliver(y|ed) ?(receipt|rcpt|proof|ticket|confirm\w*|slip|note)s?",
	r"(signed|stamped) ?(delivery|paperwork)",
	rf"(?<!not )(?<!to be )(signed|stamped) ?({'|'.join(_BOL)})",
	r"confirmation of delivery",
	r"(prueba|comprobante|evidencia|acuse|confirmacion|nota) de entrega",
	r"entrega firmada",
)
_SIGNED = (
	r"(?<!not )(?<!to be )\b(signed|stamped|delivered|firmad[oa]s?|sellad[oa]s?)\b(?! ?(rate|rc|load conf))"
)

# Words that say a kind only where nothing but neutral words stands beside them.
_ALONE = {
	"rate": DocumentKind.RATE_CONFIRMATION,
	"rates": DocumentKind.RATE_CONFIRMATION,
	"tender": DocumentKind.RATE_CONFIRMATION,
	"tarifa": DocumentKind.RATE_CONFIRMATION,
	"unloading": DocumentKind.LUMPER_RECEIPT,
	"maniobras": DocumentKind.LUMPER_RECEIPT,
	"scale": DocumentKind.SCALE_TICKET,
	"scales": DocumentKind.SCALE_TICKET,
	"weight": DocumentKind.SCALE_TICKET,
	"bascula": DocumentKind.SCALE_TICKET,
}
_NEUTRAL = frozenset(("#", "a", "and", "for", "of", "the"))
_NEUTRAL |= {
	"copy",
	"copia",
	"doc",
	"document",
	"final",
	"new",
	"page",
	"pages",
	"pdf",
	"scan",
	"scanned",
	"signed",
}
_NEUTRAL |= {"img", "image", "photo", "pic", "picture"}
_NEUTRAL |= {"inv", "invoice", "ld", "load", "no", "number", "po", "pro", "ref", "trip"}
# "Lumper & Sons", "Pod Foods", "Waybill Logistics LLC": the word before these belongs to a name.
_COMPANY = (
	r"(?! (?:(?:and )?(?:sons?|bros|brothers|company|associates)|inc|llc|ltd|co|corp|logistics|transport\w*|trucking"
	r"|freight|foods?|farms?|broker\w*|carriers?|express|group|supply|brewing|industries|partners|enterprises"
	r"|solutions|systems)\b)"
)

# In this order: what also proves delivery counts as proof of delivery, and a lumper receipt may name the BOL.
_KINDS = (
	(DocumentKind.POD, _POD),
	(DocumentKind.LUMPER_RECEIPT, _LUMPER),
	(DocumentKind.SCALE_TICKET, _SCALE),
	(DocumentKind.RATE_CONFIRMATION, _RATE),
	(DocumentKind.BOL, _BOL),
)
_PATTERNS = tuple(
	(kind, re.compile(rf"(?<![a-z/])(?:{'|'.join(phrases)})(?![a-z/]){_COMPANY}")) for kind, phrases in _KINDS
)
_IS_SIGNED = re.compile(_SIGNED)

_ENDING = re.compile(r"(\.[A-Za-z0-9]{2,4})+$")
_INITIALS = re.compile(r"(?<![A-Za-z0-9])([Pp])[. _-]?([Oo])[. _-]?([Dd])(?![A-Za-z0-9])")
_BOL_INITIALS = re.compile(r"(?<![A-Za-z0-9])([Bb])[. _-]?([Oo])[. _-]?([Ll])(?![A-Za-z0-9])")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")


def guess_kind(file_name: str) -> DocumentKind:
	"""What a document is by its file name, as drivers and brokers name them; OTHER if nothing is known in it.

	A signed bill of lading is a proof of delivery, and so is whatever is a proof of delivery among other things. A
	word that is part of a company's name says nothing.
	"""
	words = _words(file_name)
	for kind, pattern in _PATTERNS:
		if pattern.search(words):
			signed = kind is DocumentKind.BOL and _IS_SIGNED.search(words)
			return DocumentKind.POD if signed else kind
	kinds = [_ALONE.get(word) for word in words.split() if word not in _NEUTRAL]
	return kinds[0] if len(kinds) == 1 and kinds[0] else DocumentKind.OTHER


def _words(file_name: str) -> str:
	"""The name as words without accents, in lower case: `RateCon_TQL-4711 (1).pdf` is `rate con tql # #`."""
	folded = unicodedata.normalize("NFKD", file_name.replace("&", " and "))
	stem = _ENDING.sub("", "".join(letter for letter in folded if not unicodedata.combining(letter)))
	stem = _INITIALS.sub(r" \1\2\3 ", stem + " ")
	stem = _BOL_INITIALS.sub(r" \1\2\3 ", stem)
	spaced = re.sub(r"\d+", " # ", _HUMPS.sub(" ", stem))
	return " ".join(re.sub(r"[^A-Za-z/#]+", " ", spaced).lower().split())
