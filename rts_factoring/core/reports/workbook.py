"""An .xlsx → sheets of cells. The file is checked before the reader sees it, and the reader gets only the checked parts.
A workbook made to exhaust memory is refused with a clear error."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from itertools import pairwise
from xml.etree import ElementTree  # nosec B405 # every part was searched for entities before

from ..errors import FileRefused
from .checked import CheckedSheet, SheetBudget, check_sheet_count, read_copy
from .package import SMALL, Package
from .sheet_dimensions import cells_with_error, cells_without_value, sheet_dimensions, without_empty_cells
from .sheets import EPOCH_1904, Spreadsheet

_ITEM = re.compile(rb"<(?:\w+:)?si[\s/>]")
_FROM_1904 = re.compile(rb"\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_SHARED_CELL = re.compile(
	rb"<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*[\"']s[\"'][^<>]*>\s*<(?:\w+:)?v[^<>]*>\s*(\d{1,9})\s*<"
)
# Where the parts stand in the copy, wherever they stood in the file.
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ROOT = "_rels/.rels"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ONE_OF_A_KIND = ("styles", "sharedStrings")  # the reader looks for them by their usual names
_MAIN_KIND = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_KIND = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def read_workbook(package: Package) -> Spreadsheet:
	"""Raises FileRefused: not_xlsx, too_large, unsafe; errors of many kinds for damage."""
	parts = _Parts(package)
	sheets = parts.check()
	workbook = read_copy(parts.copy, sheets, package.file_name)
	if parts.counts_from_1904:
		workbook.epoch = EPOCH_1904
	return workbook


class _Parts:
	"""The parts that a reader needs. Each is read once, checked, and put into `copy`, uncompressed."""

	def __init__(self, package: Package):
		self.package = package
		self.file_name = package.file_name
		self.limits = package.limits
		self.members = package.members
		self.copy = io.BytesIO()
		self.counts_from_1904 = False

	def check(self) -> list[CheckedSheet | None]:
		"""Copy what the reader needs; returns the parts of the sheets in the workbook's order, None for other sheets."""
		path = self._workbook_path()
		folder, _, name = path.rpartition("/")
		workbook = self.package.xml(path, SMALL)
		kinds, targets = _relations(
			self.package.xml(f"{folder}/_rels/{name}.rels".lstrip("/"), SMALL), folder
		)
		self.counts_from_1904 = bool(_FROM_1904.search(workbook))
		sheets = _sheets(workbook)
		check_sheet_count(len(sheets), self.file_name, self.limits)
		with zipfile.ZipFile(self.copy, "w") as copy:
			copy.writestr(_ROOT, _relations_xml({"rId1": ("officeDocument", _WORKBOOK)}))
			copy.writestr(_WORKBOOK, workbook)
			related: dict[str, tuple[str, str]] = {}

			def put(ids: list[str], kind: str, body: bytes) -> None:
				target = f"{kind}.xml" if kind in _ONE_OF_A_KIND else f"{kind}{len(related) + 1}.xml"
				copy.writestr(f"xl/{target}", body)
				related.update(dict.fromkeys(ids, (kind, target)))

			lengths: list[int] = []
			for path, kind in kinds.items():
				if kind not in _ONE_OF_A_KIND or path not in self.members:
					continue
				body = self.package.xml(path)
				if kind == "sharedStrings":
					lengths += (of_part := _lengths(body))
					if not of_part:
						continue  # the reader takes a table without an item for damage
				put([f"{kind}{len(related)}"], kind, body)
			longest = max(lengths, default=0)
			parts: dict[str, CheckedSheet] = {}
			budget = _Budget(self.file_name, self.limits)
			for path in dict.fromkeys(targets.get(sheet, "") for sheet in sheets):
				ids = [sheet for sheet in sheets if targets.get(sheet, "") == path]
				kind = kinds.get(path, "")
				if path in self.members and kind == "worksheet":
					body = budget.take(self.package.xml(path), longest, lengths)
					parts[path] = CheckedSheet(cells_without_value(body), cells_with_error(body))
					put(ids, kind, body)
				elif path:
					related.update(dict.fromkeys(ids, (kind, f"left-out-{len(related)}.xml")))
			copy.writestr(_RELATIONS, _relations_xml(related))
		return [parts.get(targets.get(sheet, "")) for sheet in sheets]

	def _workbook_path(self) -> str:
		"""Where the package says that its workbook is."""
		kinds = _relations(self.package.xml(_ROOT, SMALL), "")[0] if _ROOT in self.members else {}
		path = next((path for path, kind in kinds.items() if kind == "officeDocument"), _WORKBOOK)
		if path not in self.members:
			raise FileRefused("not_xlsx.no_workbook", where=self.file_name)
		return path


class _Budget(SheetBudget):
	def take(self, body: bytes, longest: int, lengths: list[int]) -> bytes:
		"""The sheet as it is read: where it is too large, without the rows and cells that are only formatted."""
		limits = self.limits
		size = sheet_dimensions(body, rough=True)
		if self.area + size.rows * size.columns > limits.area:
			size = sheet_dimensions(body)
		if size.rows > limits.rows or size.columns > limits.columns or size.cells > limits.cells:
			body = without_empty_cells(body)
			size = sheet_dimensions(body)
		shared = self._shared_text(body, size.cells, longest, lengths)
		self.add(size.rows, size.columns, size.cells, shared)
		return body

	def _shared_text(self, body: bytes, cells: int, longest: int, lengths: list[int]) -> int:
		"""Characters of the shared texts of a sheet; a safe upper bound where that is enough."""
		if self.text + longest * cells <= self.limits.unpacked:
			return longest * cells
		indices = map(int, _SHARED_CELL.findall(body))
		return sum(lengths[index] for index in indices if index < len(lengths))


def _relations(body: bytes, folder: str) -> tuple[dict[str, str], dict[str, str]]:
	"""Path of a part → its kind, and relation id → path. Targets are relative to the folder, or from the root."""
	kinds, targets = {}, {}
	for relation in ElementTree.fromstring(body):  # nosec B314 # without entities
		target = relation.get("Target", "").replace("\\", "/")
		path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
		kinds[path] = relation.get("Type", "").rpartition("/")[2]
		targets[relation.get("Id", "")] = path
	return kinds, targets


def _relations_xml(related: dict[str, tuple[str, str]]) -> bytes:
	"""The list of relations: id → kind and target."""
	root = ElementTree.Element("Relationships", xmlns=_PACKAGE)
	for name, (kind, target) in related.items():
		ElementTree.SubElement(root, "Relationship", Id=name, Type=f"{_OFFICE}/{kind}", Target=target)
	return ElementTree.tostring(root)


def _sheets(body: bytes) -> list[str]:
	"""Relation ids of the sheets, in the order of their tabs."""
	root = ElementTree.fromstring(body)  # nosec B314 # without entities
	sheets = (node for node in root.iter() if node.tag.rpartition("}")[2] == "sheet")
	return [node.get(_MAIN_KIND) or node.get(_STRICT_KIND) or "" for node in sheets]


def _lengths(body: bytes) -> list[int]:
	starts = [match.start() for match in _ITEM.finditer(body)]
	return [end - start for start, end in pairwise((*starts, len(body)))]
