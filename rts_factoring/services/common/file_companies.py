"""The company of the document that a file is attached to, kept on the file, so that a list of files looks no document up.

Empty means: look the document up. So a file that Frappe attaches past its own save is hidden from whom it must be at once.
"""

import frappe

FIELD = "factoring_company"
WITH_FILES = (
	"Sales Invoice",
	"Subsidiary Factoring Settings",
	"Notice of Assignment",
	"Factoring Batch",
	"Report Import",
	"Report Import Line",
	"Factoring Adjustment",
	"Factoring Ledger Entry",
	"Factoring Daily Total",
	"Factoring Log",
	"Factoring Close",
	"Report Layout",
	"Schedule Layout",
)  # what has a company and may carry packets, schedules, reports and documents
PORTION = 2_000  # files in one statement


def keep(file) -> None:
	"""Set it on a file that is saved, whatever the caller sent."""
	is_theirs = file.attached_to_doctype in WITH_FILES and file.attached_to_name
	found = (
		frappe.db.get_value(file.attached_to_doctype, file.attached_to_name, "company") if is_theirs else None
	)
	file.set(FIELD, found or None)


def forget(doc) -> None:
	"""A document that went to another company takes its files along."""
	before = doc.get_doc_before_save()
	if before and before.company != doc.company:
		file = frappe.qb.DocType("File")
		attached = (file.attached_to_doctype == doc.doctype) & (file.attached_to_name == doc.name)
		frappe.qb.update(file).set(file[FIELD], None).where(attached).run()


def fill() -> None:
	"""Set it on files that have none, where their document has a company. Safe to run again."""
	file = frappe.qb.DocType("File")
	for doctype in WITH_FILES:
		doc = frappe.qb.DocType(doctype)
		theirs = (file.attached_to_doctype == doctype) & (file.attached_to_name == doc.name)
		missing = (
			frappe.qb.from_(file)
			.inner_join(doc)
			.on(theirs)
			.where(file[FIELD].isnull() & (doc.company > ""))
			.select(file.name)
			.limit(PORTION)
		)
		while names := [name for (name,) in missing.run()]:
			query = frappe.qb.update(file).inner_join(doc).on(theirs).set(file[FIELD], doc.company)
			query.where(file.name.isin(names)).run()
