"""A zip archive with the parts of a workbook. Sizes are checked before anything is unpacked, and each part before it is read."""

from __future__ import annotations

import io
import re
import zipfile

from ..errors import FileRefused
from .checked import damaged, encrypted
from .sheets import Limits, too_large

SMALL = 2_000_000  # bytes of the parts that only list other parts
_DIRECTORY = 2_000_000  # bytes of an archive's list of parts; a workbook of 50 sheets has 10,000
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")


class Package:
	"""The archive's parts by name, with Windows' separators and names from the root made plain.

	Raises FileRefused: too_large, encrypted; zipfile.BadZipFile for damage.
	"""

	def __init__(self, data: bytes, file_name: str, limits: Limits):
		self.file_name = file_name
		self.limits = limits
		if _directory_size(data) > _DIRECTORY:
			raise too_large("parts_list", file_name, _DIRECTORY)
		self.zip = zipfile.ZipFile(io.BytesIO(data))
		members = self.zip.infolist()
		if len(members) > limits.members:
			raise too_large("parts", file_name, limits.members, len(members))
		unpacked = sum(member.file_size for member in members)
		if unpacked > limits.unpacked:
			raise too_large("unpacked", file_name, limits.unpacked, unpacked)
		if any(member.flag_bits & 1 for member in members):
			raise encrypted(file_name)
		self.members = {member.filename.replace("\\", "/").lstrip("/"): member for member in members}

	def raw(self, path: str, most: int | None = None) -> bytes:
		"""A part's bytes, true to their stated size."""
		member = self.members[path]
		if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
			raise damaged(self.file_name)
		if most and member.file_size > most:
			raise too_large("part", self.file_name, most, member.file_size, part=path)
		return self.zip.read(member)

	def xml(self, path: str, most: int | None = None) -> bytes:
		"""A part of XML as UTF-8. Entities, and encodings that could hide them, are refused."""
		body = self.raw(path, most)
		if body.startswith(_UTF_16):
			body = _DECLARATION.sub("", body.decode("utf-16")).encode()
		if b"\x00" in body[:4] or (b"<!" in body and _DOCTYPE.search(body)):
			raise FileRefused("unsafe", where=self.file_name)
		return body


def _directory_size(data: bytes) -> int:
	"""Size of the list of parts as the archive's end states it, before that list is read."""
	end = data.rfind(_END)
	if end < 0 or len(data) < end + 22:
		raise zipfile.BadZipFile("no end record")
	size = int.from_bytes(data[end + 12 : end + 16], "little")
	if size == 0xFFFFFFFF:
		end = data.rfind(_END_64)
		size = int.from_bytes(data[end + 40 : end + 48], "little") if end >= 0 else 0
	return size
