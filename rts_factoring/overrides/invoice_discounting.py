from rts_factoring.services.accounting import protection


def validate(doc, method=None):
	protection.refuse_request([row.sales_invoice for row in doc.invoices], "Invoice Discounting")
