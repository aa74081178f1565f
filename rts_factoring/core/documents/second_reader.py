"""PDFium as a second reader: it draws form fields that a file has no picture of, and opens what pypdf cannot."""

from __future__ import annotations

import ctypes
import io
from typing import Any

from .annotations import is_empty_look

_SMALL = 0.05  # of the page's size: rendering makes the pictures of the fields, and is thrown away


def redrawn(content: bytes) -> bytes | None:
	"""The file as PDFium saves it, with a picture for each form field; None if PDFium cannot open it."""
	import pypdfium2 as pdfium  # few files need it, and it takes memory

	document = None
	try:
		document = pdfium.PdfDocument(content)
		document.init_forms()
		if _without_empty_looks(document):
			content = _saved(document)  # PDFium draws a field as it opens the file
			document.close()
			document = pdfium.PdfDocument(content)
			document.init_forms()
		for page in document:
			page.render(scale=_SMALL, may_draw_forms=True)
		return _saved(document)
	except pdfium.PdfiumError:
		return None
	finally:
		if document is not None:
			document.close()


def _saved(document: Any) -> bytes:
	out = io.BytesIO()
	document.save(out)
	return out.getvalue()


def _without_empty_looks(document: Any) -> bool:
	"""Take away the pictures of fields of text that show no text; whether there were any."""
	from pypdfium2 import raw

	found = False
	if document.formenv is None:
		return found
	texts = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
	for page in document:
		for number in range(raw.FPDFPage_GetAnnotCount(page)):
			annotation = raw.FPDFPage_GetAnnot(page, number)
			if raw.FPDFAnnot_GetFormFieldType(document.formenv, annotation) in texts and is_empty_look(
				_look(annotation)
			):
				raw.FPDFAnnot_SetAP(annotation, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None)
				found = True
			raw.FPDFPage_CloseAnnot(annotation)
		page.close()
	return found


def _look(annotation: Any) -> bytes:
	"""The commands that draw an annotation."""
	from pypdfium2 import raw

	size = raw.FPDFAnnot_GetAP(annotation, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0)
	buffer = ctypes.create_string_buffer(size)
	raw.FPDFAnnot_GetAP(
		annotation,
		raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL,
		ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)),
		size,
	)
	return buffer.raw.decode("utf-16-le", "replace").encode("latin-1", "replace")
