"""The names under which files are written before they get their final name.

The first kind that a server takes is used. A leading dot hides a file from whoever collects what arrives, but some
servers forbid it, and many leave such files out of listings.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from .connection import Connection, OutgoingFile

SUFFIX = ".part"


@dataclass(frozen=True, slots=True)
class NameKind:
	"""`hidden` by a leading dot; `shared` by all attempts, which write the same bytes at the same offsets."""

	hidden: bool
	shared: bool

	def name(self, stem: str) -> str:
		return f"{'.' if self.hidden else ''}{stem}-{'0' if self.shared else secrets.token_hex(4)}{SUFFIX}"


SHARED_KINDS = (NameKind(hidden=True, shared=True), NameKind(hidden=False, shared=True))
OWN_KINDS = (NameKind(hidden=False, shared=False), NameKind(hidden=True, shared=False))  # found by listing


def name_kinds(connection: Connection) -> tuple[NameKind, ...]:
	"""In the order in which they are tried."""
	return (*SHARED_KINDS, *OWN_KINDS) if connection.shares_temporary else OWN_KINDS


def stem(token: str, file: OutgoingFile) -> str:
	"""What the temporary names of a file have in common, over all attempts of this delivery."""
	key = hashlib.sha256(f"{token}\0{file.name}\0{file.sha256}".encode()).hexdigest()[:16]
	return f"{file.name}.{key}"


def stem_of(name: str) -> str:
	"""The stem of a temporary name; of any other name something that is no stem.

	>>> stem_of(".AF-1.pdf.0123456789abcdef-0.part"), stem_of("AF-1.pdf")
	('AF-1.pdf.0123456789abcdef', '')
	"""
	return name.removesuffix(SUFFIX).rpartition("-")[0].removeprefix(".") if name.endswith(SUFFIX) else ""
