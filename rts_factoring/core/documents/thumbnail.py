"""The first page of a document as a small grey picture, for people who look for a paper."""

from __future__ import annotations

import io

from ..errors import DocumentError
from .limits import SECONDS, Progress, Values, limited
from .page_bounds import look_at
from .page_pictures import Scan, photos, rendered
from .pdf import open_pdf, reading
from .placeholders import is_picture

WIDTH = 240  # pixels


def thumbnail(content: bytes, name: str, seconds: float = SECONDS) -> bytes:
	"""A JPEG at most WIDTH pixels wide; nothing for a document that cannot be shown."""

	def work(progress: Progress) -> tuple[Values, bytes]:
		scan = next(photos(content, name), None) if is_picture(content) else _first_page(content, name)
		if scan is None:
			return {}, b""
		target = io.BytesIO()
		scan.at(round(WIDTH / scan.width)).save(target, "JPEG", quality=70)
		return {}, target.getvalue()

	try:
		return limited(work, name, seconds)[1]
	except DocumentError:
		return b""


def _first_page(content: bytes, name: str) -> Scan | None:
	reader = open_pdf(content, name)
	with reading(name):
		_, page = next(iter(look_at(reader, content)), (None, None))
		if page is None:
			return None
		picture = rendered(page, WIDTH / max(page.get_size()[0], 1))
	return Scan(picture, 1, picture.width)
