#!/usr/bin/env python3
"""Write the fields of each DocType as types into its controller: `python3 scripts/write_type_blocks.py [--check]`.

Frappe does the same for a DocType that is saved on a bench in developer mode (`export_python_type_annotations` in
hooks.py); this reads the JSON files and needs no bench. `--check` only says which controllers are out of date.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCTYPES = ROOT / "rts_factoring" / "rts_factoring" / "doctype"
BEGIN, END = "# begin: auto-generated types", "# end: auto-generated types"
BLOCK = f"""\t{BEGIN}
\t# This code is auto-generated. Do not modify anything in this block.

\tfrom typing import TYPE_CHECKING

\tif TYPE_CHECKING:
{{lines}}
\t{END}
"""
# Of these Frappe has no type; they hold nothing, or were forgotten there.
UNTYPED = frozenset(
	(
		*("Button", "ColumnBreak", "Fold", "Geolocation", "HTML", "Heading", "Icon", "Image", "LongInt"),
		*("SectionBreak", "Signature", "TabBreak"),
	)
)
NEVER_NONE = frozenset(
	("Check", "Currency", "Float", "Int", "Percent", "Rating", "Select", "Table", "TableMultiSelect")
)


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
	parser.add_argument(
		"--check", action="store_true", help="write nothing; end with 1 when a block is out of date"
	)
	check_only = parser.parse_args().check
	stale = [path for path in sorted(DOCTYPES.glob("*/*.json")) if is_stale(path)]
	for path in stale:
		print(path.with_suffix(".py").relative_to(ROOT))
	if check_only:
		return 1 if stale else 0
	for path in stale:
		write(path)
	if stale:
		controllers = [str(path.with_suffix(".py")) for path in stale]
		if subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", *controllers]).returncode:
			print("Format them with ruff format.")
	return 0


def is_stale(path: Path) -> bool:
	"""Whether the controller of this DocType JSON states other types than the fields have; layout does not count."""
	return _types(_present(path.with_suffix(".py").read_text())) != _types(
		block(json.loads(path.read_text()))
	)


def write(path: Path) -> None:
	"""Put the block behind the class line of the controller, or in the place of the old one."""
	controller, doctype = path.with_suffix(".py"), json.loads(path.read_text())
	code = controller.read_text()
	if old := _present(code):
		code = code.replace(old, block(doctype))
	else:
		code = re.sub(
			rf"(class {_class_name(doctype['name'])}\(.*\n)(\tpass\n)?",
			lambda line: f"{line[1]}{block(doctype)}\n{line[2] or ''}",
			code,
		)
	controller.write_text(code)


def block(doctype: dict) -> str:
	"""The lines of a controller that state the types of a DocType's fields, sorted by name."""
	tables = sorted(
		{field["options"] for field in doctype["fields"] if field["fieldtype"].startswith("Table")}
	)
	imports = [f"from {_module(name)} import {_class_name(name)}" for name in tables]
	fields = {
		field["fieldname"]: _type(field) for field in doctype["fields"] if _python_name(field) not in UNTYPED
	}
	if doctype.get("istable"):
		fields |= dict.fromkeys(("parent", "parentfield", "parenttype"), "DF.Data")
	lines = ["from frappe.types import DF", "", *imports, *([""] if imports else [])]
	lines += sorted(f"{name}: {kind}" for name, kind in fields.items())
	return BLOCK.format(lines="\n".join(f"\t\t{line}" if line else "" for line in lines))


def _type(field: dict) -> str:
	name = _python_name(field)
	if name == "Select":
		options = [option.strip() for option in field.get("options", "").split("\n")]
		return f"DF.Literal{json.dumps(options)}"
	if name.startswith("Table"):
		return f"DF.{name}[{_class_name(field['options'])}]"
	none = "" if name in NEVER_NONE or field.get("reqd") or field.get("not_nullable") else " | None"
	return f"DF.{name}{none}"


def _python_name(field: dict) -> str:
	return field["fieldtype"].replace(" ", "")


def _class_name(doctype: str) -> str:
	return doctype.replace(" ", "")


def _module(doctype: str) -> str:
	scrubbed = doctype.lower().replace(" ", "_")
	return f"rts_factoring.rts_factoring.doctype.{scrubbed}.{scrubbed}"


def _present(code: str) -> str:
	"""The block in a controller, "" when it has none."""
	found = re.search(rf"\t{BEGIN}.*?\t{END}\n", code, re.DOTALL)
	return found[0] if found else ""


def _types(lines: str) -> str:
	return ast.dump(ast.parse(f"class _:\n{lines}")) if lines else ""


if __name__ == "__main__":
	sys.exit(main())
