from rts_factoring.services.accounting import outstanding, protection


def validate(doc, method=None):
	protection.check_payment_ledger_entry(doc)
	outstanding.defer(doc)
