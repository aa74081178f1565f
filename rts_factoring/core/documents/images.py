"""Photos and scans as pages: upright, no finer than a print needs, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pillow_heif

# nosemgrep: frappe-monkey-patching-not-allowed -- a switch Pillow offers, set for one picture and put back
from PIL import ExifTags, Image, ImageFile, ImageOps, TiffImagePlugin, WebPImagePlugin  # noqa: F401
from pypdf import PageObject, PdfWriter
from pypdf.generic import NameObject

from ..errors import DocumentError
from .drawing import add_xobjects, numbers, stream
from .embedding import BEST, BILEVEL_DPI, MAX_LOSSLESS, Encoded, encode
from .pdf import MAX_PAGES
from .picture_layout import Placement, Size, placements, points_per_pixel

MAX_PIXELS = 100_000_000
MAX_JPEG_PIXELS = 170_000_000  # a JPEG is decoded at a fraction of its size; Pillow opens no larger one

Image.preinit()  # the readers, once and not in each forked child
pillow_heif.register_heif_opener(thumbnails=False)
pillow_heif.options.DECODE_THREADS = 1  # each thread would take its room of the child's memory
try:
	from PIL import AvifImagePlugin

	AvifImagePlugin.DEFAULT_MAX_THREADS = 1
except ImportError:  # Pillow before 11.3, with which come versions of pillow-heif that read AVIF
	getattr(pillow_heif, "register_avif_opener")()  # noqa: B009 - newer versions have no such function

READERS = {"JPEG": ("JPEG", "MPO"), "HEIF": ("HEIF", "AVIF")}  # MPO is what some phones call a JPEG
_WITH_PAGES = ("TIFF", "HEIF")
_LOSSLESS = ("PNG", "BMP", "GIF", "TIFF")

_ORIENTATION = ExifTags.Base.Orientation
_TURNED = range(2, 9)  # 1 is upright
_SIDEWAYS = range(5, 9)
_SUBFILE, _DNG_VERSION, _COMPRESSION = 254, 50706, 259  # TIFF tags
_SMALLER, _MASK = 0b001, 0b100  # of _SUBFILE
_JPEG_IN_TIFF = (6, 7)
_END = b"\xff\xd9"  # of a JPEG
_THRESHOLD = 150  # of 255; thin strokes of a page in two tones stay when it gets smaller
_DRAFT = 0.9  # a JPEG decoded at a fraction of its size may be so much smaller than the page can show


@dataclass(frozen=True, slots=True)
class PicturePage:
	"""A picture, or a part of a long one, and its place on a page of its own."""

	picture: Encoded
	placed: Placement

	@property
	def drawn(self) -> dict[tuple[int, int], float]:
		"""The picture's pixels, and the inches of its short side on the page."""
		return {self.picture.size: min(self.placed.box[2:]) / 72}


def read_pictures(
	content: bytes, kind: str, name: str, progress: Callable[[], object] = lambda: None
) -> list[PicturePage]:
	"""The pages that a file of pictures makes. `kind` is of `file_format`; `progress` is called before each picture.

	Raises DocumentError: image_corrupt, image_too_large, image_moves, unsupported_type, too_complex.
	"""
	# Frappe turns this on for the whole process; half a delivery receipt would pass for one.
	tolerant, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
	try:
		content = _with_end_mark(content) if kind == "JPEG" else content
		with Image.open(io.BytesIO(content), formats=READERS.get(kind, (kind,))) as picture:
			pages: list[PicturePage] = []
			for number in frames(picture, name):
				progress()
				if number is not None:
					picture.seek(number)
				pages += _pages(picture, content, name)
			return pages
	except (DocumentError, MemoryError):
		raise
	except Image.DecompressionBombError as error:
		raise DocumentError("image_too_large.announced", where=name, most=f"{MAX_PIXELS:,}") from error
	except Exception as error:  # Pillow raises OSError, SyntaxError, ValueError, struct.error, ...
		raise DocumentError("image_corrupt.damaged", where=name) from error
	finally:
		ImageFile.LOAD_TRUNCATED_IMAGES = tolerant


def _with_end_mark(jpeg: bytes) -> bytes:
	"""A JPEG that is whole but for its end mark gets one, which viewers do not need and Pillow does. What would follow a whole
	picture changes nothing of it; of a picture that was cut off it makes another. Not one in passes, any of which may be missing."""
	if jpeg.rstrip(b"\0\r\n").endswith(_END) or _glance(jpeg) is not None:
		return jpeg
	body = jpeg.rstrip(b"\xff")
	glances = {_glance(body + more * 64 + _END) for more in (b"", b"\x55", b"\xaa")}
	return body + _END if len(glances) == 1 and None not in glances else jpeg


def _glance(jpeg: bytes) -> bytes | None:
	"""The picture in an eighth of its size; None if it cannot be read to its end, or consists of passes."""
	try:
		with Image.open(io.BytesIO(jpeg), formats=READERS["JPEG"]) as picture:
			if picture.info.get("progressive"):
				return None
			picture.draft(None, (picture.width // 8, picture.height // 8))
			return picture.tobytes()
	except MemoryError:
		raise
	except Exception:  # whatever Pillow raises
		return None


def add_pictures(writer: PdfWriter, pages: Iterable[PicturePage]) -> list[PageObject]:
	"""Append the pages to the writer; returns them as added."""
	added = []
	for page in pages:
		blank = writer.add_blank_page(*page.placed.page)
		add_xobjects(blank, {"/Im0": writer._add_object(page.picture.xobject())})
		left, low, width, height = page.placed.box
		commands = f"q {numbers((width, 0, 0, height, left, low))} cm /Im0 Do Q\n".encode()
		blank[NameObject("/Contents")] = writer._add_object(stream(commands))
		added.append(blank)
	return added


def frames(picture: Any, name: str) -> list[int | None]:
	"""The numbers of an open file's pictures that are pages; None is the one that is open."""
	if picture.format not in _WITH_PAGES:
		if picture.format != "MPO" and getattr(picture, "is_animated", False):
			raise DocumentError("image_moves", where=name)
		return [None]
	count = getattr(picture, "n_frames", 1)
	if count > MAX_PAGES:
		raise DocumentError("too_complex.pages", where=name, count=f"{count:,}", most=MAX_PAGES)
	if picture.format == "HEIF":
		return list(range(count))
	kinds: list[int] = []
	sizes: list[int] = []
	for number in range(count):
		picture.seek(number)
		if _DNG_VERSION in picture.tag_v2:
			raise DocumentError("unsupported_type.raw", where=name)
		kinds.append(int(picture.tag_v2.get(_SUBFILE, 0)) & (_SMALLER | _MASK))
		sizes.append(picture.width * picture.height)
	largest = max((size for kind, size in zip(kinds, sizes, strict=True) if not kind), default=0)
	return [
		number
		for number, (kind, size) in enumerate(zip(kinds, sizes, strict=True))
		if not kind or (kind == _SMALLER and size >= largest)  # some scanners call all pages smaller ones
	] or [0]


def _pages(picture: Any, content: bytes, name: str) -> list[PicturePage]:
	"""The open picture upright and no larger than its pages need. A JPEG that is so already stays as it is, once it proved whole."""
	refuse_too_large(picture, name)
	is_jpeg = picture.format in ("JPEG", "MPO")
	if not is_jpeg:
		picture.load()  # some formats keep their orientation behind the picture, and TIFF turns by itself
	orientation = picture.getexif().get(_ORIENTATION)
	size, mode, upright = picture.size, picture.mode, orientation not in _TURNED
	seen = _size_seen(picture, orientation)
	layout = placements(seen, min(size))
	points = points_per_pixel(layout[0], seen)
	target = _target(size, points, BEST.dpi)
	if is_jpeg:
		fits = picture.format == "JPEG" and mode in ("L", "RGB") and upright and target == size
		if fits and len(layout) == 1 and len(content) <= MAX_LOSSLESS:
			picture.draft(mode, (size[0] // 8, size[1] // 8))  # all is read, little is computed
			picture.load()
			return [PicturePage(Encoded(_without_metadata(content), "/DCTDecode", mode, size), layout[0])]
		picture.draft(mode, (int(target[0] * _DRAFT), int(target[1] * _DRAFT)))
		picture.load()
	lossless = _is_lossless(picture)
	two_tones = _as_two_tones(picture) if lossless else None
	if two_tones is not None:
		small = _shrink_two_tones(two_tones, _target(size, points, BILEVEL_DPI))
	else:
		small = _shrink(picture, target)
	if not upright:
		small = _turned(small, orientation)
	parts = (_part(small, placed) for placed in layout)
	return [
		PicturePage(encode(part, BEST, lossless), placed) for part, placed in zip(parts, layout, strict=True)
	]


def refuse_too_large(picture: Any, name: str) -> None:
	"""Raise DocumentError image_too_large before a picture is decoded that has too many pixels, or no room in memory."""
	is_jpeg = picture.format in ("JPEG", "MPO")
	most = MAX_JPEG_PIXELS if is_jpeg else MAX_PIXELS
	width, height = (f"{pixels:,}" for pixels in picture.size)
	if picture.size[0] * picture.size[1] > most:
		raise DocumentError(
			"image_too_large.measured", where=name, width=width, height=height, most=f"{most:,}"
		)
	if is_jpeg and picture.info.get("progressive"):
		try:
			bytearray(_held_by_decoder(picture))  # for want of room, the decoder would call the file damaged
		except MemoryError as error:
			raise DocumentError("image_too_large.memory", where=name, width=width, height=height) from error


def _held_by_decoder(picture: Any) -> int:
	"""Bytes of a progressive JPEG's coefficients, two for each sample: the decoder holds all until the last pass is read."""
	parts: list[tuple[int, int]] = [(across, down) for _, across, down, _ in picture.layer]
	finest = max(across for across, _ in parts) * max(down for _, down in parts)
	pixels: int = picture.size[0] * picture.size[1]
	return 2 * pixels * sum(across * down for across, down in parts) // finest


def _size_seen(picture: Any, orientation: int | None) -> Size:
	"""Width and height as a person sees them, in units of one stored pixel's width: the pixels of a fax are not square."""
	width, height = picture.size
	height *= pixel_height(picture)
	return (height, width) if orientation in _SIDEWAYS else (width, height)


def pixel_height(picture: Any) -> float:
	"""How many times as high as wide a pixel of an open picture is: a fax has half as many lines as dots."""
	if picture.format == "TIFF":
		across, down = (float(dpi) for dpi in picture.info.get("dpi", (1, 1)))
		if across > 0 and down > 0 and 0.25 <= across / down <= 4:
			return across / down
	return 1.0


def _target(size: tuple[int, int], points: float, dpi: int) -> tuple[int, int]:
	"""The pixels to keep of a stored picture whose pixels are drawn `points` wide."""
	factor = min(1.0, points / 72 * dpi)
	return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))


def _part(picture: Image.Image, placed: Placement) -> Image.Image:
	left, top, right, low = placed.part
	if (left, top, right, low) == (0, 0, 1, 1):
		return picture
	width, height = picture.size
	return picture.crop((int(left * width), int(top * height), round(right * width), round(low * height)))


def _is_lossless(picture: Any) -> bool:
	if picture.format == "TIFF":
		return picture.tag_v2.get(_COMPRESSION) not in _JPEG_IN_TIFF
	return picture.format in _LOSSLESS


def _as_two_tones(picture: Image.Image) -> Image.Image | None:
	"""The picture in mode 1 if it is nothing but black and white."""
	if picture.mode == "1":
		return picture
	if picture.mode not in ("L", "P", "RGB") or "transparency" in picture.info:
		return None
	if picture.getcolors(2) is None:
		return None
	plain = picture.convert("RGB")
	colors = {color for _, color in plain.getcolors(2) or ()}
	if not colors <= {(0, 0, 0), (255, 255, 255)}:
		return None
	return plain.convert("L").convert("1", dither=Image.Dither.NONE)


def _shrink_two_tones(picture: Image.Image, target: tuple[int, int]) -> Image.Image:
	if target[0] >= picture.width:
		return picture
	gray = picture.convert("L").resize(target, Image.Resampling.BOX)
	return gray.point(lambda value: 255 if value > _THRESHOLD else 0).convert("1", dither=Image.Dither.NONE)


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
	if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
		# 16 bits a channel: Pillow's own conversion would clip instead of scale.
		picture = picture.convert("F").point(lambda value: value / 257).convert("L")
	alpha = picture.mode in ("RGBA", "LA", "PA", "RGBa") or "transparency" in picture.info
	if alpha:
		picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")
	elif picture.mode not in ("L", "RGB"):
		picture = picture.convert("RGB")
	if target[0] < picture.width:
		picture = picture.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
	if alpha:
		white = Image.new("RGBA", picture.size, "white")
		white.alpha_composite(picture)
		picture = white.convert("RGB")
	return picture
