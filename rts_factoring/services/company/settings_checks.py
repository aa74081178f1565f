"""What the settings of a subsidiary must be to be saved or deleted, and what a save of them changes elsewhere."""

import frappe
from frappe import _
from frappe.utils import cint, flt

from rts_factoring.services.company import account_checks, credentials, rehearsal_company, site_binding
from rts_factoring.services.company.credentials import MAX_CHANNELS
from rts_factoring.services.company.settings import (
	ACCOUNT_FIELDS,
	MONTH_END_ACCOUNTS,
	ROOT_TYPES,
	companies_of_client,
)

PIN_DEPENDS_ON = ("protocol", "host", "port")
PASSWORD_DEPENDS_ON = (*PIN_DEPENDS_ON, "username")


def validate(doc) -> None:
	rehearsal_company.check_settings(doc)
	if doc.is_new():
		credentials.forget(doc.name)
	_require_client_number(doc)
	_check_rates(doc)
	_refuse_plain_ftp(doc)
	_require_signed_agreement(doc)
	_keep_what_no_form_sets(doc)
	doc.max_invoices = cint(doc.max_invoices) or 100
	doc.channels = min(max(cint(doc.channels), 1), MAX_CHANNELS)
	site_binding.bind(doc)
	_refuse_used_client_number(doc)
	_clear_pin_of_changed_host(doc)
	_clear_password_of_changed_login(doc)
	_validate_currency(doc)
	_validate_accounts(doc)
	_require_deductions_account(doc)


def affects_readiness(doc) -> bool:
	"""Whether a save changed what invoices need to be ready, or what their packets are made with."""
	watched = (
		*("enabled", "client_number", "currency", "default_method", "min_amount", "schedule_layout"),
		# A packet that failed by the old ones is tried again.
		*("packet_size_cap", "print_format", "refuse_unreadable"),
	)
	before = doc.get_doc_before_save()
	kinds = [(row.kind, row.required) for row in doc.document_kinds]
	kinds_before = [(row.kind, row.required) for row in before.document_kinds] if before else []
	return not before or kinds != kinds_before or any(doc.get(f) != before.get(f) for f in watched)


def on_trash(doc) -> None:
	"""Refuse to delete settings that batches were sent with."""
	rehearsal_company.refuse(doc.company, _("Use Remove Rehearsal, which takes all of it away."))
	if frappe.db.exists("Factoring Batch", {"company": doc.company, "docstatus": 1}):
		frappe.throw(
			_("{0} has submitted batches. Disable its settings instead of deleting them.").format(
				frappe.bold(doc.company)
			)
		)


def _require_client_number(doc) -> None:
	if doc.enabled and not doc.client_number:
		frappe.throw(
			_("Client Number is empty. Enter the number RTS gave this subsidiary, then enable factoring.")
		)


def _check_rates(doc) -> None:
	for field in ("advance_rate", "reserve_rate", "fee_rate", "fee_yearly_rate"):
		if not 0 <= flt(doc.get(field)) <= 100:
			frappe.throw(_("{0} must be between 0 and 100 percent.").format(_(doc.meta.get_label(field))))


def _refuse_plain_ftp(doc) -> None:
	if doc.protocol == "FTP" and doc.host and not doc.insecure:
		frappe.throw(
			_(
				"Plain FTP sends credentials and invoices in clear text. Use SFTP or FTPS, or have a System Manager tick {0}."
			).format(frappe.bold(_("Allow Unencrypted FTP")))
		)


def _require_signed_agreement(doc) -> None:
	if doc.request_stage == "Signed" and not doc.signed_agreement:
		frappe.throw(
			_("Attach the signed access agreement before you set the stage to Signed."),
			title=_("Signed Agreement"),
		)


def _keep_what_no_form_sets(doc) -> None:
	if doc.auto_submit not in ("Daily at a Time", "Both"):
		doc.auto_submit_time = None  # Frappe fills in the moment of creation, and forms then open as changed
	if before := doc.get_doc_before_save():
		doc.buyback_told_on = before.buyback_told_on  # a form may be older than the last run


def _validate_currency(doc) -> None:
	"""The agreement must be in the company's currency: reports state no exchange rate for journal entries."""
	own = frappe.get_cached_value("Company", doc.company, "default_currency")
	doc.currency = doc.currency or own
	if doc.currency != own:
		frappe.throw(
			_(
				"The agreement is in {0}, but {1} keeps its books in {2}. Factor these invoices through a company that keeps its books in {0}."
			).format(doc.currency, doc.company, own),
			title=_("Another Currency"),
		)


def _refuse_used_client_number(doc) -> None:
	"""A report names its subsidiary by this number, so two live agreements cannot share one."""
	if not doc.enabled:
		return
	for other in companies_of_client(doc.client_number):
		if other != doc.company:
			frappe.throw(
				_(
					"Another subsidiary's agreement has the client number {0}. Reports could not be told apart."
				).format(frappe.bold(frappe.utils.escape_html(doc.client_number))),
				title=_("Client Number"),
			)


def _clear_pin_of_changed_host(doc) -> None:
	before = doc.get_doc_before_save()
	if before and any((doc.get(f) or "") != (before.get(f) or "") for f in PIN_DEPENDS_ON):
		doc.host_key_fingerprint = ""
		doc.connected_on = None


def _clear_password_of_changed_login(doc) -> None:
	"""The password was given for one login on one server. It is never sent anywhere else."""
	before = doc.get_doc_before_save()
	changed = before and any((doc.get(f) or "") != (before.get(f) or "") for f in PASSWORD_DEPENDS_ON)
	if changed and doc.password and doc.is_dummy_password(doc.password):
		doc.password = ""  # nosec B105 # none
		frappe.msgprint(
			_("The password was for another server or user name, so it is forgotten. Set it again."),
			indicator="orange",
			alert=True,
		)


def _validate_accounts(doc) -> None:
	by_role = {field: ROOT_TYPES[role] for role, field in ACCOUNT_FIELDS.items()}
	account_checks.validate(doc, by_role | MONTH_END_ACCOUNTS)


def _require_deductions_account(doc) -> None:
	if flt(doc.short_pay_tolerance) and not doc.customer_deductions_account:
		frappe.throw(
			_("Choose the account for {0}, where short pays within the tolerance go.").format(
				frappe.bold(_(doc.meta.get_label("customer_deductions_account")))
			),
			title=_("Account"),
		)
