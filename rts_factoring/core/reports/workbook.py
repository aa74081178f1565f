"""An .xlsx → sheets of cells. The file is checked before the reader sees it, and the reader gets only the checked parts.
A workbook made to exhaust memory is refused with a clear error."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree  # nosec B405 # every part was searched for entities before

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ..errors import FileRefused
from .sheet_dimensions import (
	Cell,
	cells_with_error,
	cells_without_value,
	sheet_dimensions,
	without_empty_cells,
)
from .sheets import EPOCH_1904, FORMULA_WITHOUT_VALUE, Limits, Row, Sheet, Spreadsheet, too_large

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_DIRECTORY = 2_000_000  # bytes of a package's list of parts; a workbook of 50 sheets has 10,000
_SMALL = 2_000_000  # bytes of the parts that only list other parts
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
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
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_MAIN_KIND = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_KIND = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def read_workbook(data: bytes, file_name: str, limits: Limits) -> Spreadsheet:
	"""Raises FileRefused: not_xlsx, too_large, encrypted, unsafe."""
	if not data:
		raise FileRefused("not_xlsx.empty", where=file_name)
	if data.startswith(_OLE):
		if "EncryptedPackage".encode("utf-16-le") in data:
			raise _encrypted(file_name)
		raise FileRefused("not_xlsx.old_excel", where=file_name)
	if not data.startswith(b"PK"):
		raise FileRefused(f"not_xlsx.{_kind_of(data[:4096])}", where=file_name)
	try:
		package = _Package(data, file_name, limits)
		parts = package.check()
		workbook = _read(package.copy, parts, file_name)
		if package.counts_from_1904:
			workbook.epoch = EPOCH_1904
		return workbook
	except FileRefused:
		raise
	except Exception as error:  # a reader's errors differ by version; each means damage
		raise _damaged(file_name) from error
	except BaseException as error:
		if type(error).__name__ == "PanicException":  # a panic of the reader does not derive from Exception
			raise _damaged(file_name) from None
		raise


@dataclass(slots=True)
class _Part:
	"""What the reader leaves out of a worksheet: its cells without a value, and those with an error."""

	no_value: list[Cell]
	errors: list[Cell]


class _Package:
	"""The zip archive. Its parts are read once, checked, and put into `copy`, uncompressed."""

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
			raise _encrypted(file_name)
		# Some programs write Windows' separators, or names from the root.
		self.members = {member.filename.replace("\\", "/").lstrip("/"): member for member in members}
		self.copy = io.BytesIO()
		self.counts_from_1904 = False

	def check(self) -> list[_Part | None]:
		"""Copy what the reader needs; returns the parts of the sheets in the workbook's order, None for other sheets."""
		path = self._workbook_path()
		folder, _, name = path.rpartition("/")
		workbook = self._body(path, _SMALL)
		kinds, targets = _relations(self._body(f"{folder}/_rels/{name}.rels".lstrip("/"), _SMALL), folder)
		self.counts_from_1904 = bool(_FROM_1904.search(workbook))
		sheets = _sheets(workbook)
		if len(sheets) > self.limits.sheets:
			raise too_large("sheets", self.file_name, self.limits.sheets, len(sheets))
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
				body = self._body(path)
				if kind == "sharedStrings":
					lengths += (of_part := _lengths(body))
					if not of_part:
						continue  # the reader takes a table without an item for damage
				put([f"{kind}{len(related)}"], kind, body)
			longest = max(lengths, default=0)
			parts: dict[str, _Part] = {}
			budget = _Budget(self.file_name, self.limits)
			for path in dict.fromkeys(targets.get(sheet, "") for sheet in sheets):
				ids = [sheet for sheet in sheets if targets.get(sheet, "") == path]
				kind = kinds.get(path, "")
				if path in self.members and kind == "worksheet":
					body = budget.take(self._body(path), longest, lengths)
					parts[path] = _Part(cells_without_value(body), cells_with_error(body))
					put(ids, kind, body)
				elif path:
					related.update(dict.fromkeys(ids, (kind, f"left-out-{len(related)}.xml")))
			copy.writestr(_RELATIONS, _relations_xml(related))
		return [parts.get(targets.get(sheet, "")) for sheet in sheets]

	def _workbook_path(self) -> str:
		"""Where the package says that its workbook is."""
		kinds = _relations(self._body(_ROOT, _SMALL), "")[0] if _ROOT in self.members else {}
		path = next((path for path, kind in kinds.items() if kind == "officeDocument"), _WORKBOOK)
		if path not in self.members:
			raise FileRefused("not_xlsx.no_workbook", where=self.file_name)
		return path

	def _body(self, path: str, most: int | None = None) -> bytes:
		"""A part's bytes, true to their stated size, as UTF-8; refuses entities and encodings that could hide them."""
		member = self.members[path]
		if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
			raise _damaged(self.file_name)
		if most and member.file_size > most:
			raise too_large("part", self.file_name, most, member.file_size, part=path)
		body = self.zip.read(member)
		if body.startswith(_UTF_16):
			body = _DECLARATION.sub("", body.decode("utf-16")).encode()
		if b"\x00" in body[:4] or (b"<!" in body and _DOCTYPE.search(body)):
			raise FileRefused("unsafe", where=self.file_name)
		return body


class _Budget:
	"""What all sheets together may take. A reader allocates rows × columns up to the outermost cells of a sheet, and a copy
	of a shared text for every cell that uses it."""

	def __init__(self, file_name: str, limits: Limits):
		self.file_name = file_name
		self.limits = limits
		self.cells = self.area = self.text = 0

	def take(self, body: bytes, longest: int, lengths: list[int]) -> bytes:
		"""The sheet as it is read: where it is too large, without the rows and cells that are only formatted."""
		limits = self.limits
		size = sheet_dimensions(body, rough=True)
		if self.area + size.rows * size.columns > limits.area:
			size = sheet_dimensions(body)
		if size.rows > limits.rows or size.columns > limits.columns or size.cells > limits.cells:
			body = without_empty_cells(body)
			size = sheet_dimensions(body)
		if size.rows > limits.rows:
			raise too_large("sheet_rows", self.file_name, limits.rows, size.rows)
		if size.columns > limits.columns:
			raise too_large("columns", self.file_name, limits.columns, size.columns)
		self.cells += size.cells
		self.area += size.rows * size.columns
		self.text += self._shared_text(body, size.cells, longest, lengths)
		if self.cells > limits.cells or self.area > limits.area:
			most = limits.cells if self.cells > limits.cells else limits.area
			raise too_large("cells", self.file_name, most)
		if self.text > limits.unpacked:
			raise too_large("texts", self.file_name, limits.unpacked, self.text)
		return body

	def _shared_text(self, body: bytes, cells: int, longest: int, lengths: list[int]) -> int:
		"""Characters of the shared texts of a sheet; a safe upper bound where that is enough."""
		if self.text + longest * cells <= self.limits.unpacked:
			return longest * cells
		indices = map(int, _SHARED_CELL.findall(body))
		return sum(lengths[index] for index in indices if index < len(lengths))


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


def _read(copy: io.BytesIO, parts: list[_Part | None], file_name: str) -> Spreadsheet:
	copy.seek(0)
	workbook = CalamineWorkbook.from_filelike(copy)
	copy.close()
	result = Spreadsheet(file_name)
	for index, (meta, part) in enumerate(zip(workbook.sheets_metadata, parts, strict=True)):
		if part is None or meta.typ != SheetTypeEnum.WorkSheet or meta.visible == SheetVisibleEnum.VeryHidden:
			continue
		rows: list[Row] = workbook.get_sheet_by_index(index).to_python(skip_empty_area=False)
		_put(rows, part.no_value, FORMULA_WITHOUT_VALUE)
		_put(rows, part.errors, "#ERROR")
		result.sheets.append(Sheet(meta.name, rows, meta.visible != SheetVisibleEnum.Visible))
	return result


def _put(rows: list[Row], cells: list[Cell], value: object) -> None:
	"""Set cells that the reader gives as empty, or leaves out because they are beyond all filled ones."""
	if not cells:
		return
	width = max(len(rows[0]) if rows else 0, 1 + max(column for _, column in cells))
	rows.extend([] for _ in range(len(rows), 1 + max(row for row, _ in cells)))
	for row in rows:
		row.extend([""] * (width - len(row)))
	for number, column in cells:
		rows[number][column] = value


def _damaged(file_name: str) -> FileRefused:
	return FileRefused("not_xlsx.damaged", where=file_name)


def _encrypted(file_name: str) -> FileRefused:
	return FileRefused("encrypted", where=file_name)


def _kind_of(head: bytes) -> str:
	"""What a file that is no zip archive looks like; the variant of its message."""
	if b"\x00" in head:
		return "other"
	if re.search(rb"<(html|table|!doctype)", head, re.IGNORECASE):
		return "web_page"
	return "text"
