"""Give rows posted by an earlier release the identity that later reports are compared by."""

from collections import Counter
from types import SimpleNamespace

import frappe

from rts_factoring.core.model import ReportKind
from rts_factoring.core.money import money
from rts_factoring.core.reconciliation.identity import identity_of
from rts_factoring.services.reports import report_lines


def execute():
	line, parent = frappe.qb.DocType("Report Import Line"), frappe.qb.DocType("Report Import")
	rows = (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(parent.name == line.report_import)
		.where(line.posted_key.isnotnull())
		.orderby(line.creation)
		.orderby(line.row_no)
		.select(line.name, line.company, line.invoice_no, line.date, line.invoice_amount, line.purchased)
		.select(line.paid, parent.kind, parent.batch)
		.run(as_dict=True)
	)
	count = Counter()
	for row in rows:
		identity = identity_of(ReportKind(row.kind.lower()), _line(row), row.batch or "")
		count[row.company, identity] += 1
		occurrence = count[row.company, identity]
		values = {
			"identity": identity,
			"occurrence": occurrence,
			"posted_key": report_lines.posted_key(row.company, identity, occurrence),
		}
		frappe.db.set_value("Report Import Line", row.name, values, update_modified=False)


def _line(row):
	"""What of a stored row makes its identity. The database has no empty amounts."""
	amounts = {name: money(row[name]) or None for name in ("invoice_amount", "purchased", "paid")}
	return SimpleNamespace(invoice_no=row.invoice_no or "", date=row.date, **amounts)
