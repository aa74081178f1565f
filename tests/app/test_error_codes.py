"""docs/errors.md: made from the tables of messages, and every code is in it."""

import importlib.util
import re
from pathlib import Path

import pytest

from rts_factoring.core.messages import ERRORS, QUALITY, READINESS, ROWS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "errors.md"


@pytest.fixture(scope="module")
def script():
	spec = importlib.util.spec_from_file_location(
		"write_error_codes", ROOT / "scripts" / "write_error_codes.py"
	)
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	return module


def test_the_page_is_what_the_script_writes(script):
	assert PAGE.read_text() == script.page(), "Run `make error-codes` and commit docs/errors.md."


def test_every_code_is_on_the_page():
	listed = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)
	assert set(listed) == {
		key.partition(".")[0] for table in (ERRORS, READINESS, ROWS, QUALITY) for key in table
	}
	assert len(listed) == len(ERRORS) + len(READINESS) + len(ROWS) + len(QUALITY)


def test_a_table_without_a_section_is_refused(script, monkeypatch):
	monkeypatch.setattr(script, "SECTIONS", script.SECTIONS[:-1])
	with pytest.raises(SystemExit, match="No section has"):
		script.page()
