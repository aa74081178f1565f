import frappe
from frappe.model.document import Document

from rts_factoring.services.company import layouts


class ScheduleLayout(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from rts_factoring.rts_factoring.doctype.schedule_layout_column.schedule_layout_column import (
			ScheduleLayoutColumn,
		)

		amounts: DF.Literal["decimal", "cents"]
		as_zip: DF.Check
		bom: DF.Check
		columns: DF.Table[ScheduleLayoutColumn]
		company: DF.Link | None
		date_format: DF.Autocomplete | None
		delimiter: DF.Literal["Comma", "Semicolon", "Tab", "Pipe", "Fixed Width"]
		encoding: DF.Data | None
		header: DF.Check
		layout_name: DF.Data
		line_end: DF.Literal["CRLF", "LF"]
		packet_pattern: DF.Data | None
		quoting: DF.Literal["minimal", "all", "none"]
		remote_folder: DF.Data | None
		schedule_pattern: DF.Data | None
		zip_pattern: DF.Data | None
	# end: auto-generated types

	def validate(self):
		layouts.validate_schedule_layout(self)

	@frappe.whitelist()
	def preview_schedule(self) -> dict[str, str]:
		"""How the layout, saved or not, writes a made-up batch."""
		self.check_permission("read")
		return layouts.preview_schedule(self)
