"""A Factoring Adjustment that changes the policy: it restates what is open with RTS, from a day on which nothing later is posted."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import formatdate

from rts_factoring.core.money import money
from rts_factoring.services.accounting import ledger, ledger_sums, sources
from rts_factoring.services.company import settings


def fill(doc, agreement) -> None:
	"""The lines are the positions that are open now."""
	if doc.new_policy == agreement.policy:
		frappe.throw(_("The policy is {0} already.").format(_(agreement.policy)), title=_("Change of Policy"))
	open_positions = ledger_sums.open_positions(doc.company)
	if not open_positions:
		frappe.throw(
			_("No invoice is open with RTS, so nothing is restated. Change the policy in the settings."),
			title=_("Change of Policy"),
		)
	doc.set("lines", [])
	for position in open_positions:
		row = {"event": "Policy Change", "sales_invoice": position.invoice_no, "amount": float(position.open)}
		doc.append("lines", row)


def check(doc) -> None:
	"""The lines are the open positions as they are now, and nothing was posted after the day of the change."""
	stated = {row.sales_invoice: money(row.amount) for row in doc.lines}
	if stated != {position.invoice_no: position.open for position in ledger_sums.open_positions(doc.company)}:
		frappe.throw(
			_(
				"What is open with RTS has changed since these lines were made. Save the document, then submit it."
			),
			title=_("Change of Policy"),
		)
	latest = frappe.get_all(
		"Factoring Ledger Entry",
		{"company": doc.company, "posting_date": (">", doc.posting_date)},
		["posting_date"],
		order_by="posting_date desc",
		limit=1,
	)
	if latest:
		frappe.throw(
			_(
				"Entries up to {0} are posted under the policy {1}. Choose that day or a later one, or cancel what was posted after {2} first."
			).format(
				formatdate(latest[0].posting_date),
				_(settings.require_any(doc.company).policy),
				formatdate(doc.posting_date),
			),
			title=_("Change of Policy"),
		)


def set_policy(doc, policy: str) -> None:
	agreement = settings.require_any(doc.company)
	before = agreement.policy
	frappe.db.set_value(settings.DOCTYPE, agreement.name, "policy", policy)
	frappe.clear_document_cache(settings.DOCTYPE, agreement.name)
	agreement.add_comment("Info", _("Policy {0} → {1} by {2}").format(_(before), _(policy), doc.name))


def refuse_posted_since(doc) -> None:
	"""What was posted under the new policy stands in the way of going back to the old one."""
	table = frappe.qb.DocType("Factoring Ledger Entry")
	rows = (
		ledger.live(table)
		.where((table.company == doc.company) & (table.policy == doc.new_policy))
		.where((table.creation > doc.creation) & table.sales_invoice.isnotnull())
		.select(*(table[name] for name in sources.LEDGER_FIELDS.values()))
		.distinct()
		.run(as_dict=True)
	)
	since = sorted(
		{owner for row in rows if (owner := sources.source_of(row))} - {(sources.ADJUSTMENT, doc.name)}
	)
	if since:
		frappe.throw(
			_("These documents were posted under the new policy. Cancel them first: {0}.").format(
				sources.links(since)
			),
			title=_("Cannot Be Undone Yet"),
		)
