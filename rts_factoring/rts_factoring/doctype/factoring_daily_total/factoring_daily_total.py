from rts_factoring.services.accounting import daily_totals
from rts_factoring.services.common.documents import CompanyDocument


class FactoringDailyTotal(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		charges: DF.Currency
		company: DF.Link
		currency: DF.Link | None
		fee: DF.Currency
		open_change: DF.Currency
		posting_date: DF.Date
		purchased: DF.Currency
		reserve: DF.Currency
	# end: auto-generated types

	def validate(self):
		daily_totals.refuse_change(self)

	def on_trash(self):
		daily_totals.refuse_change(self)
