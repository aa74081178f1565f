from rts_factoring.services.company import rehearsal_company, renaming


def before_rename(doc, method=None, old="", new="", merge=False):
	"""Of a company and of a customer."""
	rehearsal_company.refuse_rename(doc.doctype, old)
	if merge and doc.doctype == "Company":
		renaming.refuse_merge(old, new)


def after_rename(doc, method=None, old="", new="", merge=False):
	"""Of a company. Its settings have its name."""
	renaming.follow_company(old, new)
