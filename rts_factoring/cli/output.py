"""Files the commands write: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
	"""Write under a temporary name beside `path`, then rename: a full disk leaves no half file under the final name."""
	if path.is_dir():
		raise IsADirectoryError(21, "it is a folder", str(path))
	if not path.parent.is_dir():
		raise FileNotFoundError(2, "no such folder", str(path.parent))
	handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
	try:
		with os.fdopen(handle, "wb") as file:
			file.write(content)
		os.chmod(draft, 0o666 & ~_umask())
		os.replace(draft, path)
	except BaseException:
		os.unlink(draft)
		raise


def _umask() -> int:
	mask = os.umask(0)
	os.umask(mask)
	return mask


def size(count: int) -> str:
	"""Bytes as a person reads them: `12.3 kB`, `4.5 MB`."""
	return f"{count / 1000**2:.1f} MB" if count >= 1000**2 else f"{count / 1000:.1f} kB"


def counted(number: int, noun: str) -> str:
	"""`1 page`, `3 pages`."""
	return f"{number:,} {noun}{'' if number == 1 else 's'}"
