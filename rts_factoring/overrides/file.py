from rts_factoring.services.reports import inbox


def after_insert(doc, method=None):
	inbox.on_attachment(doc)
