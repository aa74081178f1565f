"""Give the invoices of an earlier release the keys by which a report finds them."""

from rts_factoring.services.invoices import number_keys


def execute():
	number_keys.fill_missing()
