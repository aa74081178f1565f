"""How far the work on an import is, for whoever has its form open."""

from __future__ import annotations

import frappe

from rts_factoring.services.common.errors import plain_text

_KEY = "rts_factoring:posting:{}"


def notify(doc) -> None:
	frappe.publish_realtime(
		"factoring_report_import",
		{"name": doc.name},
		doctype="Report Import",
		docname=doc.name,
		after_commit=True,
	)


def mark_failed(name: str, error: Exception) -> None:
	"""Record on the import that a background step failed. The work itself was rolled back."""
	message = getattr(error, "message", None) or plain_text(error) or type(error).__name__
	frappe.db.set_value("Report Import", name, {"status": "Failed", "error": message[:500]})
	frappe.publish_realtime("factoring_report_import", {"name": name}, doctype="Report Import", docname=name)


def posting_progress(report_import: str) -> dict | None:
	"""How many rows a running posting has `done`, and `of` how many. None when none runs."""
	return frappe.cache.get_value(_KEY.format(report_import), expires=True)


def show_progress(report_import: str, done: int, of: int) -> None:
	"""Kept in the cache, because a posting is one transaction and its changes are not visible until it ends."""
	values = {"done": done, "of": of}
	frappe.cache.set_value(_KEY.format(report_import), values, expires_in_sec=3600)
	frappe.publish_realtime(
		"factoring_report_import",
		{"name": report_import, **values},
		doctype="Report Import",
		docname=report_import,
	)


def clear_progress(report_import: str) -> None:
	frappe.cache.delete_value(_KEY.format(report_import))
