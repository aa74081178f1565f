"""The layer rule: core knows no Frappe, and nothing below is told the name of a layer above."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "rts_factoring"
CORE = sorted(path for path in (PACKAGE / "core").rglob("*.py"))
SERVICES = sorted((PACKAGE / "services").rglob("*.py"))
ABOVE_CORE = (
	"rts_factoring.services",
	"rts_factoring.overrides",
	"rts_factoring.printing",
	"frappe",
	"erpnext",
)
ABOVE_SERVICES = ("overrides", "printing", "api", "tasks", "rts_factoring", "permissions", "hooks")


def module_name(path: Path) -> str:
	return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
	"""Absolute names of every module a file imports, anywhere in it."""
	names = set()
	package = module_name(path).split(".")
	if path.name != "__init__.py":
		package = package[:-1]
	for node in ast.walk(ast.parse(path.read_text())):
		if isinstance(node, ast.Import):
			names |= {alias.name for alias in node.names}
		elif isinstance(node, ast.ImportFrom):
			base = package[: len(package) - node.level + 1] if node.level else []
			start = ".".join([*base, *([node.module] if node.module else [])])
			names |= {start} | {f"{start}.{alias.name}" for alias in node.names}
	return names


def test_every_core_module_imports_without_frappe():
	names = [module_name(path) for path in CORE]
	code = "import sys, importlib; sys.modules['frappe'] = None\n"
	code += "for name in sys.argv[1:]: importlib.import_module(name)"
	done = subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True)
	assert done.returncode == 0, done.stderr
	assert len(names) > 10


@pytest.mark.parametrize("path", CORE, ids=module_name)
def test_core_names_no_layer_above_it(path):
	above = {name for name in imported(path) if name.startswith(ABOVE_CORE)}
	assert not above


@pytest.mark.parametrize("path", SERVICES, ids=module_name)
def test_services_name_no_layer_above_them(path):
	above = {
		name
		for name in imported(path)
		if name.startswith("rts_factoring.") and name.split(".")[1] in ABOVE_SERVICES
	}
	assert not above


def methods():
	for path in sorted((PACKAGE / "rts_factoring" / "doctype").glob("*/*.py")):
		for node in ast.walk(ast.parse(path.read_text())):
			if isinstance(node, ast.FunctionDef) and not path.name.startswith("test_"):
				body = [ast.unparse(part) for part in node.body]
				yield f"{path.name}: {node.name}", node, body[1:] if ast.get_docstring(node) else body


def is_open(node: ast.FunctionDef) -> bool:
	return any("whitelist" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_controllers_only_hand_over():
	for name, _node, body in methods():
		work = [line for line in body if "permission(" not in line and "only_for(" not in line]
		assert len(work) <= 2, f"{name} does more than hand over"


def test_open_methods_check_the_permission_first():
	for name, node, body in methods():
		if is_open(node) and any("self" in line for line in body):
			checks = ("self.check_permission(", "frappe.only_for(", "frappe.has_permission(")
			assert body[0].startswith(checks) or "saved_document(self" in body[0], name


def test_whitelisted_modules_keep_their_annotations():
	"""`from __future__ import annotations` would switch off Frappe's validation of arguments."""
	for path in PACKAGE.rglob("*.py"):
		text = path.read_text()
		if "@frappe.whitelist" in text:
			assert "from __future__ import annotations" not in text, path


def test_a_test_file_imports_no_other_test_file():
	"""What several need stands in tests/support, or on a bench in the modules of rts_factoring/tests that are no tests."""
	files = [path for suite in (ROOT / "tests", PACKAGE / "tests") for path in suite.rglob("*.py")]
	assert len(files) > 150
	for path in files:
		tests = {name for name in imported(path) if re.search(r"\btests\.(\w+\.)*test_", name)}
		assert not tests, path
