import frappe

from rts_factoring.services.common.documents import CompanyDocument, saved_document
from rts_factoring.services.common.files import require_private_file
from rts_factoring.services.views import closes


class FactoringClose(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from rts_factoring.rts_factoring.doctype.factoring_close_entry.factoring_close_entry import (
			FactoringCloseEntry,
		)
		from rts_factoring.rts_factoring.doctype.factoring_close_figure.factoring_close_figure import (
			FactoringCloseFigure,
		)
		from rts_factoring.rts_factoring.doctype.factoring_close_item.factoring_close_item import (
			FactoringCloseItem,
		)

		amended_from: DF.Link | None
		chargeback_rate: DF.Percent
		checklist: DF.Table[FactoringCloseItem]
		closed_by: DF.Link | None
		closed_on: DF.Datetime | None
		company: DF.Link
		currency: DF.Link | None
		entries: DF.Table[FactoringCloseEntry]
		figures: DF.Table[FactoringCloseFigure]
		month_end: DF.Date
		open_points: DF.Int
		policy: DF.Literal["", "Borrowing", "Sale"]
		reason: DF.SmallText | None
		recourse_loss: DF.Currency
		recourse_loss_basis: DF.SmallText | None
		rts_open: DF.Currency
		rts_open_source: DF.Data | None
		rts_reserve: DF.Currency
		rts_reserve_source: DF.Data | None
		statement: DF.Attach | None
		workbook: DF.Attach | None
		workbook_sha256: DF.Data | None
	# end: auto-generated types

	def autoname(self):
		self.name = closes.name_of(self)

	def onload(self):
		if self.docstatus == 1:
			self.set_onload("changed_since", closes.changed_since(self))

	def before_validate(self):
		require_private_file(self, "statement")

	def validate(self):
		closes.validate(self)

	def before_submit(self):
		closes.before_submit(self)

	def on_submit(self):
		closes.on_submit(self)

	def on_update(self):
		closes.on_update(self)

	def on_trash(self):
		closes.on_trash(self)

	@frappe.whitelist(methods=["POST"])
	def make_entries(self) -> list[str]:
		"""Make the proposed period-end entries as drafts; returns their names."""
		frappe.has_permission("Journal Entry", "create", throw=True)
		return closes.make_entries(saved_document(self, "write"))
