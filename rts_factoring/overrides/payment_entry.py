from rts_factoring.services.accounting import direct_payments


def validate(doc, method=None):
	direct_payments.warn(doc)
