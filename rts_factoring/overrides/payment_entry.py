from rts_factoring.services import direct_payments


def validate(doc, method=None):
	direct_payments.warn(doc)
