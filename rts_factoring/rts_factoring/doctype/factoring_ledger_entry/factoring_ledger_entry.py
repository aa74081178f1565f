from rts_factoring.services import ledger
from rts_factoring.services.guard import CompanyDocument


class FactoringLedgerEntry(CompanyDocument):
	def validate(self):
		ledger.validate(self)

	def on_trash(self):
		ledger.on_trash(self)
