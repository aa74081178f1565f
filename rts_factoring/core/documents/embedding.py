"""Pictures as image XObjects of a PDF: two tones as fax pages, drawings lossless while that is small, photographs as JPEG."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass

from PIL import Image, ImageChops, TiffImagePlugin
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, NumberObject, StreamObject

MAX_LOSSLESS = 1_000_000  # bytes; a larger lossless picture is a photograph and goes as JPEG
_SAMPLE = 64  # rows that tell whether a picture gets small without loss
_ROWS_PER_STRIP, _STRIP_OFFSETS = 278, 273  # of TIFF


@dataclass(frozen=True, slots=True)
class Quality:
	"""How fine a picture is kept: dots per inch on the page, and JPEG quality (1 to 95)."""

	dpi: int
	jpeg: int


BEST = Quality(200, 85)
BILEVEL_DPI = 300  # of pictures in two tones, which are small at any quality


@dataclass(frozen=True, slots=True)
class Encoded:
	"""A picture of mode 1, L or RGB in the bytes that a PDF holds, by one of its filters."""

	data: bytes
	filter: str
	mode: str
	size: tuple[int, int]

	def xobject(self) -> StreamObject:
		image = StreamObject()
		image._data = self.data
		image.update(
			{
				NameObject("/Type"): NameObject("/XObject"),
				NameObject("/Subtype"): NameObject("/Image"),
				NameObject("/Width"): NumberObject(self.size[0]),
				NameObject("/Height"): NumberObject(self.size[1]),
				NameObject("/ColorSpace"): NameObject("/DeviceRGB" if self.mode == "RGB" else "/DeviceGray"),
				NameObject("/BitsPerComponent"): NumberObject(1 if self.mode == "1" else 8),
				NameObject("/Filter"): NameObject(self.filter),
			}
		)
		if self.filter == "/CCITTFaxDecode":
			image[NameObject("/DecodeParms")] = DictionaryObject(
				{
					NameObject("/K"): NumberObject(-1),
					NameObject("/Columns"): NumberObject(self.size[0]),
					NameObject("/Rows"): NumberObject(self.size[1]),
					NameObject("/BlackIs1"): BooleanObject(False),
				}
			)
		return image


def encode(picture: Image.Image, quality: Quality, lossless: bool = False) -> Encoded:
	"""A picture of mode 1, L or RGB. `lossless` is one that has lost nothing so far and should not unless it is large.

	reportlab's drawImage takes three times as long for a JPEG, and stores a black and white scan in colour, ten times as large.
	"""
	if picture.mode == "1":
		return _two_tones(picture)
	if lossless and _may_be_small(picture):
		data = zlib.compress(picture.tobytes(), 6)
		if len(data) <= MAX_LOSSLESS:
			return Encoded(data, "/FlateDecode", picture.mode, picture.size)
	picture.info = {}  # what a phone wrote beside the picture
	buffer = io.BytesIO()
	picture.save(buffer, "JPEG", quality=quality.jpeg, optimize=True)
	return Encoded(buffer.getvalue(), "/DCTDecode", picture.mode, picture.size)


def _two_tones(picture: Image.Image) -> Encoded:
	"""As Group 4 fax, which is a third the size of deflate for text; halftones are smaller deflated."""
	deflated = zlib.compress(picture.tobytes(), 6)
	try:
		buffer = io.BytesIO()
		black_is_1 = ImageChops.invert(picture)
		black_is_1.save(buffer, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: picture.height})
		with Image.open(buffer, formats=("TIFF",)) as stored:
			if not isinstance(stored, TiffImagePlugin.TiffImageFile):
				raise ValueError(stored.format)
			(start,), (length,) = (stored.tag_v2[tag] for tag in (_STRIP_OFFSETS, _STRIP_OFFSETS + 6))
	except (OSError, ValueError, KeyError):  # a Pillow without libtiff
		return Encoded(deflated, "/FlateDecode", "1", picture.size)
	faxed = buffer.getvalue()[start : start + length]
	if len(faxed) < len(deflated):
		return Encoded(faxed, "/CCITTFaxDecode", "1", picture.size)
	return Encoded(deflated, "/FlateDecode", "1", picture.size)


def _may_be_small(picture: Image.Image) -> bool:
	if picture.height <= 4 * _SAMPLE:
		return True
	middle = picture.height // 2
	sample = picture.crop((0, middle, picture.width, middle + _SAMPLE))
	return len(zlib.compress(sample.tobytes(), 1)) * picture.height <= 4 * MAX_LOSSLESS * _SAMPLE
