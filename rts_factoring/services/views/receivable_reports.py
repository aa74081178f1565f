"""ERPNext's own report of receivables, with what the factor holds told apart."""

from frappe import _

from rts_factoring.services.accounting import ledger
from rts_factoring.services.invoices import customer_papers

NAMES = ("Accounts Receivable",)


def with_factoring(result):
	"""The report's result with two columns more: the state at the factor, and what of the invoice the factor has financed.

	Only where a row has one; a company that does not factor sees the report as it was.
	"""
	columns, rows, *others = result
	invoices: dict[str, list] = {}
	for row in rows or ():
		if isinstance(row, dict) and row.get("voucher_type") == "Sales Invoice":
			invoices.setdefault(row.get("voucher_no"), []).append(row)
	states = customer_papers.states(invoices)
	if not states:
		return result
	open_amounts = ledger.open_amounts(states)
	for name, state in states.items():
		for row in invoices[name]:
			row["factoring_status"] = _(state)
			row["factoring_open"] = float(open_amounts.get(name, 0))
	columns = [
		*columns,
		{"label": _("At the Factor"), "fieldname": "factoring_status", "fieldtype": "Data", "width": 110},
		{
			"label": _("Financed"),
			"fieldname": "factoring_open",
			"fieldtype": "Currency",
			"options": "currency",
			"width": 110,
		},
	]
	return [columns, rows, *others]
