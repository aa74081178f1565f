"""The small parts that drawing onto a PDF page needs: matrices and boxes, streams, and forms painted on top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
	ArrayObject,
	DecodedStreamObject,
	DictionaryObject,
	NameObject,
	NullObject,
	PdfObject,
	StreamObject,
)

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # x0, y0, x1, y1
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def entry(item: DictionaryObject, key: str) -> Any:
	"""The object behind a dictionary's entry; None where there is none, or where it names an object that is missing."""
	value = item.get(key)
	return None if value is None else value.get_object()


def stream(content: bytes, **entries: PdfObject) -> StreamObject:
	made = DecodedStreamObject()
	made.set_data(content)
	for key, value in entries.items():
		made[NameObject(f"/{key}")] = value
	return made


def numbers(values: Iterable[float]) -> str:
	return " ".join(f"{value:.4f}".rstrip("0").rstrip(".") for value in values)


def paint(writer: PdfWriter, page: DictionaryObject, forms: Iterable[tuple[str, Matrix]]) -> None:
	"""Draw form XObjects of the page's resources on top of it, each under its matrix."""
	commands = "".join(f"q {numbers(matrix)} cm {form} Do Q\n" for form, matrix in forms)
	contents = entry(page, "/Contents")
	parts: list[PdfObject] = []
	if isinstance(contents, ArrayObject):
		parts = list(contents)
	elif contents is not None and not isinstance(contents, NullObject):
		parts = [page.raw_get("/Contents")]
	before, after = stream(b"q\n"), stream(b"\nQ\n" + commands.encode())
	page[NameObject("/Contents")] = ArrayObject(
		[writer._add_object(before), *parts, writer._add_object(after)]
	)


def add_xobjects(page: DictionaryObject, xobjects: Mapping[str, PdfObject]) -> None:
	"""Put XObjects into the page's own resources, beside those that are there."""
	resources = DictionaryObject(entry(page, "/Resources") or {})
	present = DictionaryObject(entry(resources, "/XObject") or {})
	for name, xobject in xobjects.items():
		present[NameObject(name)] = xobject
	resources[NameObject("/XObject")] = present
	page[NameObject("/Resources")] = resources


def multiply(first: Matrix, second: Matrix) -> Matrix:
	"""`first`, then `second` (row vectors, as in PDF)."""
	a, b, c, d, e, f = first
	g, h, i, j, k, m = second
	return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def bounds(rectangle: Box, matrix: Matrix) -> Box:
	"""The upright box around a rectangle that went through a matrix."""
	x0, y0, x1, y1 = rectangle
	a, b, c, d, e, f = matrix
	points = [(x * a + y * c + e, x * b + y * d + f) for x in (x0, x1) for y in (y0, y1)]
	xs, ys = [p[0] for p in points], [p[1] for p in points]
	return min(xs), min(ys), max(xs), max(ys)


def box(value: Any) -> Box:
	"""A PDF rectangle with its corners in order."""
	x0, y0, x1, y1 = (float(number) for number in value)
	return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
