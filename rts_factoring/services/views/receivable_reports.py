"""ERPNext's own report of receivables, with what the factor holds told apart."""

from frappe import _

from rts_factoring.services.accounting import ledger_sums
from rts_factoring.services.invoices import customer_papers

NAMES = ("Accounts Receivable",)


def with_factoring(result):
	"""The report's result with two columns more: the state at the factor, and what of the invoice the factor has financed.

	Only where a row has one; a company that does not factor sees the report as it was.
	"""
	if not isinstance(result, (list, tuple)) or len(result) < 2:
		return result
	columns, rows, *others = result
	invoices: dict[str, list] = {}
	for row in rows or ():
		if isinstance(row, dict) and row.get("voucher_type") == "Sales Invoice":
			invoices.setdefault(row.get("voucher_no"), []).append(row)
	by_notice: customer_papers.ByNotice = {}
	for held in customer_papers.held_parts(
		invoices
	):  # so that a report of 100,000 rows has few of ours beside it
		open_amounts = ledger_sums.open_amounts([row.name for row in held])
		for of_invoice in held:
			customer_papers.add_to(by_notice, of_invoice)
			for row in invoices[of_invoice.name]:
				row["factoring_status"] = _(of_invoice.factoring_status)
				row["factoring_open"] = float(open_amounts.get(of_invoice.name, 0))
	if not by_notice:
		return result
	first = next(iter(by_notice.values()))[0]
	invoices[first][0]["factoring_remit"] = customer_papers.whom_to_pay(by_notice)
	own = [
		{"label": _("At the Factor"), "fieldname": "factoring_status", "fieldtype": "Data", "width": 110},
		{
			"label": _("Financed"),
			"fieldname": "factoring_open",
			"fieldtype": "Currency",
			"options": "currency",
			"width": 110,
		},
	]
	number = next(
		(
			n
			for n, column in enumerate(columns)
			if isinstance(column, dict) and column.get("fieldname") == "voucher_no"
		),
		len(columns),
	)
	return [[*columns[: number + 1], *own, *columns[number + 1 :]], rows, *others]


def with_mark(html_format: str) -> str:
	"""The report's print format (a template of the desk) with a mark at each invoice that the factor holds, and whom to pay on
	top."""
	number = '{%= data[i]["voucher_no"] %}'
	marked = f'{number}{{% if (data[i]["factoring_status"]) {{ %}} {customer_papers.MARK}{{% }} %}}'
	top = "{% var factoring_row = data.find((row) => row.factoring_remit); %}"
	top += '{%= factoring_row ? factoring_row.factoring_remit : "" %}'
	return top + html_format.replace(number, marked)
