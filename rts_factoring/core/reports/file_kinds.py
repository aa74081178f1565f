"""What a file is, told by its bytes and never by its name."""

from __future__ import annotations

import re
import zipfile
from enum import Enum

from .compound_file import SIGNATURE

_HEAD = 4096
_FEW = 8  # letters that make no text
_OPENDOCUMENT_SHEET = b"application/vnd.oasis.opendocument.spreadsheet"


class FileKind(str, Enum):
	"""A kind of file. Those that are refused are the variant of their message."""

	EMPTY = "empty"
	ZIP = "zip"
	COMPOUND = "compound"
	TEXT = "text"
	PDF = "pdf"
	SPREADSHEET_ML = "spreadsheet_ml"
	WEB_PAGE = "web_page"
	XML = "xml"
	RTF = "rtf"
	PICTURE = "picture"
	MAIL = "mail"
	ARCHIVE = "archive"
	OTHER = "other"


_SIGNATURES = (
	(b"PK", FileKind.ZIP),
	(SIGNATURE, FileKind.COMPOUND),
	(b"{\\rtf", FileKind.RTF),
	(b"\xff\xd8\xff", FileKind.PICTURE),
	(b"\x89PNG", FileKind.PICTURE),
	(b"GIF8", FileKind.PICTURE),
	(b"II*\x00", FileKind.PICTURE),
	(b"MM\x00*", FileKind.PICTURE),
	(b"Rar!", FileKind.ARCHIVE),
	(b"7z\xbc\xaf", FileKind.ARCHIVE),
	(b"\x1f\x8b", FileKind.ARCHIVE),
)
_TEXT_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SPREADSHEET_ML = re.compile(r"urn:schemas-microsoft-com:office:spreadsheet|progid=.Excel\.Sheet")
_WEB_PAGE = re.compile(r"<(?:html|head|body|table|!doctype html)\b", re.IGNORECASE)
_MAIL = re.compile(r"(?:From|Received|Return-Path|MIME-Version|Delivered-To|Message-ID): ", re.IGNORECASE)


def file_kind(data: bytes) -> FileKind:
	"""The kind by what the file begins with."""
	if not data.strip():
		return FileKind.EMPTY
	for signature, kind in _SIGNATURES:
		if data.startswith(signature):
			return kind
	head = data[:_HEAD]
	if b"%PDF-" in head[:1024]:
		return FileKind.PDF
	if head[4:8] == b"ftyp" or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
		return FileKind.PICTURE
	encoding = next((encoding for mark, encoding in _TEXT_MARKS if head.startswith(mark)), "")
	encoding = encoding or utf_16_without_mark(data)
	if not encoding and b"\x00" in head:
		return FileKind.OTHER
	text = head.decode(encoding or "latin-1", "ignore").lstrip("\ufeffï»¿ \t\r\n")
	if _SPREADSHEET_ML.search(text) and text.startswith("<"):
		return FileKind.SPREADSHEET_ML
	if text.startswith("<") and _WEB_PAGE.search(text):
		return FileKind.WEB_PAGE
	if text.startswith("<?xml"):
		return FileKind.XML
	return FileKind.MAIL if _MAIL.match(text) else FileKind.TEXT


def utf_16_without_mark(data: bytes) -> str:
	"""The encoding of a text in UTF-16 that lacks its byte order mark, as .NET and SQL Server write it; else an empty text."""
	head = data[:_HEAD]
	half = len(head) // 2
	for encoding, zeros, letters in (
		("utf-16-le", head[1::2], head[::2]),
		("utf-16-be", head[::2], head[1::2]),
	):
		if half >= _FEW and zeros.count(0) > 0.9 * half and not letters.count(0):
			return encoding
	return ""


def package_kind(names: list[str], mime: bytes) -> str:
	"""What a zip archive holds, by its parts: xlsx, xlsb, ods, or the variant of the message that refuses it."""
	if mime.startswith(_OPENDOCUMENT_SHEET):
		return "ods"
	if mime.startswith(b"application/vnd.oasis.opendocument."):
		return "open_text"
	if "xl/workbook.bin" in names:
		return "xlsb"
	folders = {name.partition("/")[0] for name in names}
	if "xl" in folders:
		return "xlsx"
	if "word" in folders:
		return "word"
	if "ppt" in folders:
		return "slides"
	if any(name.endswith(".iwa") for name in names):
		return "numbers"
	return "xlsx" if "_rels/.rels" in names else "no_workbook"


def compound_kind(names: list[str]) -> str:
	"""What an old Office file is, by its streams: xls, or the variant of the message that refuses it."""
	if "EncryptedPackage" in names:
		return "encrypted"
	if any(name.lower() in ("workbook", "book") for name in names):
		return "xls"
	if "WordDocument" in names:
		return "word"
	if "PowerPoint Document" in names:
		return "slides"
	return "mail" if any(name.startswith("__properties_version") for name in names) else "other"


def mime_type(package: zipfile.ZipFile) -> bytes:
	"""What an OpenDocument file says that it is; empty for other archives."""
	try:
		member = package.getinfo("mimetype")
	except KeyError:
		return b""
	return package.read(member) if member.file_size < 200 else b""
