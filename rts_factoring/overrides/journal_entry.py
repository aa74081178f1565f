from rts_factoring.services import journal


def before_cancel(doc, method=None):
	journal.refuse_alone(doc)
