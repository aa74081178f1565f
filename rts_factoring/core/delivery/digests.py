"""Digests of what is sent and of what is on disk: how a file is recognised on the server."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

READ_SIZE = 1 << 18  # bytes of a local file read at a time


@dataclass(frozen=True, slots=True)
class Digests:
	"""Hex digests of the bytes that were sent; servers offer different ones."""

	size: int
	sha256: str
	sha1: str
	md5: str

	def matches(self, digest: str) -> bool:
		return digest.lower() in (self.sha256, self.sha1, self.md5)


class Hasher:
	"""Collects the digests of a stream; SHA-1 and MD5 only when a server wants them."""

	def __init__(self, weak: bool = False):
		self.size = 0
		self._hashes = [hashlib.sha256()]
		if weak:
			self._hashes += [hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)]

	def update(self, block: bytes) -> None:
		self.size += len(block)
		for one in self._hashes:
			one.update(block)

	def result(self) -> Digests:
		sha256, sha1, md5 = (*(one.hexdigest() for one in self._hashes), "", "")[:3]
		return Digests(self.size, sha256, sha1, md5)


def file_digests(path: Path) -> Digests:
	"""All digests of a local file."""
	hasher = Hasher(weak=True)
	with open(path, "rb") as stream:
		while block := stream.read(READ_SIZE):
			hasher.update(block)
	return hasher.result()
