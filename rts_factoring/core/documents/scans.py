"""The pictures inside PDF pages: as fine as the page shows them and no finer."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from PIL import Image, ImageFile
from pypdf import PageObject
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from .drawing import box, entry
from .embedding import BEST, Quality, encode

Drawn = Mapping[tuple[int, int], float]  # a page's pictures: pixels, and inches of the short side as drawn

MAX_PIXELS = 100_000_000
LARGE = 300_000  # bytes; a smaller picture is left as it is while the packet has room
FINER = 0.8  # at the best quality, a picture is made smaller if at least a fifth of its width can go
WIDEST = 11.0  # inches; pages whose size is counted in pixels are larger than any paper


def coarsen(
	pages: Iterable[PageObject],
	drawn: Iterable[Drawn],
	quality: Quality,
	progress: Callable[[], object] = lambda: None,
) -> None:
	"""Make the pictures of pages as coarse as `quality` says, where that makes them smaller.

	`drawn` says how large the pictures of each page are; of a picture it does not know the page's size is taken, and at the best
	quality it stays. `progress` is called before each picture.
	"""
	inches: dict[int, float] = {}
	images: dict[int, StreamObject] = {}
	for page, sizes in zip(pages, drawn, strict=True):
		unknown = _short_side(page) if quality is not BEST else float("inf")
		for image in _images(page, set()):
			images[id(image)] = image
			inches[id(image)] = max(inches.get(id(image), 0.0), sizes.get(pixels(image), unknown))
	for key, image in images.items():
		factor = min(1.0, inches[key] * quality.dpi / max(1, min(pixels(image))))
		if quality is BEST and (len(image._data) < LARGE or factor > FINER):
			continue
		progress()
		_make_smaller(image, factor, quality)


def pixels(image: DictionaryObject) -> tuple[int, int]:
	"""Width and height of an image XObject; zero where it has none."""
	width, height = entry(image, "/Width"), entry(image, "/Height")
	return (int(width), int(height)) if isinstance(width, int) and isinstance(height, int) else (0, 0)


def _images(holder: DictionaryObject, visited: set[int]) -> Iterator[StreamObject]:
	"""The pictures of a page or form, and of the forms in it."""
	resources = entry(holder, "/Resources")
	xobjects = entry(resources, "/XObject") if isinstance(resources, DictionaryObject) else None
	if not isinstance(xobjects, DictionaryObject) or id(xobjects) in visited:
		return
	visited.add(id(xobjects))
	for key in xobjects:
		xobject = entry(xobjects, key)
		if not isinstance(xobject, StreamObject):
			continue
		if xobject.get("/Subtype") == "/Image":
			yield xobject
		elif xobject.get("/Subtype") == "/Form":
			yield from _images(xobject, visited)


def _short_side(page: PageObject) -> float:
	left, low, right, high = box(page.mediabox)
	return min(right - left, high - low, WIDEST * 72) / 72


def _make_smaller(image: StreamObject, factor: float, quality: Quality) -> None:
	"""Store the picture anew in `factor` of its pixels, if it can be changed and gets smaller."""
	masked = any(key in image for key in ("/SMask", "/Mask", "/ImageMask", "/Decode"))
	space = entry(image, "/ColorSpace")
	mode = _mode(space)
	size = pixels(image)
	if (
		masked
		or not mode
		or entry(image, "/BitsPerComponent") != 8
		or not 0 < size[0] * size[1] <= MAX_PIXELS
	):
		return
	target = max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
	try:
		picture = _decoded(image, mode, size, target)
		if picture is None:
			return
		if picture.width > target[0]:
			picture = picture.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
		smaller = encode(picture, quality)
	except (OSError, ValueError, SyntaxError):
		return
	if len(smaller.data) < len(image._data):
		kept = {NameObject(key): image.raw_get(key) for key in ("/ColorSpace", "/OC") if key in image}
		image.clear()
		image.update(smaller.xobject() | kept)
		image._data = smaller.data


def _mode(space: Any) -> str:
	"""Pillow's mode for a PDF's colour space; an empty text for those that JPEG does not know."""
	if isinstance(space, ArrayObject) and len(space) > 1:
		if space[0] in ("/CalRGB", "/CalGray"):
			return "RGB" if space[0] == "/CalRGB" else "L"
		profile = space[1].get_object()
		if space[0] == "/ICCBased" and isinstance(profile, DictionaryObject):
			return {1: "L", 3: "RGB"}.get(entry(profile, "/N"), "")
	return {"/DeviceRGB": "RGB", "/DeviceGray": "L"}.get(str(space), "")


def _decoded(
	image: StreamObject, mode: str, size: tuple[int, int], target: tuple[int, int]
) -> Image.Image | None:
	filters = entry(image, "/Filter")
	if isinstance(filters, ArrayObject) and len(filters) == 1:
		filters = filters[0]
	if filters == "/DCTDecode" and "/DecodeParms" not in image:
		tolerant, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
		try:
			with Image.open(io.BytesIO(image._data), formats=("JPEG",)) as stored:
				if stored.size != size:
					return None
				stored.draft(None, target)
				picture: Image.Image = stored.convert(mode)
			return picture
		finally:
			ImageFile.LOAD_TRUNCATED_IMAGES = tolerant
	if filters == "/FlateDecode":
		return Image.frombytes(mode, size, image.get_data())
	return None
