from rts_factoring.permissions import GUARDED
from rts_factoring.services.common import file_companies, files
from rts_factoring.services.invoices import customer_papers
from rts_factoring.services.reports import mailbox


def validate(doc, method=None):
	files.check_changed_address(doc, GUARDED)
	file_companies.keep(doc)


def after_insert(doc, method=None):
	customer_papers.refuse_stale_print(doc)
	mailbox.on_attachment(doc)


def follow_company(doc, method=None):
	file_companies.forget(doc)
