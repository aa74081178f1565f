"""Papers as pictures in the formats that phones, scanners and fax servers write."""

import io
import random

import pillow_heif
from PIL import Image, ImageDraw, ImageFont

from tests.support.documents import saved

pillow_heif.register_heif_opener()


def paper_picture(size=(1700, 2200), mode="RGB", seed=1, height=40) -> Image.Image:
	"""Lines of words, as a scanner sees them."""
	chance = random.Random(seed)
	picture = Image.new("L", size, 255)
	draw = ImageDraw.Draw(picture)
	font = ImageFont.load_default(height)
	for y in range(height * 2, size[1] - height * 2, height * 2):
		line = " ".join("".join(chance.choices("abcdefhiklmnorstuw0123456789", k=6)) for _ in range(30))
		line = line[: int((size[0] - height * 2) / height * 1.6)]
		draw.text((height, y), line, fill=0, font=font)
	return picture.convert(mode)


def photographed(size=(1700, 2200), seed=1) -> Image.Image:
	"""The same in colour with a sensor's noise, which no format makes small without loss."""
	noise = Image.frombytes(
		"RGB", (size[0] // 2, size[1] // 2), random.Random(seed).randbytes(size[0] // 2 * (size[1] // 2) * 3)
	)
	return Image.blend(paper_picture(size, "RGB", seed), noise.resize(size, Image.Resampling.BILINEAR), 0.25)


def tiff(*pages: Image.Image, **options) -> bytes:
	buffer = io.BytesIO()
	pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], **options)
	return buffer.getvalue()


def half_dark(size=(400, 500), mode="RGB") -> Image.Image:
	"""White with a black left half: seen on a page, it tells colours, place and direction."""
	picture = Image.new("L", size, 255)
	picture.paste(0, (0, 0, size[0] // 2, size[1]))
	return picture.convert(mode)


def every_format() -> dict[str, bytes]:
	"""One file of each format by its usual suffix, all of the same picture."""
	picture = half_dark()
	return {
		"jpg": saved(picture, "JPEG"),
		"png": saved(picture, "PNG"),
		"tif": saved(picture, "TIFF"),
		"webp": saved(picture, "WEBP"),
		"bmp": saved(picture, "BMP"),
		"gif": saved(picture, "GIF"),
		"heic": saved(picture, "HEIF", quality=90),
		"avif": saved(picture, "AVIF", quality=90),
	}
