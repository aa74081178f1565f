"""Which site this is, and how far its deliveries got: kept in files of the site's folder, which no backup of the database
holds. A restored or copied database is told from the one that was at work here.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import frappe

FOLDER = "rts_factoring"  # in the site's folder
RENAMED = "renamed_to"


class Mark(NamedTuple):
	"""The last step of a delivery: its batch, and the number of steps that batch had taken."""

	batch: str
	steps: int


def identity() -> str:
	"""One text for site name, database and installation. A site that differs in any of them has another."""
	parts = (frappe.local.site, frappe.conf.db_name or "", _installation())
	return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def is_paused() -> bool:
	"""Whether the site's configuration holds back everything that reaches a factor (`factoring_paused`)."""
	return bool(frappe.conf.get("factoring_paused"))


def write_mark(company: str, mark: Mark) -> None:
	"""Keep the last step of a company's deliveries. Called once the step is committed, in the order of the steps."""
	with _locked():
		_write(_mark_file(company), json.dumps(mark._asdict()))


def read_mark(company: str) -> Mark | None:
	try:
		found = json.loads(_mark_file(company).read_text())
		return read_mark(found[RENAMED]) if RENAMED in found else Mark(**found)
	except (FileNotFoundError, ValueError, TypeError):
		return None


def rename_mark(company: str, new_name: str) -> None:
	"""Keep the mark of a renamed company. Its old name leads to it: a backup of before has that name."""
	with _locked():
		if _mark_file(company).exists():
			_write(_mark_file(new_name), _mark_file(company).read_text())
			_write(_mark_file(company), json.dumps({RENAMED: new_name}))


def forget_mark(company: str, batch: str = "") -> None:
	"""Forget the mark; with `batch` only where it is about that one."""
	mark = read_mark(company)
	if mark and batch in ("", mark.batch):
		with _locked():
			_mark_file(company).unlink(missing_ok=True)


def _installation() -> str:
	"""A random text of this site's folder, made at the first call."""
	file = folder() / "installation"
	if not file.exists():
		with _locked():
			if not file.exists():
				_write(file, secrets.token_hex(16))
	return file.read_text().strip()


def _mark_file(company: str) -> Path:
	return folder() / f"mark-{hashlib.sha256(company.encode()).hexdigest()[:24]}.json"


def folder() -> Path:
	"""The app's own folder in the site's folder."""
	path = Path(frappe.get_site_path(FOLDER))
	path.mkdir(mode=0o750, exist_ok=True)
	return path


@contextmanager
def _locked() -> Iterator[None]:
	with (folder() / "lock").open("w") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		yield


def _write(file: Path, text: str) -> None:
	"""Whole or not at all."""
	part = file.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
	part.write_text(text)
	part.replace(file)
