"""Spanish is complete: every text that a user may read, one word or a sentence, stands in es.csv, with the same placeholders."""

import ast
import csv
import json
import re
from pathlib import Path

from rts_factoring.core.messages import DETAILS, ERRORS, QUALITY, READINESS, ROWS
from rts_factoring.core.model import Event, Role
from scripts import write_locale

PACKAGE = Path(__file__).resolve().parents[2] / "rts_factoring"
CALL = re.compile(r'\b__\(\s*("(?:[^"\\]|\\.)*")')
LEFT_TO_FRAPPE = set(  # words that Frappe or ERPNext translate, in 15 and in 16
	[
		"API",
		"Accepted",
		"Account",
		"Account Balance",
		"Accounts",
		"Action",
		"Advances",
		"All",
		"Amended From",
		"Amount",
		"Amounts",
		"Balance",
		"Bank Account",
		"Batch",
		"Both",
		"Cancelled",
		"Company",
		"Cost",
		"Cost Center",
		"Currency",
		"Customer",
		"Customer Name",
		"Date",
		"Date Format",
		"Debit",
		"Delivered",
		"Delivery",
		"Difference",
		"Documents",
		"Download",
		"Enabled",
		"Error",
		"Event",
		"Field",
		"Grand Total",
		"Ignore",
		"Invoice",
		"Invoice Number",
		"Invoices",
		"Journal Entry",
		"Key",
		"Language",
		"Left",
		"Message",
		"Off",
		"Other",
		"Payment",
		"Payment Method",
		"Posting Date",
		"Print Format",
		"Purchase",
		"Purchased",
		"Queued",
		"Receivable",
		"Records",
		"Remarks",
		"Resolution",
		"Sales Invoice",
		"Setup",
		"Signed",
		"Signed On",
		"Time",
		"Total Amount",
		"Valid From",
	]
)
CODE = re.compile(r"[a-z]+(_[a-z]+)*")  # a stored value; the desk shows it in words


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
	return found | set(core_sentences())


def labels() -> set[str]:
	"""Of DocTypes with their fields and choices, of the workspace, its sidebar and its cards."""
	found = set()
	for path in PACKAGE.rglob("*.json"):
		shown = json.loads(path.read_text())
		if not isinstance(shown, dict) or "doctype" not in shown:
			continue
		rows = [
			row
			for table in ("fields", "links", "shortcuts", "number_cards", "items")
			for row in shown.get(table) or []
		]
		if shown["doctype"] == "DocType":
			found.add(shown["name"])
		found |= {row.get(key) for row in (shown, *rows) for key in ("label", "description", "title")}
		choices = [row.get("options") or "" for row in rows if row.get("fieldtype") == "Select"]
		found |= {choice for options in choices for choice in options.split("\n")}
	return {text for text in found if text and re.search("[A-Za-z]{2}", text) and not CODE.fullmatch(text)}


def events() -> set[str]:
	"""What happened to an invoice, and the accounts it moved, as the desk writes their names."""
	names = [member.value.replace("_", " ") for member in (*Event, *Role)]
	return {name.title() for name in names} | {
		member.value.replace("_", " ").capitalize() for member in Event
	}


def core_sentences():
	"""What the core's errors and reasons say; services translate it (services.common.errors.translate)."""
	messages = (*ERRORS.values(), *READINESS.values(), *ROWS.values(), *QUALITY.values())
	for text in (*DETAILS.values(), *(text for message in messages for text in message)):
		if re.search(r"[a-z]", re.sub(r"\{\w*\}", "", text)):
			yield text


def test_every_sentence_is_translated():
	assert sentences() - set(spanish()) - LEFT_TO_FRAPPE == set()


def test_every_label_choice_and_event_is_translated():
	assert (labels() | events()) - set(spanish()) - LEFT_TO_FRAPPE == set()


def test_placeholders_are_kept():
	for text, translated in spanish().items():
		assert sorted(re.findall(r"\{\w*\}", text)) == sorted(re.findall(r"\{\w*\}", translated)), text


def test_frappe_16_gets_the_same_texts():
	written = (PACKAGE / "locale" / "es.po").read_text(encoding="utf-8")
	assert written == write_locale.catalog(), "Run scripts/write_locale.py."
