from rts_factoring.services.accounting import journal_entries


def validate(doc, method=None):
	journal_entries.refuse_reversal(doc)


def before_cancel(doc, method=None):
	journal_entries.refuse_alone(doc)
