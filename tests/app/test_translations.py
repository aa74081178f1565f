"""Spanish is complete: every sentence of our code that a user may read stands in es.csv, with the same placeholders."""

import ast
import csv
import json
import re
from pathlib import Path

from rts_factoring.core.messages import DETAILS, ERRORS, READINESS, ROWS

PACKAGE = Path(__file__).resolve().parents[2] / "rts_factoring"
CALL = re.compile(r'\b__\(\s*("(?:[^"\\]|\\.)*")')
WORDS = 3  # shorter texts are words that Frappe or ERPNext translate
SAID_AT_THE_EDGE = (
	"Sentence",
	"Reason",
	"FactoringError",
	"FileRefused",
	"LayoutError",
	"PaperworkError",
	"NoticeError",
)
SAID_AT_THE_EDGE += (
	"DeliveryError",
	"PostingError",
	"too_large",
	"_refused",
	"_not_csv",
	"_too_complex",
	"_damaged",
)


def spanish() -> dict[str, str]:
	with (PACKAGE / "translations" / "es.csv").open(newline="") as lines:
		return {row[0]: row[1] for row in csv.reader(lines)}


def sentences() -> set[str]:
	found = set()
	for path in PACKAGE.rglob("*.py"):
		if {"tests", "cli", "sandbox"} & set(path.relative_to(PACKAGE).parts):
			continue
		for node in ast.walk(ast.parse(path.read_text())):
			called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_" and node.args
			if called and isinstance(node.args[0], ast.Constant):
				found.add(node.args[0].value)
	for path in PACKAGE.rglob("*.js"):
		found |= {json.loads(text) for text in CALL.findall(path.read_text())}
	return {text for text in found if len(text.split()) > WORDS} | set(core_sentences())


def core_sentences():
	"""What the core's errors and reasons say; services say it in the user's language (services.errors.say)."""
	for path in [*(PACKAGE / "core").rglob("*.py"), *(PACKAGE / "services").glob("*.py")]:
		for node in ast.walk(ast.parse(path.read_text())):
			if isinstance(node, ast.Call) and _name(node) in SAID_AT_THE_EDGE:
				given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg != "where")]
				for text in given:
					yield from _constants(text)
	for message in (*ERRORS.values(), *READINESS.values(), *ROWS.values()):
		yield from (text for text in message if len(text.split()) > WORDS)
	yield from (text for text in DETAILS.values() if len(text.split()) > WORDS)


def _name(node: ast.Call) -> str:
	return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _constants(node: ast.expr):
	"""The texts an argument may be: itself, or either side of a choice."""
	if isinstance(node, ast.IfExp):
		yield from _constants(node.body)
		yield from _constants(node.orelse)
	elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
		yield node.value


def test_every_sentence_is_translated():
	assert sentences() - set(spanish()) == set()


def test_placeholders_are_kept():
	for text, translated in spanish().items():
		assert sorted(re.findall(r"\{\w*\}", text)) == sorted(re.findall(r"\{\w*\}", translated)), text
