"""Factoring Close: a month of one company, checked, and frozen when it is submitted."""

from __future__ import annotations

import hashlib

import frappe
from frappe import _
from frappe.model import display_fieldtypes
from frappe.query_builder.functions import Count
from frappe.utils import cint, flt, formatdate, get_last_day, get_link_to_form, getdate, now

from rts_factoring.core.money import money
from rts_factoring.services.accounting import period_end_entries, posting_lock
from rts_factoring.services.common import files
from rts_factoring.services.views import ageing, close_checklist, close_figures, close_workbook
from rts_factoring.services.views.close_figures import MOVEMENTS, Month

DOCTYPE = "Factoring Close"
_LABELS = {
	"purchased": "Purchased",
	"collected": "Paid by Customers",
	"charged_back": "Charged Back",
	"fee": "Fees",
	"charges": "Charges",
}


def name_of(doc) -> str:
	"""`CLOSE-<abbreviation>-<year>-<month>`: one name a month, so that two cannot be made at the same moment."""
	abbreviation = frappe.get_cached_value("Company", doc.company, "abbr")
	name = f"CLOSE-{abbreviation}-{getdate(doc.month_end):%Y-%m}"
	taken = frappe.db.get_value(DOCTYPE, name, ["docstatus"], as_dict=True)
	if taken:
		todo = (
			_("Amend it.")
			if taken.docstatus == 2
			else _("A company and month have one close. Go on with it.")
		)
		frappe.throw(
			_("{0} exists. {1}").format(get_link_to_form(DOCTYPE, name), todo), title=_("Closed Before")
		)
	return name


def validate(doc) -> None:
	"""Write checklist and figures anew, as they are now. A submitted one keeps those of its submit."""
	if doc.docstatus == 1:
		posting_lock.lock(doc.company)  # no report is posted between the figures and the submit
	doc.month_end = get_last_day(getdate(doc.month_end))
	_restore_app_fields(doc)
	_refuse_second(doc)
	month = Month(doc.company, getdate(doc.month_end))
	doc.currency = month.agreement.currency
	doc.policy = month.policy
	doc.chargeback_rate = float(month.chargeback_rate)
	_set_entries(doc, month)
	doc.set("figures", _figures(doc, month))
	points = close_checklist.points(month, doc)
	doc.set("checklist", [point._asdict() for point in points])
	doc.open_points = sum(not point.is_done for point in points)
	doc.flags.factoring_month = month


def _restore_app_fields(doc) -> None:
	"""Keep what only the app writes, whatever a browser sends; tables are written anew."""
	before = doc.get_doc_before_save()
	for field in doc.meta.fields:
		is_kept = field.read_only and field.fieldtype not in display_fieldtypes and field.fieldtype != "Table"
		if is_kept and field.fieldname != "amended_from":
			doc.set(field.fieldname, before.get(field.fieldname) if before else None)


def _refuse_second(doc) -> None:
	others = frappe.get_all(
		DOCTYPE,
		filters={
			"company": doc.company,
			"month_end": doc.month_end,
			"docstatus": ("<", 2),
			"name": ("!=", doc.name or ""),
		},
		pluck="name",
	)
	if others:
		frappe.throw(
			_("{0} closes this month already. A company and month have one close.").format(
				get_link_to_form(DOCTYPE, others[0])
			),
			title=_("Closed Before"),
		)


def _figures(doc, month: Month) -> list[dict]:
	rows = [
		{"section": "Tie-out", "label": row["role"], "account": row["account"]}
		| {
			name: float(row[name])
			for name in ("ledger", "journal", "difference", "balance", "others")
			if name in row
		}
		for row in month.tie_out
	]
	for name, amount in ageing.by_bucket(month.invoices).items():
		label = _("{0} days").format(name)
		rows.append({"section": "Open by Age", "label": label, "ledger": float(amount)})
	count = _("Invoices: {0}").format(len(month.invoices))
	total = float(month.sums["open_change"])
	rows.append({"section": "Open by Age", "label": _("Open with RTS"), "account": count, "ledger": total})
	for name in MOVEMENTS:
		rows.append(
			{"section": "The Month", "label": _(_LABELS[name]), "ledger": float(month.movements[name])}
		)
	return [row | {"currency": doc.currency} for row in rows]


def _set_entries(doc, month: Month) -> None:
	"""The proposals of now, with the entries that were made; those made stay in the list with their own amount."""
	made = _made(doc)
	rows = []
	for proposal in close_figures.proposals(month, money(flt(doc.recourse_loss))):
		if proposal.kind not in made:
			rows.append(
				{"kind": proposal.kind, "amount": float(proposal.amount), "basis": proposal.basis}
				| {"debit_account": proposal.debit or None, "credit_account": proposal.credit or None}
			)
	doc.set("entries", [row | {"currency": doc.currency} for row in (*made.values(), *rows)])


def _made(doc) -> dict[str, dict]:
	"""Kind → the row of the entry that this close, or the one it amends, has made and nobody cancelled."""
	row, entry = frappe.qb.DocType("Factoring Close Entry"), frappe.qb.DocType("Journal Entry")
	names = ("kind", "amount", "debit_account", "credit_account", "basis", "journal_entry", "turned_back")
	query = (
		frappe.qb.from_(row)
		.inner_join(entry)
		.on(entry.name == row.journal_entry)
		.where(row.parent.isin([doc.name or "", doc.amended_from or ""]) & (entry.docstatus < 2))
		.where(entry.company == doc.company)
		.orderby(row.idx)
		.select(*(row[name] for name in names))
	)
	return {found.kind: dict(found) for found in query.run(as_dict=True)}


def make_entries(doc) -> list[str]:
	"""Make the proposed entries as drafts, each with the draft that turns it back. Drafts made before are made anew with today's
	figures; submitted ones stay. Returns the names."""
	if doc.docstatus != 0:
		frappe.throw(_("The month is closed. Amend the close to make period-end entries."))
	period_end_entries.refuse_closed(doc.company, getdate(doc.month_end))
	_forget_drafts(doc)
	doc.save()
	month = doc.flags.factoring_month
	proposals = {
		proposal.kind: proposal for proposal in close_figures.proposals(month, money(flt(doc.recourse_loss)))
	}
	names: list[str] = []
	for row in doc.entries:
		if row.journal_entry or row.kind not in proposals:
			continue
		pair = period_end_entries.make(month.agreement, proposals[row.kind], getdate(doc.month_end), doc.name)
		row.db_set({"journal_entry": pair[0], "turned_back": pair[1]})
		names += pair
	doc.reload()
	doc.save()
	return names


def _forget_drafts(doc) -> None:
	for row in doc.entries:
		pair = [name for name in (row.journal_entry, row.turned_back) if name]
		if pair and not frappe.db.exists("Journal Entry", {"name": ("in", pair), "docstatus": ("!=", 0)}):
			row.db_set({"journal_entry": None, "turned_back": None})
			period_end_entries.delete_drafts(pair)
	doc.reload()


def before_submit(doc) -> None:
	"""Refuse what no auditor would sign: a month that is not over, books that do not agree, open points without a word."""
	if getdate(doc.month_end) >= getdate():
		frappe.throw(_("{0} is not over. Submit the close after it.").format(formatdate(doc.month_end)))
	if any(row.key == "tie_out" and not row.is_done for row in doc.checklist):
		frappe.throw(
			_(
				"Ledger, journal and invoices do not agree. Open Factoring Tie-out as of {0} and mend what differs."
			).format(formatdate(doc.month_end)),
			title=_("Not Tied Out"),
		)
	if doc.open_points and not (doc.reason or "").strip():
		frappe.throw(
			_("{0} points are open. Settle them, or say under {1} why the month is closed with them.").format(
				doc.open_points, frappe.bold(_(doc.meta.get_label("reason")))
			),
			title=_("Open Points"),
		)
	doc.closed_by, doc.closed_on = frappe.session.user, now()


def on_submit(doc) -> None:
	"""Keep the workbook as it is now; later exports give this one."""
	content = close_workbook.build(doc, doc.flags.factoring_month)
	file = files.save_private(f"{doc.name}.xlsx", content, doc.doctype, doc.name)
	sha256 = hashlib.sha256(content).hexdigest()
	doc.db_set({"workbook": file.file_url, "workbook_sha256": sha256}, update_modified=False)


def on_update(doc) -> None:
	files.take_over([doc.statement], doc.doctype, doc.name)


def on_trash(doc) -> None:
	"""A draft goes with its draft entries; submitted ones keep it."""
	pairs = [name for row in doc.entries for name in (row.journal_entry, row.turned_back) if name]
	frappe.db.delete("Factoring Close Entry", {"parent": doc.name})
	period_end_entries.delete_drafts(pairs)


def workbook(doc) -> bytes:
	"""The workbook as it was closed, byte for byte; of a draft as it is now."""
	if doc.docstatus == 0:
		return close_workbook.build(doc, Month(doc.company, getdate(doc.month_end)))
	name = frappe.db.get_value(
		"File", {"file_url": doc.workbook, "attached_to_doctype": DOCTYPE, "attached_to_name": doc.name}
	)
	if not name:
		frappe.throw(_("The workbook of {0} is not there any more.").format(doc.name))
	content = files.content(frappe.get_doc("File", name))
	if hashlib.sha256(content).hexdigest() != doc.workbook_sha256:
		frappe.throw(
			_(
				"The file of the workbook is not the one that {0} was closed with. Restore it from a backup."
			).format(doc.name)
		)
	return content


def changed_since(doc) -> int:
	"""How many entries on control accounts of the closed days were made or cancelled after the close."""
	gl = frappe.qb.DocType("GL Entry")
	agreement = close_figures.settings.find(doc.company)
	accounts = list(close_figures.control_accounts(agreement)) if agreement else []
	query = (
		frappe.qb.from_(gl)
		.where((gl.company == doc.company) & gl.account.isin(accounts or [""]))
		.where((gl.posting_date <= doc.month_end) & (gl.modified > doc.closed_on))
		.select(Count(gl.name))
	)
	return cint(query.run()[0][0])
