"""When a Customer is saved: check its invoices again."""

from rts_factoring.services.invoices import readiness

WATCHED = (
	*("factoring_method", "factoring_excluded", "factoring_debtor_name", "factoring_debtor_code"),
	*("mc_number", "customer_name"),
)


def on_update(doc, method=None):
	before = doc.get_doc_before_save()
	if before and (_kinds(doc) != _kinds(before) or any(doc.get(f) != before.get(f) for f in WATCHED)):
		readiness.update_readiness_later(customer=doc.name)


def _kinds(doc):
	return [(row.kind, row.required) for row in doc.get("factoring_required_documents") or ()]
