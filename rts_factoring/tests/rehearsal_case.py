"""No rehearsal before a class of tests and none after it, and what a site has, counted."""

from pathlib import Path

import frappe

from rts_factoring.services.views import rehearsals
from rts_factoring.tests.cases import FreightCase


class RehearsalCase(FreightCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.remove()  # what a run that was ended has left
		cls.addClassCleanup(cls.remove)

	@classmethod
	def remove(cls):
		frappe.set_user("Administrator")
		frappe.db.rollback()
		rehearsals._remove()
		frappe.db.commit()


def count_rows() -> dict[str, int]:
	"""Rows of each table, but those of what a request keeps about itself."""
	own = {"tabSessions", "tabActivity Log", "__global_search"}
	frappe.db.rollback()
	tables = [table for table in frappe.db.get_tables(cached=False) if table not in own]
	return {table: frappe.db.sql(f"select count(*) from `{table}`")[0][0] for table in tables}


def site_files() -> set[str]:
	folders = [Path(frappe.get_site_path(kind, "files")) for kind in ("private", "public")]
	folders.append(Path(frappe.get_site_path("rts_factoring")))
	return {path.as_posix() for folder in folders for path in folder.rglob("*")}
