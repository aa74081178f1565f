from rts_factoring.services import journal


def validate(doc, method=None):
	journal.refuse_reversal(doc)


def before_cancel(doc, method=None):
	journal.refuse_alone(doc)
