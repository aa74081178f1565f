"""Bytes of a report file → rows of cells, within limits that are checked before anything is unpacked in memory."""

from __future__ import annotations

from .delimited import read_delimited
from .gc_paused import gc_paused
from .sheets import Limits, Sheet, Spreadsheet, too_large
from .workbook import read_workbook


@gc_paused
def read(data: bytes, file_name: str, limits: Limits | None = None) -> Spreadsheet:
	"""Read a .csv (or .txt, .tsv) by its name, and any other file as .xlsx.

	Raises FileRefused: not_xlsx, not_csv, too_large, encrypted, unsafe, no_rows.
	"""
	limits = limits or Limits()
	if len(data) > limits.bytes:
		raise too_large("bytes", file_name, limits.bytes, len(data))
	if file_name.lower().endswith((".csv", ".txt", ".tsv")):
		return Spreadsheet(file_name, [Sheet("", read_delimited(data, file_name, limits))])
	return read_workbook(data, file_name, limits)
