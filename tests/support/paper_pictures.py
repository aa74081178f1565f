"""One paper as pictures of every format, colour mode, size, compression and orientation that cameras and scanners write."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from PIL import Image

from tests.support.documents import saved
from tests.support.paper_writers import Paper
from tests.support.pictures import paper_picture, tiff

SMALL = (850, 1100)


def _one(name: str, kind: str, mode="RGB", size=SMALL, pages=1, **options) -> Paper:
	def make() -> bytes:
		picture = paper_picture(size, "L")
		if mode == "I;16":
			picture = picture.convert("I").point(lambda value: value * 257).convert("I;16")
		else:
			picture = picture.convert(mode)
		way_back = STORED.get(options.get("exif", {}).get(0x0112))
		if (
			way_back and kind != "HEIF"
		):  # there the pixels' own transformation counts, and EXIF only tells of it
			picture = picture.transpose(way_back)
		return saved(picture, kind, **options)

	return Paper(name, make, pages, False)


# How a picture lies in a file whose orientation turns it upright
STORED = {
	2: Image.Transpose.FLIP_LEFT_RIGHT,
	3: Image.Transpose.ROTATE_180,
	4: Image.Transpose.FLIP_TOP_BOTTOM,
	5: Image.Transpose.TRANSPOSE,
	6: Image.Transpose.ROTATE_90,
	7: Image.Transpose.TRANSVERSE,
	8: Image.Transpose.ROTATE_270,
}


def turned(orientation: int) -> Image.Exif:
	exif = Image.Exif()
	exif[0x0112] = orientation
	return exif


def pictures() -> Iterator[Paper]:
	yield from _jpegs()
	for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
		yield _one(f"png {mode}", "PNG", mode)
		yield _one(f"png {mode} landscape", "PNG", mode, (1100, 850))
	yield _one("png optimized", "PNG", optimize=True)
	yield _one("png with dpi", "PNG", dpi=(100, 100))
	yield _one("png palette with transparency", "PNG", "P", transparency=0)
	yield from _tiffs()
	for mode in ("1", "L", "P", "RGB"):
		yield _one(f"gif {mode}", "GIF", mode)
		yield _one(f"bmp {mode}", "BMP", mode)
	yield _one("bmp RGBA", "BMP", "RGBA")
	for mode in ("L", "RGB", "RGBA"):
		for lossless in (False, True):
			yield _one(f"webp {mode} {'lossless' if lossless else 'lossy'}", "WEBP", mode, lossless=lossless)
		yield _one(f"heif {mode}", "HEIF", mode)
		yield _one(f"avif {mode}", "AVIF", mode, speed=10)
	for orientation in (3, 6, 8):
		yield _one(f"heif turned {orientation}", "HEIF", "RGB", exif=turned(orientation))
		yield _one(f"webp turned {orientation}", "WEBP", "RGB", exif=turned(orientation))
		yield _one(f"png turned {orientation}", "PNG", "L", exif=turned(orientation))
		if find_spec(
			"PIL.AvifImagePlugin"
		):  # pillow-heif 0.16, which writes AVIF for an older Pillow, loses the turn
			yield _one(f"avif turned {orientation}", "AVIF", "L", exif=turned(orientation), speed=10)


def _jpegs() -> Iterator[Paper]:
	for orientation in range(1, 9):
		for mode in ("L", "RGB"):
			yield _one(f"jpeg {mode} turned {orientation}", "JPEG", mode, exif=turned(orientation))
	for mode in ("1", "CMYK"):
		yield _one(f"jpeg {mode}", "JPEG", mode)
	for name, options in {
		"progressive": {"progressive": True},
		"optimized": {"optimize": True},
		"coarse": {"quality": 30},
		"fine": {"quality": 98, "subsampling": 0},
		"one colour for four": {"subsampling": 2},
		"72 dpi": {"dpi": (72, 72)},
		"100 dpi": {"dpi": (100, 100)},
		"comment": {"comment": b"Taken by a phone"},
		"colour profile": {"icc_profile": b"\0" * 200},
	}.items():
		yield _one(f"jpeg {name}", "JPEG", **options)
	yield _one("jpeg of a scanner", "JPEG", "L", (1700, 2200), dpi=(200, 200))
	yield _one("jpeg square", "JPEG", "L", (1000, 1000))
	yield _one("jpeg receipt", "JPEG", "L", (500, 1400))
	yield _one("jpeg long receipt", "JPEG", "L", (400, 2600), pages=3)


def _tiffs() -> Iterator[Paper]:
	for compression in ("raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg", "tiff_adobe_deflate"):
		for mode in ("L", "RGB"):
			yield _one(f"tiff {mode} {compression}", "TIFF", mode, compression=compression)
	for compression in ("raw", "group3", "group4", "packbits", "tiff_ccitt"):
		yield _one(f"tiff 1 {compression}", "TIFF", "1", (1728, 2200), compression=compression)
	yield _one("fax of half the lines", "TIFF", "1", (1728, 1100), compression="group3", dpi=(204, 98))
	for mode in ("P", "CMYK", "RGBA", "LA", "I;16"):
		yield _one(f"tiff {mode}", "TIFF", mode)
	yield _one("big tiff", "TIFF", "L", big_tiff=True)
	yield _one("tiff turned", "TIFF", "L", exif=turned(6))
	sheets = [paper_picture((864, 1100), "1", seed) for seed in range(4)]
	yield Paper("fax pages", lambda: tiff(*sheets, compression="group4"), 4, False)
	mixed = [paper_picture(SMALL, mode) for mode in ("1", "L", "RGB")]
	yield Paper("tiff pages", lambda: tiff(*mixed), 3, False)
