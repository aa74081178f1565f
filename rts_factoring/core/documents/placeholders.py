"""PDFs whose pages are no proof of anything: a form that Adobe Reader would draw, and the cover of a portfolio of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from ..errors import DocumentError
from .annotations import annotations_of
from .drawing import entry
from .formats import PDF, file_format
from .pdf import reading

MAX_FILES = 200  # of a portfolio
MAX_DEPTH = 3  # portfolios within portfolios
MAX_LEVELS = 20  # of the tree of the files' names
_WAIT = re.compile("if this message is not eventually replaced by the proper contents", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Embedded:
	"""A file inside a PDF."""

	name: str
	content: bytes


def is_picture(content: bytes) -> bool:
	return file_format(content) not in ("", PDF)


def can_be_pages(content: bytes) -> bool:
	"""Whether a file inside a portfolio is a PDF or a picture, by its first bytes."""
	return bool(file_format(content))


def is_waiting_form(reader: PdfReader, text: str) -> bool:
	"""Whether the PDF is a dynamic XFA form, whose only page asks to wait. `text` is that of its first page."""
	if _WAIT.search(" ".join(text.split())):
		return True
	root: Any = reader.trailer["/Root"]
	form = entry(root, "/AcroForm")
	dynamic = isinstance(form, DictionaryObject) and "/XFA" in form
	if not dynamic or len(reader.pages) != 1:
		return False
	needs_rendering = getattr(entry(root, "/NeedsRendering"), "value", False)
	is_field = (annotation.get("/Subtype") == "/Widget" for annotation in annotations_of(reader.pages[0]))
	# In every language it names the program that can show the form.
	return bool(needs_rendering) or ("adobe reader" in text.casefold() and not any(is_field))


def documents_inside(reader: PdfReader, name: str, depth: int) -> list[Embedded]:
	"""The PDFs and pictures of a portfolio, which stand in the packet in place of its cover; none of any other PDF. `depth` counts the
	portfolios it is in. Raises DocumentError for one with too many files, or in too many others: the packet would lose some."""
	with reading(name):
		inside = [file for file in portfolio(reader) or () if can_be_pages(file.content)]
	if len(inside) > MAX_FILES:
		raise DocumentError("too_complex.files", where=name, most=MAX_FILES)
	if inside and depth >= MAX_DEPTH:
		raise DocumentError("too_complex.nested", where=name, most=MAX_DEPTH)
	return inside


def portfolio(reader: PdfReader) -> list[Embedded] | None:
	"""The files of a PDF portfolio in the order of their names; None for a PDF that is none."""
	root: Any = reader.trailer["/Root"]
	if not isinstance(entry(root, "/Collection"), DictionaryObject):
		return None
	names = entry(root, "/Names")
	tree = entry(names, "/EmbeddedFiles") if isinstance(names, DictionaryObject) else None
	return list(islice(_files(tree, 0, set()), MAX_FILES + 1))  # one more says that there are too many


def _files(node: Any, level: int, visited: set[int]) -> Iterator[Embedded]:
	if not isinstance(node, DictionaryObject) or level > MAX_LEVELS or id(node) in visited:
		return
	visited.add(id(node))
	pairs = entry(node, "/Names")
	if isinstance(pairs, ArrayObject):
		for name, item in zip(pairs[::2], pairs[1::2], strict=False):
			yield from _file(str(name), item.get_object())
	kids = entry(node, "/Kids")
	if isinstance(kids, ArrayObject):
		for kid in kids:
			yield from _files(kid.get_object(), level + 1, visited)


def _file(name: str, item: Any) -> Iterator[Embedded]:
	streams = entry(item, "/EF") if isinstance(item, DictionaryObject) else None
	if not isinstance(streams, DictionaryObject):
		return
	for key in ("/UF", "/F"):
		content = entry(streams, key)
		if isinstance(content, StreamObject):
			yield Embedded(str(entry(item, "/UF") or entry(item, "/F") or name), content.get_data())
			return
