"""Photos and scans as pages: upright, on Letter, no finer than a print needs, the same bytes every time."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass

# nosemgrep: frappe-monkey-patching-not-allowed -- a switch Pillow offers, set for one picture and put back
from PIL import ExifTags, Image, ImageFile, ImageOps
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject, NumberObject, StreamObject

from ..errors import DocumentError
from .drawing import add_xobjects, entry, numbers, stream

LETTER = (612.0, 792.0)  # points
MARGIN = 18.0  # points
MAX_PIXELS = 100_000_000
MAX_LOSSLESS = 1_000_000  # bytes; a larger lossless picture is a photograph and goes as JPEG
FORMATS = ("JPEG", "PNG", "MPO")  # MPO is what some phones call a JPEG

Image.preinit()  # the readers, once and not in each forked child

_ORIENTATION = ExifTags.Base.Orientation
_TURNED = range(2, 9)  # 1 is upright
_SIDEWAYS = range(5, 9)


@dataclass(frozen=True, slots=True)
class Quality:
	"""How fine a picture is kept: dots per inch on the page, and JPEG quality (1 to 95)."""

	dpi: int
	jpeg: int


BEST = Quality(200, 85)


def add_image(writer: PdfWriter, content: bytes, name: str, quality: Quality = BEST) -> None:
	"""One Letter page in portrait with the picture upright on it; DocumentError when it is no whole picture."""
	image = _image(content, name, quality)
	size = pixels(image)
	scale = _points_per_pixel(size)
	width, height = size[0] * scale, size[1] * scale
	left, low = (LETTER[0] - width) / 2, LETTER[1] - MARGIN - height
	page = writer.add_blank_page(*LETTER)
	add_xobjects(page, {"/Im0": writer._add_object(image)})
	commands = f"q {numbers((width, 0, 0, height, left, low))} cm /Im0 Do Q\n".encode()
	page[NameObject("/Contents")] = writer._add_object(stream(commands))


def coarsen(writer: PdfWriter, quality: Quality) -> None:
	"""Make the pictures inside the writer's pages (scans) as coarse as `quality` says, where that makes them smaller."""
	longest = int(LETTER[1] / 72 * quality.dpi)
	for image in list(writer._objects):
		if not isinstance(image, StreamObject) or image.get("/Subtype") != "/Image":
			continue
		smaller = _smaller(image, quality, longest)
		if smaller is not None:
			image.clear()
			image.update(smaller)
			image._data = smaller._data


def _smaller(image: StreamObject, quality: Quality, longest: int) -> StreamObject | None:
	"""The picture with at most `longest` pixels a side; None if it cannot be changed or gets no smaller."""
	masked = any(key in image for key in ("/SMask", "/Mask", "/ImageMask", "/Decode", "/DecodeParms"))
	mode = {"/DeviceRGB": "RGB", "/DeviceGray": "L"}.get(str(entry(image, "/ColorSpace")))
	if masked or mode is None or entry(image, "/BitsPerComponent") != 8:
		return None
	size = pixels(image)
	if size[0] * size[1] > MAX_PIXELS:
		return None
	try:
		picture = _decoded(image, mode, size, longest)
		if picture is None:
			return None
		picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
	except (OSError, ValueError, SyntaxError):
		return None
	picture.info = {}
	smaller = embed(picture, quality)
	return smaller if len(smaller._data) < len(image._data) else None


def _decoded(image: StreamObject, mode: str, size: tuple[int, int], longest: int) -> Image.Image | None:
	filters = entry(image, "/Filter")
	if isinstance(filters, ArrayObject) and len(filters) == 1:
		filters = filters[0]
	if filters == "/DCTDecode":
		with Image.open(io.BytesIO(image._data), formats=("JPEG",)) as stored:
			stored.draft(None, (longest, longest))
			picture: Image.Image = stored.convert(mode)
		return picture
	if filters == "/FlateDecode":
		return Image.frombytes(mode, size, image.get_data())
	return None


def pixels(image: StreamObject) -> tuple[int, int]:
	"""Width and height of an image XObject."""
	return int(entry(image, "/Width")), int(entry(image, "/Height"))


def embed(picture: Image.Image, quality: Quality) -> StreamObject:
	"""A picture of mode 1, L or RGB as image XObject: lossless while that is small, else JPEG.

	reportlab's drawImage takes three times as long for a JPEG, and stores a black and white scan in colour, ten times as large.
	"""
	if picture.mode == "1" or picture.info.get("lossless"):
		data = zlib.compress(picture.tobytes(), 6)
		if len(data) <= MAX_LOSSLESS or picture.mode == "1":
			return _xobject(data, "/FlateDecode", picture.mode, picture.size)
	buffer = io.BytesIO()
	picture.save(buffer, "JPEG", quality=quality.jpeg, optimize=True)
	return _xobject(buffer.getvalue(), "/DCTDecode", picture.mode, picture.size)


def _xobject(data: bytes, filter_: str, mode: str, size: tuple[int, int]) -> StreamObject:
	image = StreamObject()
	image._data = data
	image.update(
		{
			NameObject("/Type"): NameObject("/XObject"),
			NameObject("/Subtype"): NameObject("/Image"),
			NameObject("/Width"): NumberObject(size[0]),
			NameObject("/Height"): NumberObject(size[1]),
			NameObject("/ColorSpace"): NameObject("/DeviceRGB" if mode == "RGB" else "/DeviceGray"),
			NameObject("/BitsPerComponent"): NumberObject(1 if mode == "1" else 8),
			NameObject("/Filter"): NameObject(filter_),
		}
	)
	return image


def _image(content: bytes, name: str, quality: Quality) -> StreamObject:
	"""Upright and no larger than the page needs. A JPEG that is so already stays as it is, once it proved whole."""
	# Frappe turns this on for the whole process; half a delivery receipt would pass for one.
	tolerant, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
	try:
		with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
			size, mode = picture.size, picture.mode
			if size[0] * size[1] > MAX_PIXELS:
				raise DocumentError(
					"image_too_large.measured",
					where=name,
					width=f"{size[0]:,}",
					height=f"{size[1]:,}",
					most=f"{MAX_PIXELS:,}",
				)
			lossless = picture.format == "PNG"
			if lossless:
				picture.load()  # a PNG may keep its orientation behind the picture
			orientation = picture.getexif().get(_ORIENTATION)
			target = _target(size, quality, sideways=orientation in _SIDEWAYS)
			upright = orientation not in _TURNED
			fit = picture.format == "JPEG" and mode in ("L", "RGB") and upright and target == size
			if fit and quality is BEST:
				picture.draft(mode, (size[0] // 8, size[1] // 8))  # all is read, little is computed
				picture.load()
				return _xobject(_without_metadata(content), "/DCTDecode", mode, size)
			picture.draft(mode, target)  # a JPEG is decoded at a fraction of its size
			picture.load()
			small = _shrink(picture, target)
	except (DocumentError, MemoryError):
		raise
	except Image.DecompressionBombError as error:
		raise DocumentError("image_too_large.announced", where=name, most=f"{MAX_PIXELS:,}") from error
	except Exception as error:  # Pillow raises OSError, SyntaxError, ValueError, struct.error, ...
		raise DocumentError("image_corrupt.damaged", where=name) from error
	finally:
		ImageFile.LOAD_TRUNCATED_IMAGES = tolerant
	if not upright:
		small = _turned(small, orientation)
	small.info = {"lossless": lossless}
	return embed(small, quality)


def _turned(picture: Image.Image, orientation: int) -> Image.Image:
	picture.info = {}  # only the orientation: what else a phone wrote may be damaged
	picture.getexif()[_ORIENTATION] = orientation
	return ImageOps.exif_transpose(picture)


def _without_metadata(jpeg: bytes) -> bytes:
	"""The picture without what a phone writes beside it (where and when it was taken, a thumbnail, colour profiles)."""
	kept, position = bytearray(jpeg[:2]), 2
	while jpeg[position] == 0xFF and jpeg[position + 1] != 0xDA:  # up to the start of scan
		if jpeg[position + 1] == 0xFF:  # fill byte
			position += 1
			continue
		end = position + 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
		if not (0xE1 <= jpeg[position + 1] <= 0xED or jpeg[position + 1] in (0xEF, 0xFE)):
			kept += jpeg[position:end]
		position = end
	return bytes(kept + jpeg[position:])


def _shrink(picture: Image.Image, target: tuple[int, int]) -> Image.Image:
	smaller = target[0] < picture.width
	if picture.mode == "1" and not smaller:
		return picture
	if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
		# 16 bits a channel: Pillow's own conversion would clip instead of scale.
		picture = picture.convert("F").point(lambda value: value / 257).convert("L")
	alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
	if alpha:
		picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")
	elif picture.mode not in ("L", "RGB"):
		picture = picture.convert("L" if picture.mode == "1" else "RGB")
	if smaller:
		picture = picture.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
	if alpha:
		white = Image.new("RGBA", picture.size, "white")
		white.alpha_composite(picture)
		picture = white.convert("RGB")
	return picture


def _points_per_pixel(size: tuple[int, int]) -> float:
	"""Fills the page's width or height, but a small picture is not blown up beyond 72 dots per inch."""
	room = (LETTER[0] - 2 * MARGIN, LETTER[1] - 2 * MARGIN)
	return min(room[0] / size[0], room[1] / size[1], 1.0)


def _target(size: tuple[int, int], quality: Quality, sideways: bool) -> tuple[int, int]:
	"""The pixels to keep of a stored picture of `size`, which lies `sideways` if it is turned before it is placed."""
	factor = min(1.0, _points_per_pixel(size[::-1] if sideways else size) / 72 * quality.dpi)
	return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))
