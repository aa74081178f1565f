"""What posts to the factoring ledger: a Report Import or a Factoring Adjustment, with the fields that lead back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.utils import get_link_to_form

TAKING_OVER = "Opening Entry"  # voucher type of the entry that takes balances over for an opening
IMPORT, ADJUSTMENT = "Report Import", "Factoring Adjustment"
OPENING = (
	"Opening"  # purpose of an adjustment; the import that it names is the list which its lines come from
)
# DocType → its link on a Factoring Ledger Entry, that of its row, and its link on a Journal Entry.
LEDGER_FIELDS = {IMPORT: "report_import", ADJUSTMENT: "factoring_adjustment"}
LINE_FIELDS = {IMPORT: "report_import_line", ADJUSTMENT: "factoring_adjustment_line"}
JOURNAL_FIELDS = {IMPORT: "factoring_report_import", ADJUSTMENT: "factoring_adjustment"}


@dataclass(frozen=True, slots=True)
class Source:
	"""A document that posts; `lines` are the names of its rows, by number."""

	doctype: str
	name: str
	company: str
	currency: str | None = None
	batch: str | None = None
	lines: Mapping[int, str] = field(default_factory=dict)

	@property
	def ledger_field(self) -> str:
		return LEDGER_FIELDS[self.doctype]

	@property
	def journal_field(self) -> str:
		return JOURNAL_FIELDS[self.doctype]

	def ledger_links(self, row: int | None = None) -> dict[str, str | None]:
		"""The link fields of a ledger entry; those of the other DocType are empty."""
		links: dict[str, str | None] = dict.fromkeys((*LEDGER_FIELDS.values(), *LINE_FIELDS.values()))
		links[self.ledger_field] = self.name
		links[LINE_FIELDS[self.doctype]] = self.lines.get(row) if row is not None else None
		return links


def source_of(entry) -> tuple[str, str] | None:
	"""DocType and name of the document that made a ledger entry, by its link fields."""
	for doctype, fieldname in LEDGER_FIELDS.items():
		if entry.get(fieldname):
			return doctype, entry.get(fieldname)
	return None


def of_journal_entry(name: str | None) -> tuple[str, str] | None:
	"""DocType and name of the document that made a Journal Entry; None for every other entry."""
	if not name:
		return None
	found = frappe.db.get_value("Journal Entry", name, list(JOURNAL_FIELDS.values()), as_dict=True) or {}
	return claimed(found)


def claimed(entry) -> tuple[str, str] | None:
	"""DocType and name of the document that a Journal Entry says it belongs to."""
	for doctype, fieldname in JOURNAL_FIELDS.items():
		if entry.get(fieldname):
			return doctype, entry.get(fieldname)
	return None


def label(doctype: str, name: str) -> str:
	return f"{_(doctype)} {name}"


def links(documents) -> str:
	"""Links to documents, for a message."""
	return ", ".join(get_link_to_form(doctype, name) for doctype, name in documents)


def made_by_app(entry):
	"""A condition on the Journal Entry table, under this name: a document of the app made it, for its ledger entries. What an
	opening takes over is none of them: it ends the balance that others had posted."""
	conditions = [entry[name].isnotnull() & (entry[name] != "") for name in JOURNAL_FIELDS.values()]
	return (conditions[0] | conditions[1]) & (entry.voucher_type != TAKING_OVER)


def corrections(company: str, report_import: str = "") -> dict[str, str]:
	"""Adjustment → the import of which it takes rows back. What it moves on clearing is part of that import's payout."""
	named = report_import or ("is", "set")
	filters = {"company": company, "report_import": named, "purpose": ("!=", OPENING)}
	return dict(
		frappe.get_all(ADJUSTMENT, filters, ["name", "report_import"], as_list=True, order_by="name", limit=0)
	)
