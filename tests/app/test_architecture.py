"""docs/architecture.md: its picture shows the imports as they are, no arrow in it points up, and files that pages name exist."""

import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "architecture.svg"


@pytest.fixture(scope="module")
def script():
	spec = importlib.util.spec_from_file_location(
		"draw_architecture", ROOT / "scripts" / "draw_architecture.py"
	)
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	return module


def test_the_committed_picture_is_what_the_script_draws(script):
	assert PICTURE.read_text() == script.draw(), "Run `make architecture` and commit the picture."


def test_every_arrow_points_down():
	paths = [path for path in ElementTree.parse(PICTURE).iterfind(".//{*}path") if path.get("data-from")]
	assert len(paths) > 20
	for path in paths:
		start, *_, end = re.findall(r"-?\d+ (-?\d+)", path.get("d"))
		assert int(start) < int(end), f"{path.get('data-from')} → {path.get('data-to')}"


def test_every_package_is_in_the_picture(script):
	shown = {
		text.text for text in ElementTree.parse(PICTURE).iterfind(".//{*}text") if text.get("class") == "name"
	}
	packages = {
		".".join(folder.parent.relative_to(ROOT / "rts_factoring").parts)
		for layer in ("core", "services")
		for folder in (ROOT / "rts_factoring" / layer).glob("*/__init__.py")
	}
	assert len(packages) > 10 and packages <= shown
	assert set(script.captions()) == shown


@pytest.mark.parametrize(
	("importer", "imported"),
	[
		("core.notice", "services.invoices"),
		("services.company", "services.batches"),
		("core.money", "core.errors"),
	],
)
def test_an_import_that_does_not_go_down_is_refused(script, importer, imported):
	script.check({(imported, "core.messages"), ("services.views", importer)})
	with pytest.raises(SystemExit, match=f"{importer} imports {imported}"):
		script.check({(importer, imported)})


def test_files_named_for_developers_exist():
	pages = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/security.md")
	named = [
		(page, path)
		for page in pages
		for path in re.findall(r"`([\w./]+/[\w./]*\w)`", (ROOT / page).read_text())
		if not path.startswith("env/")
	]
	assert len(named) > 30
	for page, path in named:
		assert any((base / path).exists() for base in (ROOT, ROOT / "rts_factoring")), f"{page}: {path}"
