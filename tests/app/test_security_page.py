"""docs/security.md names a test beside each statement; each of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
SUITES = (ROOT / "tests", ROOT / "rts_factoring" / "tests")


def named() -> set[str]:
	return set(re.findall(r"`(test_\w+)`", TEXT))


def written() -> set[str]:
	files = [file for suite in SUITES for file in suite.rglob("test_*.py")]
	return {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text())}


def statements() -> list[list[str]]:
	"""The rows of the tables whose last column is Test."""
	found, inside = [], False
	for line in TEXT.splitlines():
		cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
		if cells == ["What holds", "Test"]:
			inside = True
		elif not line.startswith("|"):
			inside = False
		elif inside and set(line) - set("|- "):
			found.append(cells)
	return found


def test_every_test_named_on_the_security_page_exists():
	assert len(named()) > 50
	assert named() - written() == set()


def test_each_statement_names_a_test():
	assert len(statements()) > 25
	assert [row[0] for row in statements() if len(row) != 2 or "`test_" not in row[1]] == []
