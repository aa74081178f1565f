from rts_factoring.services.accounting import protection


def before_submit(doc, method=None):
	protection.refuse_deletion(doc.company)
