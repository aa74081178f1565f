"""The print hooks. Frappe runs only the last app's `pdf_body_html`, so each calls the one registered before it."""

import frappe

from rts_factoring.printing import health
from rts_factoring.printing.health import HOOK
from rts_factoring.services.invoices import customer_papers, notices


def pdf_body_html(print_format=None, jenv=None, args=None, template=None, **others):
	"""Render as the hook before ours does, and put the stamp on top.

	Every page block ends with a page break, so a stamp at the end would make a page of its own.
	"""
	html = _before_ours()(print_format=print_format, jenv=jenv, args=args, template=template, **others)
	doc = (args or {}).get("doc")
	if health.is_probe(doc) or not doc or doc.get("doctype") != "Sales Invoice":
		return html
	return notices.stamp_print(html, doc, raw=bool(print_format and print_format.get("raw_printing")))


def before_print(doc, method=None, print_settings=None):
	"""Runs whichever app's hook renders. Where ours would not be reached, a due stamp stops the print."""
	if health.reaches_body():
		return
	decision, _values = notices.check_due(doc)
	if decision.due:
		health.throw_shadowed()


def factoring_stamp(doc) -> str:
	"""For templates: the stamp of a Sales Invoice as HTML, "" when none is due. A format that uses it gets no second stamp."""
	return notices.stamp_html(doc) if doc.get("doctype") == "Sales Invoice" else ""


def factoring_check(page: str, doc) -> str:
	"""For templates that use factoring_stamp: warn when the page tells the debtor to pay somebody else."""
	if doc.get("doctype") == "Sales Invoice":
		notices.warn_of_conflict(page, doc)
	return ""


def factoring_becomes_file() -> bool:
	"""For templates: whether the page being rendered becomes a PDF. Frappe 16 ends a page of the new builder with window.print(),
	which keeps Chrome from writing the file; only a browser that shows the page may print it."""
	request = getattr(frappe.local, "request", None)
	return not request or request.path.startswith("/api/")


def factoring_statement(rows, ageing=None, report="") -> str:
	"""For the templates of customers' statements: marks what the factor holds, or leaves it out; returns whom to pay for it,
	as HTML."""
	return customer_papers.mark_statement(rows, ageing, report)


def _before_ours():
	hooks = frappe.get_hooks("pdf_body_html")
	position = hooks.index(HOOK) if HOOK in hooks else 0
	return frappe.get_attr(hooks[position - 1] if position else "frappe.utils.pdf.pdf_body_html")
