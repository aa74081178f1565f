"""What a file is by its bytes, whatever its name, and how the content of other kinds gets into a packet."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import DocumentError, detail

PDF = "PDF"
PICTURE_SUFFIXES = (
	*(".jpg", ".jpeg", ".png", ".tif", ".tiff", ".heic", ".heif", ".avif", ".webp", ".bmp", ".gif"),
)

_BEGINNINGS = (
	(b"\xff\xd8\xff", "JPEG"),
	(b"\x89PNG\r\n\x1a\n", "PNG"),
	(b"II*\0", "TIFF"),
	(b"MM\0*", "TIFF"),
	(b"II+\0", "TIFF"),  # BigTIFF
	(b"MM\0+", "TIFF"),
	(b"GIF87a", "GIF"),
	(b"GIF89a", "GIF"),
)
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)  # bytes
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_SEARCHED = 1024  # bytes at the start, within which readers look for a PDF's header
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# What else carriers are sent, and a word that only such a file has. In an OLE file names are UTF-16.
_IN_ZIP = (
	(b"word/", "word"),
	(b"xl/", "spreadsheet"),
	(b"ppt/", "slides"),
	(b"opendocument.text", "word"),
	(b"opendocument.spreadsheet", "spreadsheet"),
	(b"opendocument.presentation", "slides"),
	(b".fdseq", "xps"),
	(b".iwa", "pages"),
)
_IN_OLE = (
	("__substg1.0_", "mail"),
	("WordDocument", "word"),
	("Workbook", "spreadsheet"),
	("PowerPoint Document", "slides"),
)
_MAIL = re.compile(rb"^(?:Received|Return-Path|From|To|Date|Subject|Message-ID|MIME-Version):.", re.I | re.M)
_PAGE = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body)\b", re.I)


def file_format(content: bytes) -> str:
	"""PDF, or the picture format by Pillow's name; an empty text for anything else.

	>>> file_format(b"GIF89a...")
	'GIF'
	"""
	for beginning, name in _BEGINNINGS:
		if content.startswith(beginning):
			return name
	if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
		return "WEBP"
	if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BMP_HEADERS:
		return "BMP"
	brands = _brands(content)
	if brands & _AVIF_BRANDS:
		return "AVIF"
	if brands & _HEIF_BRANDS:
		return "HEIF"
	return PDF if b"%PDF-" in content[:_SEARCHED] else ""


def refuse_other(content: bytes, name: str) -> None:
	"""Raise for content of no format that a packet takes: DocumentError empty, unsupported_type, image_corrupt, not_a_pdf."""
	if not content:
		raise DocumentError("empty", where=name)
	kind = _other_kind(content)
	if kind in ("zip", "mail", "video"):
		raise DocumentError(f"unsupported_type.{kind}", where=name)
	if kind:
		raise DocumentError("unsupported_type.office", where=name, kind=detail(f"file.{kind}"))
	suffix = Path(name).suffix.lower()
	if suffix in PICTURE_SUFFIXES:
		raise DocumentError("image_corrupt.no_picture", where=name)
	if suffix == ".pdf":
		raise DocumentError("not_a_pdf", where=name)
	raise DocumentError("unsupported_type.other", where=name)


def _brands(content: bytes) -> set[bytes]:
	"""The brands that a file in boxes (HEIF, AVIF, MP4) says it follows; of any other file none."""
	if content[4:8] != b"ftyp":
		return set()
	end = min(int.from_bytes(content[:4], "big"), 256)
	return {content[8:12]} | {content[n : n + 4] for n in range(16, end, 4)}


def _other_kind(content: bytes) -> str:
	if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
		return next((kind for word, kind in _IN_ZIP if word in content), "zip")
	if content.startswith((b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")):
		return "zip"
	if content.startswith(_OLE):
		return next((kind for word, kind in _IN_OLE if word.encode("utf-16-le") in content), "word")
	if content.startswith(b"{\\rtf"):
		return "word"
	if _brands(content):
		return "video"
	start = content[:4096]
	if _PAGE.match(start.removeprefix(b"\xef\xbb\xbf")):
		return "page"
	return "mail" if len(_MAIL.findall(start)) >= 2 else ""
