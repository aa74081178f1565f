"""What the annotations of a PDF page look like: filled-in fields, signatures, comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pypdf.generic import DictionaryObject, NameObject, NullObject, StreamObject

from ..errors import DocumentError
from .drawing import IDENTITY, Matrix, bounds, box, entry

MAX_PARENTS = 16  # of a field

_UNSEEN = ("/Link", "/Popup")
_HIDDEN = 2 | 32  # flags: hidden, no view
# Comments that a viewer draws by itself where the file has no picture of them.
_DRAWN = {
	*("/FreeText", "/Ink", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Stamp", "/Caret"),
	*("/Highlight", "/Underline", "/StrikeOut", "/Squiggly"),
}


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
		look = _appearance(annotation)
		if look is None or "/BBox" not in look:
			if _would_be_lost(annotation):
				raise DocumentError("no_appearance", where=name)
			continue
		if "/Rect" not in annotation:
			continue  # it has no place, and viewers do not show it
		place = _place(box(annotation["/Rect"]), look)
		if place is not None:
			look[NameObject("/Type")], look[NameObject("/Subtype")] = (
				NameObject("/XObject"),
				NameObject("/Form"),
			)
			looks.append((place, look))
	return looks


def _appearance(annotation: DictionaryObject) -> StreamObject | None:
	looks = entry(annotation, "/AP")
	look = entry(looks, "/N") if looks is not None else None
	if isinstance(look, DictionaryObject) and not isinstance(look, StreamObject):
		look = entry(look, annotation.get("/AS", "/Off"))
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
	looks = entry(annotation, "/AP")
	if looks is not None and "/N" in looks:
		return False  # a box that is not ticked, say
	x0, y0, x1, y1 = box(entry(annotation, "/Rect") or (0, 0, 0, 0))
	if x1 <= x0 or y1 <= y0:
		return False
	kind = annotation.get("/Subtype")
	if kind == "/Widget":
		empty = _of_field(annotation, "/V") in (None, "", "/Off", [])
		return _of_field(annotation, "/FT") != "/Sig" and not empty
	if kind == "/FreeText":
		return bool(str(annotation.get("/Contents", "")).strip())
	return kind in _DRAWN


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
