"""File names as servers write them: mostly in UTF-8, some in Latin-1 or what Western Windows made of it."""

from __future__ import annotations

WESTERN = "cp1252"  # has what Latin-1 prints, and more


def decoded_name(name: bytes) -> str:
	"""The name as a person reads it, whatever its bytes.

	>>> decoded_name("año".encode()), decoded_name("año".encode("latin-1"))
	('año', 'año')
	"""
	for encoding in ("utf-8", WESTERN):
		try:
			return name.decode(encoding)
		except UnicodeDecodeError:
			continue
	return name.decode("latin-1")


def is_western(name: str) -> bool:
	"""Whether a name that is not found as UTF-8 may be one that `decoded_name` read in another way.

	>>> is_western("año"), is_western("ano"), is_western("年")
	(True, False, False)
	"""
	try:
		return not name.isascii() and bool(name.encode(WESTERN))
	except UnicodeEncodeError:
		return False
