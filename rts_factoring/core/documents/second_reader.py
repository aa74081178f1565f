"""PDFium as a second reader: it draws form fields that a file has no picture of, and opens what pypdf cannot."""

from __future__ import annotations

import io

_SMALL = 0.05  # of the page's size: rendering makes the pictures of the fields, and is thrown away


def redrawn(content: bytes) -> bytes | None:
	"""The file as PDFium saves it, with a picture for each form field; None if PDFium cannot open it."""
	import pypdfium2 as pdfium  # few files need it, and it takes memory

	try:
		document = pdfium.PdfDocument(content)
	except pdfium.PdfiumError:
		return None
	try:
		document.init_forms()
		for page in document:
			page.render(scale=_SMALL, may_draw_forms=True)
		out = io.BytesIO()
		document.save(out)
		return out.getvalue()
	except pdfium.PdfiumError:
		return None
	finally:
		document.close()
