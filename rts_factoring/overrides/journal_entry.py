from rts_factoring.services.accounting import deposit_links, journal_entries, protection

APP_FIELDS = ("factoring_report_import", "factoring_adjustment", "factoring_is_held")


def validate(doc, method=None):
	if doc.flags.factoring:
		doc.set_against_account()  # ERPNext does so in drafts only, and the app's entries are inserted as submitted
	else:
		protection.restore_app_fields(doc, APP_FIELDS)
	journal_entries.refuse_reversal(doc)
	deposit_links.recognise(doc)
	deposit_links.check_links(doc)


def before_update_after_submit(doc, method=None):
	protection.restore_app_fields(doc, APP_FIELDS)
	deposit_links.check_links(doc)


def before_cancel(doc, method=None):
	journal_entries.refuse_single_cancel(doc)
