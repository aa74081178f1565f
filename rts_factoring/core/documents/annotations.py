"""What the annotations of a PDF page look like: filled-in fields, signatures, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pypdf.generic import (
	ArrayObject,
	DictionaryObject,
	FloatObject,
	NameObject,
	NullObject,
	StreamObject,
)

from ..errors import DocumentError
from .drawing import IDENTITY, Box, Matrix, bounds, box, entry

MAX_PARENTS = 16  # of a field

_UNSEEN = ("/Link", "/Popup")
_HIDDEN = 2 | 32  # flags: hidden, no view
# Comments that a viewer draws by itself where the file has no picture of them.
_DRAWN = {
	*("/FreeText", "/Ink", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Stamp", "/Caret"),
	*("/Highlight", "/Underline", "/StrikeOut", "/Squiggly"),
}

_LETTERS = re.compile(rb"(?:[)\]>]\s*(?:Tj|TJ|'|\")|\bDo|\bBI|\bsh)(?=\s|$)")
_LINES = re.compile(rb"\s(?:re|l|c)(?=\s|$)")
_FRAME = 20  # lines; a bar code has more


def annotations_of(page: DictionaryObject) -> Iterator[DictionaryObject]:
	"""The page's annotations, without links and pop-ups, which show nothing of their own."""
	for annotation in entry(page, "/Annots") or []:
		annotation = annotation.get_object()
		if isinstance(annotation, DictionaryObject) and annotation.get("/Subtype") not in _UNSEEN:
			yield annotation


def appearances(page: DictionaryObject, name: str) -> list[tuple[Matrix, StreamObject]]:
	"""The pictures of the visible annotations as form XObjects, each with the matrix that puts it in its place.

	Raises DocumentError `no_appearance` for one that a viewer draws and that has no picture here.
	"""
	looks = []
	for annotation in annotations_of(page):
		if int(entry(annotation, "/F") or 0) & _HIDDEN:
			continue
		if _would_be_lost(annotation):
			raise DocumentError("no_appearance", where=name)
		look = _appearance(annotation)
		if look is None:
			continue
		rectangle = _rectangle(annotation)
		if rectangle is None:
			continue  # it has no place, and viewers do not show it
		if "/BBox" not in look:
			x0, y0, x1, y1 = rectangle
			look[NameObject("/BBox")] = ArrayObject(map(FloatObject, (0, 0, x1 - x0, y1 - y0)))
		if "/OC" in annotation and "/OC" not in look:
			look[NameObject("/OC")] = annotation.raw_get("/OC")  # the layer that it is seen with
		place = _place(rectangle, look)
		if place is not None:
			look[NameObject("/Type")], look[NameObject("/Subtype")] = (
				NameObject("/XObject"),
				NameObject("/Form"),
			)
			looks.append((place, look))
	return looks


def _rectangle(annotation: DictionaryObject) -> Box | None:
	"""Its place on the page; None where the file states none."""
	corners = entry(annotation, "/Rect")
	return None if corners is None or isinstance(corners, NullObject) else box(corners)


def _looks(annotation: DictionaryObject) -> Any:
	"""Its normal appearance: a picture, or pictures by its state; None where it has none."""
	looks = entry(annotation, "/AP")
	look = entry(looks, "/N") if isinstance(looks, DictionaryObject) else None
	return look if isinstance(look, DictionaryObject) else None


def _appearance(annotation: DictionaryObject) -> StreamObject | None:
	look = _looks(annotation)
	if look is not None and not isinstance(look, StreamObject):
		state = annotation.get("/AS") or _of_field(annotation, "/V")
		look = entry(look, state) if isinstance(state, NameObject) else None
	return look if isinstance(look, StreamObject) else None


def _place(rectangle: tuple[float, float, float, float], look: StreamObject) -> Matrix | None:
	"""The matrix that fits a picture into its annotation's rectangle; None for a picture without area."""
	a, b, c, d, e, f = (float(n) for n in entry(look, "/Matrix") or IDENTITY)
	left, low, right, high = bounds(box(look["/BBox"]), (a, b, c, d, e, f))
	if right <= left or high <= low:
		return None
	x0, y0, x1, y1 = rectangle
	across, up = (x1 - x0) / (right - left), (y1 - y0) / (high - low)
	return (across, 0.0, 0.0, up, x0 - left * across, y0 - low * up)


def _would_be_lost(annotation: DictionaryObject) -> bool:
	"""True for what viewers draw from its value or its text alone."""
	rectangle = _rectangle(annotation)
	if rectangle is None or rectangle[2] <= rectangle[0] or rectangle[3] <= rectangle[1]:
		return False
	kind, look = annotation.get("/Subtype"), _looks(annotation)
	if look is not None:  # one of states may be missing: that of a box that is not ticked, say
		return isinstance(look, StreamObject) and kind == "/Widget" and _lacks_its_text(annotation, look)
	if kind == "/Widget":
		empty = _of_field(annotation, "/V") in (None, "", "/Off", [])
		return _of_field(annotation, "/FT") != "/Sig" and not empty
	if kind == "/FreeText":
		return bool(str(annotation.get("/Contents", "")).strip())
	return kind in _DRAWN


def _lacks_its_text(annotation: DictionaryObject, look: StreamObject) -> bool:
	"""Whether a field has a text or a choice as its value, and a picture without it."""
	if _of_field(annotation, "/FT") not in ("/Tx", "/Ch"):
		return False
	value = _of_field(annotation, "/V")
	if isinstance(value, StreamObject):
		value = value.get_data().decode("latin-1")
	stated = "".join(map(str, value)) if isinstance(value, ArrayObject) else str(value or "")
	return bool(stated.strip()) and is_empty_look(look.get_data())


def is_empty_look(commands: bytes) -> bool:
	"""Whether what draws a field draws no letter and no picture: a frame at most."""
	return not _LETTERS.search(commands) and len(_LINES.findall(commands)) < _FRAME


def is_without_look(annotation: DictionaryObject) -> bool:
	"""A visible form field with a value, or a comment, and no picture of it."""
	hidden = int(entry(annotation, "/F") or 0) & _HIDDEN
	return not hidden and _would_be_lost(annotation)


def is_text(annotation: DictionaryObject) -> bool:
	"""A remark typed onto the page, of which PDFium draws the frame alone."""
	return annotation.get("/Subtype") == "/FreeText"


def _of_field(annotation: DictionaryObject, key: str) -> Any:
	"""A field's entry, its parents' where it has none of its own."""
	for _ in range(MAX_PARENTS):
		if key in annotation:
			value = entry(annotation, key)
			return None if isinstance(value, NullObject) else value
		if "/Parent" not in annotation:
			break
		annotation = entry(annotation, "/Parent")
	return None
