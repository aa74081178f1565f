from rts_factoring.services.accounting import direct_payments, protection


def validate(doc, method=None):
	direct_payments.warn(doc)


def before_submit(doc, method=None):
	protection.check_payment(doc)
