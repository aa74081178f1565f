from rts_factoring.permissions import GUARDED
from rts_factoring.services.common import files
from rts_factoring.services.invoices import customer_papers
from rts_factoring.services.reports import mailbox


def validate(doc, method=None):
	files.check_changed_address(doc, GUARDED)


def after_insert(doc, method=None):
	customer_papers.refuse_stale_print(doc)
	mailbox.on_attachment(doc)
