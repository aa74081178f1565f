"""Every way in that hooks.py names exists, and every patch has its module."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "rts_factoring"
spec = importlib.util.spec_from_file_location("hooks_under_test", PACKAGE / "hooks.py")
hooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hooks)


def strings(value) -> list[str]:
	if isinstance(value, str):
		return [value]
	if isinstance(value, dict):
		return [text for item in value.values() for text in strings(item)]
	if isinstance(value, (list, tuple)):
		return [text for item in value for text in strings(item)]
	return []


def dotted_paths() -> list[str]:
	values = [getattr(hooks, name) for name in dir(hooks) if not name.startswith("__")]
	found = {text for value in values for text in strings(value)}
	return sorted(text for text in found if text.startswith("rts_factoring."))


def functions_of(module: str) -> set[str]:
	path = ROOT / (module.replace(".", "/") + ".py")
	assert path.exists(), f"{module} does not exist"
	tree = ast.parse(path.read_text())
	return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def methods_of_api() -> set[str]:
	"""What stands in rts_factoring/api/__init__.py, and so has an address."""
	tree = ast.parse((PACKAGE / "api" / "__init__.py").read_text())
	return {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}


@pytest.mark.parametrize("path", dotted_paths())
def test_a_hook_names_a_function_that_exists(path):
	module, name = path.rsplit(".", 1)
	assert name in functions_of(module)


def test_scripts_and_styles_exist():
	given = [getattr(hooks, name, {}) for name in ("doctype_js", "doctype_list_js", "doctype_calendar_js")]
	for file in strings(given):
		assert (PACKAGE / file).exists(), file


def test_patches_exist():
	lines = (PACKAGE / "patches.txt").read_text().splitlines()
	patches = [line.split()[0] for line in lines if line.strip() and not line.startswith("[")]
	assert patches
	for patch in patches:
		assert "execute" in functions_of(patch), patch


def test_background_jobs_named_by_text_exist():
	"""`frappe.enqueue("rts_factoring...")` is only found out at night otherwise."""
	for path in PACKAGE.rglob("*.py"):
		for node in ast.walk(ast.parse(path.read_text())):
			called = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "enqueue"
			for argument in node.args[:1] if called else []:
				if isinstance(argument, ast.Constant):
					module, name = argument.value.rsplit(".", 1)
					assert name in functions_of(module), argument.value


def test_every_method_of_the_api_has_its_address():
	written = {
		node.name
		for path in (PACKAGE / "api").glob("*.py")
		for node in ast.parse(path.read_text()).body
		if isinstance(node, ast.FunctionDef)
		and any("whitelist" in ast.unparse(by) for by in node.decorator_list)
	}
	assert len(written) > 40
	assert methods_of_api() == written


def test_methods_that_forms_cards_and_pages_of_docs_call_exist():
	files = [*PACKAGE.rglob("*.js"), *PACKAGE.rglob("*.json"), *(ROOT / "docs").glob("*.md")]
	called = {
		(path.name, name)
		for path in files
		for name in re.findall(r"rts_factoring\.api\.(\w+)", path.read_text())
	}
	assert len(called) > 40
	assert {(path, name) for path, name in called if name not in methods_of_api()} == set()
