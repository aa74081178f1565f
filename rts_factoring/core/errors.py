"""Errors an accountant can act on: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .messages import DETAILS, ERRORS

LONGEST = 140  # characters of a name or value that an error repeats


def short(text: str) -> str:
	"""The text, or its beginning when it is too long to be repeated to a person."""
	return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


class Text(str):
	"""The English text of a template and its values, which can be said in another language.

	>>> Text("{kind} is missing.", {"kind": "POD"})
	'POD is missing.'

	Values that are texts themselves are said in the other language too.
	"""

	template: str
	values: dict[str, object]

	def __new__(cls, template: str, values: Mapping[str, object] | None = None) -> Text:
		made = super().__new__(cls, template.format(**(values or {})))
		made.template, made.values = template, dict(values or {})
		return made


def detail(key: str, /, **values: object) -> Text:
	"""A part of a sentence, from the table of details."""
	return Text(DETAILS[key], values)


def joined(texts: Iterable[str]) -> Text:
	"""Several texts, one after another, as one text."""
	values = {f"text{number}": text for number, text in enumerate(texts)}
	return Text(" ".join(f"{{{name}}}" for name in values), values)


class FactoringError(Exception):
	"""Base of every error the core raises on purpose: `FileRefused("wrong_client", where=name, client="104233")`.

	`code` is stable and machine-readable (shown by `rts-factoring --json`); `message` says what is wrong and `hint` what to
	do, both from the table of messages; `where` names file, row or field when there is one. `key` and `values` are what
	it was raised with.
	"""

	def __init__(self, key: str, where: str = "", **values: object):
		text, fix = ERRORS[key]
		self.message, self.hint = Text(text, values), Text(fix, values)
		super().__init__(self.message)
		self.key, self.values = key, values
		self.code = key.partition(".")[0]
		self.where = short(where)

	def __str__(self) -> str:
		text = f"{self.where}: {self.message}" if self.where else self.message
		return f"{text} {self.hint}".strip()

	def as_dict(self) -> dict[str, str]:
		return {"code": self.code, "message": self.message, "hint": self.hint, "where": self.where}


def one_sentence(error: FactoringError) -> Text:
	"""Where, what is wrong and what to do, in a text that can be said in another language."""
	return Text(
		"{where}: {message} {hint}", {"where": error.where, "message": error.message, "hint": error.hint}
	)


class FileRefused(FactoringError):
	"""A report file that cannot be read, or is not what the user said it is. Nothing was written."""


class LayoutError(FactoringError):
	"""A report or schedule layout that contradicts itself."""


class DocumentError(FactoringError):
	"""A document of one invoice that cannot go into its packet; other invoices are not affected."""


class DocumentsRefused(DocumentError):
	"""Several documents of one invoice that cannot go into its packet, each with its own error in `errors`."""

	def __init__(self, errors: Sequence[DocumentError]):
		super().__init__("documents_refused", count=len(errors), problems=joined(map(one_sentence, errors)))
		self.errors = tuple(errors)


def combined(errors: Sequence[DocumentError]) -> DocumentError:
	"""The error, or one that says all of them."""
	return errors[0] if len(errors) == 1 else DocumentsRefused(errors)


class NoticeError(FactoringError):
	"""A notice is due and cannot be made."""


class DeliveryError(FactoringError):
	"""A file could not be delivered; `retry` says whether trying again later can help."""

	def __init__(self, key: str, where: str = "", retry: bool = False, **values: object):
		super().__init__(key, where, **values)
		self.retry = retry


class PostingError(FactoringError):
	"""Legs that do not balance, or an event without a posting rule."""
