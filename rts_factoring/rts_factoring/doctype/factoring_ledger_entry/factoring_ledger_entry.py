from rts_factoring.services.accounting import ledger
from rts_factoring.services.common.documents import CompanyDocument


class FactoringLedgerEntry(CompanyDocument):
	def validate(self):
		ledger.validate(self)

	def on_trash(self):
		ledger.on_trash(self)
