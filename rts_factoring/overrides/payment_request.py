from rts_factoring.services.accounting import protection


def validate(doc, method=None):
	if doc.reference_doctype == "Sales Invoice":
		protection.refuse_request([doc.reference_name], "Payment Request")
