"""Whether accounts and cost center of the settings are the company's own, and of the kind that a role needs."""

from collections.abc import Mapping

import frappe
from frappe import _


def validate(doc, root_types: Mapping[str, tuple[str, ...]]) -> None:
	"""Check every account field, given with the root types it may have. Throws with the field and what is wrong."""
	for field, allowed in root_types.items():
		if doc.get(field):
			_validate_account(doc, allowed, field)
	if doc.cost_center:
		cost_center = frappe.db.get_value(
			"Cost Center", doc.cost_center, ["company", "is_group"], as_dict=True
		)
		if cost_center.company != doc.company or cost_center.is_group:
			_refuse_account(doc, "cost_center", _("it is a group, or another company's"))
	used = [doc.get(field) for field in root_types if doc.get(field)]
	if len(used) != len(set(used)):
		frappe.throw(_("Each role needs its own account. Choose another account for one of them."))


def _validate_account(doc, root_types: tuple[str, ...], field: str) -> None:
	account = frappe.get_cached_value(
		"Account",
		doc.get(field),
		["company", "is_group", "disabled", "root_type", "account_type", "account_currency"],
		as_dict=True,
	)
	if account.company != doc.company:
		_refuse_account(doc, field, _("it belongs to {0}").format(account.company))
	if account.is_group:
		_refuse_account(doc, field, _("it is a group"))
	if account.disabled:
		_refuse_account(doc, field, _("it is disabled"))
	if account.root_type not in root_types:
		_refuse_account(
			doc,
			field,
			_("it is {0}, and must be {1}").format(
				_(account.root_type), " / ".join([_(root_type) for root_type in root_types])
			),
		)
	if account.account_type in ("Receivable", "Payable", "Stock"):
		_refuse_account(
			doc, field, _("accounts of type {0} need a party or stock").format(account.account_type)
		)
	if doc.currency and account.account_currency and account.account_currency != doc.currency:
		_refuse_account(
			doc, field, _("it is in {0}, the agreement in {1}").format(account.account_currency, doc.currency)
		)


def _refuse_account(doc, field: str, why: str) -> None:
	frappe.throw(
		_("{0}: {1} cannot be used, because {2}.").format(
			_(doc.meta.get_label(field)), frappe.bold(doc.get(field)), why
		),
		title=_("Account"),
	)
