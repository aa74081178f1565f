"""A company that gets another name keeps its agreement, its secrets and the mark of its last delivery."""

from functools import partial

import frappe
from frappe import _
from frappe.model.rename_doc import rename_doc

from rts_factoring.services.common import site_identity
from rts_factoring.services.company import settings


def follow_company(old: str, new: str) -> None:
	"""Give the settings of a renamed company its name. Frappe changes only the field `company`."""
	name = frappe.db.get_value(settings.DOCTYPE, {"company": new})
	if name and name != new:
		rename_doc(
			settings.DOCTYPE,
			name,
			new,
			force=True,
			ignore_permissions=True,
			show_alert=False,
			rebuild_search=False,
		)
	frappe.db.after_commit.add(partial(site_identity.rename_mark, old, new))


def refuse_merge(old: str, new: str) -> None:
	"""Throw where both companies have an agreement: nothing tells their ledgers apart afterwards."""
	if settings.find(old) and settings.find(new):
		frappe.throw(
			_("{0} and {1} have Subsidiary Factoring Settings each, so they cannot be merged.").format(
				frappe.bold(old), frappe.bold(new)
			),
			title=_("Not Merged"),
		)
