"""The table of messages: every error raised is in it with the values it needs, and no message is left over."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from rts_factoring.core import messages
from rts_factoring.core.eligibility import Reason
from rts_factoring.core.errors import FactoringError
from rts_factoring.core.messages import DETAILS, ERRORS, QUALITY, READINESS, ROWS

PACKAGE = Path(__file__).resolve().parents[2] / "rts_factoring"
TABLES = [table for name, table in vars(messages).items() if name.isupper() and name != "ERRORS"]
RAISED = {kind.__name__ for kind in [FactoringError, *FactoringError.__subclasses__()]}
NOT_VALUES = {"where", "retry", "message", "hint"}


def fields(*texts: str) -> set[str]:
	return {name for text in texts for _, name, *_ in Formatter().parse(text) if name is not None}


def calls() -> list[tuple[str, str, ast.Call]]:
	"""Where, name and call of everything that takes a message from a table, its first argument a plain text."""
	found = []
	for path in PACKAGE.rglob("*.py"):
		for node in ast.walk(ast.parse(path.read_text())):
			if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
				name = getattr(node.func, "id", getattr(node.func, "attr", ""))
				if name in RAISED | {"detail", "Reason"}:
					found.append((f"{path.relative_to(PACKAGE)}:{node.lineno}", name, node))
	return found


def test_every_message_is_raised_with_the_values_it_names():
	wrong = []
	for where, name, call in calls():
		if len(call.args) > 1 or any(keyword.arg is None for keyword in call.keywords):
			continue  # a text of its own, or values from elsewhere
		code = call.args[0].value
		table = {"detail": DETAILS, "Reason": READINESS}.get(name, ERRORS)
		if code not in table:
			wrong.append((where, code, "is not in the table"))
			continue
		texts = (table[code],) if name == "detail" else table[code]
		given = {keyword.arg for keyword in call.keywords} - NOT_VALUES
		if given != fields(*texts):
			wrong.append((where, code, f"gives {sorted(given)}, needs {sorted(fields(*texts))}"))
	assert wrong == []


def test_no_two_tables_share_a_code_of_an_error():
	tables = [table for table in TABLES if table not in (READINESS, ROWS, DETAILS, QUALITY)]
	assert len(ERRORS) == sum(map(len, tables))


def test_no_message_is_left_over():
	sources = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "messages"]
	texts = "\n".join(path.read_text() for path in sources)
	whole = set(re.findall(r'"([a-z_0-9]+(?:\.[a-z_0-9]+)?)"', texts))
	begun = set(re.findall(r'f"([a-z_0-9]+)\.\{', texts))
	assert [
		code for code in ERRORS | QUALITY if code not in whole and code.partition(".")[0] not in begun
	] == []


@pytest.mark.parametrize(
	"message", [*ERRORS.values(), *READINESS.values(), *ROWS.values(), *QUALITY.values()]
)
def test_a_message_is_whole_sentences(message):
	for text in message:
		assert not text or text[0] in "{“" or text[0].isupper() or text.startswith(".")
		assert not text or text[-1] in ".!?”}", text


def test_a_reason_may_bring_its_own_words():
	assert str(Reason("not_pdf", "a.pdf is no PDF.", "Attach the right file.")) == (
		"a.pdf is no PDF. Attach the right file."
	)
	assert str(Reason("small", amount="5.00", least="100.00")).startswith("The amount 5.00 is below")
