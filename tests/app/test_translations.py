"""Spanish is complete: every sentence of our code that a user may read stands in es.csv, with the same placeholders."""

import ast
import csv
import json
import re
from pathlib import Path

from rts_factoring.core.messages import DETAILS, ERRORS, QUALITY, READINESS, ROWS

PACKAGE = Path(__file__).resolve().parents[2] / "rts_factoring"
CALL = re.compile(r'\b__\(\s*("(?:[^"\\]|\\.)*")')
WORDS = 3  # shorter texts are words that Frappe or ERPNext translate


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
	"""What the core's errors and reasons say; services translate it (services.common.errors.translate)."""
	messages = (*ERRORS.values(), *READINESS.values(), *ROWS.values(), *QUALITY.values())
	for text in (*DETAILS.values(), *(text for message in messages for text in message)):
		if re.search(r"[a-z]", re.sub(r"\{\w*\}", "", text)):
			yield text


def test_every_sentence_is_translated():
	assert sentences() - set(spanish()) == set()


def test_placeholders_are_kept():
	for text, translated in spanish().items():
		assert sorted(re.findall(r"\{\w*\}", text)) == sorted(re.findall(r"\{\w*\}", translated)), text
