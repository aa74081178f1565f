from rts_factoring.services.company import rehearsal_company


def before_rename(doc, method=None, old="", new="", merge=False):
	"""Of a company and of a customer."""
	rehearsal_company.refuse_rename(doc.doctype, old)
