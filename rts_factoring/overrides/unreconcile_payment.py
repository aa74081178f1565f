from rts_factoring.services.accounting import protection


def validate(doc, method=None):
	protection.check_unreconcile(doc)
