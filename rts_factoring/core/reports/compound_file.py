"""The container of Office files before 2007 (.xls, .doc, .msg): sectors in chains, as [MS-CFB] says."""

from __future__ import annotations

import struct
from typing import NamedTuple

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_LAST_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_SMALL = 4096  # a stream below this stands in sectors of 64 bytes
_STREAM, _ROOT = 2, 5


class _Entry(NamedTuple):
	name: str
	kind: int
	start: int
	size: int


class CompoundFile:
	"""Streams by name. Raises ValueError, IndexError or struct.error for damage: a chain in a circle among them."""

	def __init__(self, data: bytes):
		self.data = data
		shift = struct.unpack_from("<H", data, 30)[0]
		if not data.startswith(SIGNATURE) or shift not in (9, 12):
			raise ValueError("no compound file")
		self.size = 1 << shift
		first_directory, _, _, first_small, _, first_index = struct.unpack_from("<6I", data, 48)
		index = list(struct.unpack_from("<109I", data, 76))
		self.fat: list[int] = []
		seen = set()
		while first_index <= _LAST_SECTOR:
			if first_index in seen:
				raise ValueError("a chain in a circle")
			seen.add(first_index)
			*more, first_index = self._numbers(first_index)
			index += more
		for sector in index:
			if sector <= _LAST_SECTOR:
				self.fat += self._numbers(sector)
		self.entries = self._directory(first_directory)
		root = next((entry for entry in self.entries if entry.kind == _ROOT), None)
		self.small = self._chain(root.start)[: root.size] if root and root.start <= _LAST_SECTOR else b""
		chain = self._chain(first_small) if first_small <= _LAST_SECTOR else b""
		self.small_fat = list(struct.unpack(f"<{len(chain) // 4}I", chain))

	@property
	def names(self) -> list[str]:
		return [entry.name for entry in self.entries]

	def stream(self, name: str) -> bytes:
		entry = next(entry for entry in self.entries if entry.name == name and entry.kind == _STREAM)
		if entry.size >= _SMALL:
			content = self._chain(entry.start)
		else:
			parts = _follow(entry.start, self.small_fat)
			content = b"".join(self.small[64 * part : 64 * part + 64] for part in parts)
		if len(content) < entry.size:
			raise ValueError("a stream that ends early")
		return content[: entry.size]

	def _directory(self, start: int) -> list[_Entry]:
		content = self._chain(start)
		entries = []
		for at in range(0, len(content) - _ENTRY + 1, _ENTRY):
			length, kind = struct.unpack_from("<HB", content, at + 64)
			first, size = struct.unpack_from("<II", content, at + 116)
			name = content[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
			if kind:
				entries.append(_Entry(name, kind, first, size))
		return entries

	def _chain(self, start: int) -> bytes:
		return b"".join(map(self._sector, _follow(start, self.fat)))

	def _sector(self, number: int) -> bytes:
		at = (number + 1) * self.size
		if at >= len(self.data):
			raise ValueError("a sector beyond the end")
		return self.data[at : at + self.size]

	def _numbers(self, sector: int) -> tuple[int, ...]:
		content = self._sector(sector)
		return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _follow(start: int, fat: list[int]) -> list[int]:
	"""Sector numbers of a chain, whose length no circle can make greater than the table's."""
	chain: list[int] = []
	while start != _END:
		if len(chain) > len(fat):
			raise ValueError("a chain in a circle")
		chain.append(start)
		start = fat[start]
	return chain


def compound_file(name: str, content: bytes) -> bytes:
	"""A compound file with this one stream and nothing else: no macros, no links."""
	content = content.ljust(_SMALL, b"\x00")
	content += b"\x00" * (-len(content) % 512)
	sectors = len(content) // 512
	tables = 1
	while tables * 128 < sectors + 1 + tables:
		tables += 1
	index_sectors = -(-max(tables - 109, 0) // 127)
	while tables * 128 < sectors + 1 + tables + index_sectors:
		tables += 1
		index_sectors = -(-max(tables - 109, 0) // 127)
	directory, first_table = sectors, sectors + 1
	first_index = first_table + tables
	fat = [*range(1, sectors), _END, _END, *[_FAT] * tables, *[_FAT - 1] * index_sectors]
	fat += [_FREE] * (tables * 128 - len(fat))
	places = [*range(first_table, first_table + tables)]
	index = b""
	for number in range(index_sectors):
		part = places[109 + 127 * number : 109 + 127 * (number + 1)]
		following = first_index + number + 1 if number + 1 < index_sectors else _END
		index += struct.pack("<128I", *part, *[_FREE] * (127 - len(part)), following)
	header = struct.pack(
		"<8s16x5H6x9I",
		SIGNATURE,
		*(0x3E, 3, 0xFFFE, 9, 6),
		*(0, tables, directory, 0, _SMALL, _END, 0, first_index if index_sectors else _END, index_sectors),
	)
	header += struct.pack("<109I", *(places + [_FREE] * 109)[:109])
	entries = _entry("Root Entry", _ROOT, 1, _END, 0) + _entry(name, _STREAM, _FREE, 0, len(content))
	return header + content + entries.ljust(512, b"\x00") + struct.pack(f"<{len(fat)}I", *fat) + index


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
	encoded = (name + "\x00").encode("utf-16-le")
	return encoded.ljust(64, b"\x00") + struct.pack(
		"<HBB3I36xIQ", len(encoded), kind, 1, _FREE, _FREE, child, start, size
	)
