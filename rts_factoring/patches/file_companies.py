"""Keep on each file the company of its document."""

from rts_factoring import custom_fields
from rts_factoring.services.common import file_companies


def execute():
	custom_fields.create()
	file_companies.fill()
