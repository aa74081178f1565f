"""Bytes of a report file → rows of cells, within limits that are checked before anything is unpacked in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from ..errors import FileRefused
from .binary_workbook import read_binary_workbook
from .checked import damaged, encrypted
from .compound_file import CompoundFile
from .delimited import read_delimited
from .file_kinds import FileKind, compound_kind, file_kind, mime_type, package_kind
from .gc_paused import gc_paused
from .old_excel import read_old_excel
from .opendocument import read_opendocument
from .package import Package
from .sheets import Limits, Sheet, Spreadsheet, too_large
from .workbook import read_workbook

_TEXTS = (".csv", ".tsv", ".txt")
_NO_TEXTS = (".xlsx", ".xlsm", ".xlsb", ".ods")  # many programs name a text .xls
# By these a report is known in a folder or a mail, where a .txt is a note to a person.
REPORT_ENDINGS = (*_NO_TEXTS, ".xls", ".csv", ".tsv")
_PACKAGES: dict[str, Callable[[Package], Spreadsheet]] = {
	"xlsx": read_workbook,
	"xlsb": read_binary_workbook,
	"ods": read_opendocument,
}


@gc_paused
def read(data: bytes, file_name: str, limits: Limits | None = None) -> Spreadsheet:
	"""Read a workbook (.xlsx, .xls, .xlsb, .ods) or a text (.csv, .tsv). What a file is, its bytes say, whatever its name,
	except that a text under the name of a workbook is refused: something went wrong where it was made.

	Raises FileRefused: not_xlsx, not_csv, too_large, encrypted, unsafe, no_rows.
	"""
	limits = limits or Limits()
	if len(data) > limits.bytes:
		raise too_large("bytes", file_name, limits.bytes, len(data))
	kind = file_kind(data)
	ending = PurePath(file_name).suffix.lower()
	if kind is FileKind.EMPTY:
		raise FileRefused("no_rows.empty_file" if ending in _TEXTS else "not_xlsx.empty", where=file_name)
	if kind is FileKind.TEXT and ending not in _NO_TEXTS:
		return Spreadsheet(file_name, [Sheet("", read_delimited(data, file_name, limits))])
	if kind not in (FileKind.ZIP, FileKind.COMPOUND):
		raise FileRefused(f"not_xlsx.{kind.value}", where=file_name)
	read_kind = _read_package if kind is FileKind.ZIP else _read_compound
	try:
		return read_kind(data, file_name, limits)
	except FileRefused:
		raise
	except Exception as error:  # a reader's errors differ by version; each means damage
		raise damaged(file_name) from error
	except BaseException as error:
		if type(error).__name__ == "PanicException":  # a panic of the reader does not derive from Exception
			raise damaged(file_name) from None
		raise


def _read_package(data: bytes, file_name: str, limits: Limits) -> Spreadsheet:
	package = Package(data, file_name, limits)
	kind = package_kind(list(package.members), mime_type(package.zip))
	if kind not in _PACKAGES:
		raise FileRefused(f"not_xlsx.{kind}", where=file_name)
	return _PACKAGES[kind](package)


def _read_compound(data: bytes, file_name: str, limits: Limits) -> Spreadsheet:
	file = CompoundFile(data)
	kind = compound_kind(file.names)
	if kind == "encrypted":
		raise encrypted(file_name)
	if kind != "xls":
		raise FileRefused(f"not_xlsx.{kind}", where=file_name)
	return read_old_excel(file, file_name, limits)
