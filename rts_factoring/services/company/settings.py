"""The settings of a subsidiary: their checks, and what other services read from them."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import cint, flt
from frappe.utils.password import (
	get_decrypted_password,
	remove_encrypted_password,
	set_encrypted_password,
)

from rts_factoring.core.delivery import Connection
from rts_factoring.core.delivery.addresses import check_networks
from rts_factoring.core.delivery.private_keys import load_private_key
from rts_factoring.core.delivery.sftp import fingerprint
from rts_factoring.core.eligibility import Terms
from rts_factoring.core.model import FeesStatedIn, ReportTerms, Role
from rts_factoring.core.money import money
from rts_factoring.core.reconciliation.matching import same_client
from rts_factoring.core.reconciliation.recourse import Recourse
from rts_factoring.services.common.errors import core_errors_as_frappe
from rts_factoring.services.company import account_checks, rehearsal_company, site_binding

DOCTYPE = "Subsidiary Factoring Settings"
DOWNLOAD = "Download"  # the protocol of a factor without a server: people bring it the files
MASK = "*" * 8  # what a field shows of a secret that is set, whatever its length
PRIVATE_KEY = "private_key"  # kept beside the passwords; no field of the form ever holds it
MAX_CHANNELS = 32
PIN_DEPENDS_ON = ("protocol", "host", "port")
PASSWORD_DEPENDS_ON = (*PIN_DEPENDS_ON, "username")
ACCOUNT_FIELDS = {
	Role.CLEARING: "clearing_account",
	Role.RESERVE: "reserve_account",
	Role.FEE: "fee_account",
	Role.CHARGES: "charges_account",
	Role.ADVANCES: "advances_account",
	Role.CASH_ADVANCES: "cash_advances_account",
	Role.CUSTOMER_DEDUCTIONS: "customer_deductions_account",
	Role.DIFFERENCES: "differences_account",
}
# Of month ends. Their entries are proposals that an accountant submits, so no report is posted to these accounts.
MONTH_END_ACCOUNTS = {
	"prepaid_discount_account": ("Asset",),
	"accrued_fees_account": ("Liability",),
	"recourse_loss_account": ("Expense",),
	"recourse_obligation_account": ("Liability",),
}
# Only some reports need these; a row that does says so when it is posted.
OPTIONAL_ROLES = frozenset((Role.CASH_ADVANCES, Role.CUSTOMER_DEDUCTIONS, Role.DIFFERENCES))
ROOT_TYPES = {
	Role.CLEARING: ("Asset",),
	Role.RESERVE: ("Asset",),
	Role.FEE: ("Expense",),
	Role.CHARGES: ("Expense",),
	Role.ADVANCES: ("Liability",),
	Role.CASH_ADVANCES: ("Liability",),
	Role.CUSTOMER_DEDUCTIONS: ("Expense",),
	Role.DIFFERENCES: ("Liability", "Asset"),
}


def find(company: str):
	"""The company's settings, enabled or not; None when it has none."""
	name = frappe.db.get_value(DOCTYPE, {"company": company})
	return frappe.get_cached_doc(DOCTYPE, name) if name else None


def usual_company() -> str:
	"""The user's default company when it factors, else an empty text."""
	company = frappe.defaults.get_user_default("Company")
	return company if company and find(company) else ""


def require(company: str):
	"""The company's enabled settings. Throws when there are none."""
	agreement = find(company)
	return agreement if agreement and agreement.enabled else _throw_not_set_up(company)


def require_any(company: str):
	"""The company's settings, enabled or not. Throws when there are none.

	What is at the factor goes on after the agreement has ended: its reports, postings, deposits and corrections.
	"""
	return find(company) or _throw_not_set_up(company)


def _throw_not_set_up(company: str):
	frappe.throw(
		_("{0} is not set up for factoring. Create and enable its Subsidiary Factoring Settings.").format(
			frappe.bold(frappe.utils.escape_html(company))
		),
		title=_("Not Set Up"),
	)


def factored_companies() -> list[str]:
	"""The companies that send invoices."""
	return frappe.get_all(DOCTYPE, filters={"enabled": 1}, pluck="company", order_by="company")


def companies_with_settings() -> list[str]:
	"""The companies that send invoices, and those whose agreement ended: the factor may still report on these."""
	return frappe.get_all(DOCTYPE, pluck="company", order_by="company")


def terms(agreement) -> Terms:
	"""The terms of the agreement for the rules of eligibility; without settings nothing is factored."""
	if not agreement:
		return Terms(enabled=False)
	return Terms(
		enabled=bool(agreement.enabled),
		client_number=agreement.client_number or "",
		currency=agreement.currency or "",
		min_amount=money(flt(agreement.min_amount)),
	)


def expected_amounts(agreement, amount: Decimal) -> dict[str, Decimal]:
	"""Advance, reserve and fee by the rates of the agreement, to the cent."""
	return {
		key: money(amount * Decimal(repr(flt(agreement.get(f"{key}_rate")))) / 100)
		for key in ("advance", "reserve", "fee")
	}


def expected_payout(agreement, amount: Decimal) -> Decimal:
	"""What the factor pays for an invoice: by the agreed advance, else what reserve and fee leave."""
	expected = expected_amounts(agreement, amount)
	return expected["advance"] or amount - expected["reserve"] - expected["fee"]


def recourse(agreement) -> Recourse:
	"""When an unpaid invoice goes back to us by the agreement."""
	days = cint(agreement.repurchase_days) if agreement.recourse else 0
	return Recourse(days, from_purchase=agreement.repurchase_from == "Purchase Date")


def report_terms(settings) -> ReportTerms:
	"""How this factor states fees and charges, and which short pays close an invoice."""
	tolerance = settings.short_pay_tolerance if settings.customer_deductions_account else 0
	return ReportTerms(
		fees_stated_in=FeesStatedIn(settings.fees_stated_in or ""),
		charges_from_payout=settings.payment_charges_from == "Payout",
		short_pay_tolerance=money(flt(tolerance)),
	)


def connection(agreement, remote_folder: str | None = None) -> Connection:
	"""Where and how to log in, secrets included. For background jobs and connection tests, never for a response. Raises
	DeliveryError on a site that may not reach the factor."""
	site_binding.require(agreement)
	return Connection(
		host=(agreement.host or "").strip(),
		username=agreement.username or "",
		port=cint(agreement.port),
		protocol=(agreement.protocol or "SFTP").lower(),
		password=secret(agreement, "password"),
		private_key=secret(agreement, PRIVATE_KEY),
		passphrase=secret(agreement, "passphrase"),
		host_key_sha256=agreement.host_key_fingerprint or "",
		remote_folder=agreement.remote_folder or "" if remote_folder is None else remote_folder,
		insecure=bool(agreement.insecure),
		ca_certificate=agreement.ca_certificate or "",
		private_networks=private_networks(),
		connect_timeout=cint(agreement.connect_timeout) or 20,
		banner_timeout=cint(agreement.connect_timeout) or 20,
		auth_timeout=cint(agreement.auth_timeout) or 30,
		operation_timeout=cint(agreement.operation_timeout) or 60,
		channels=min(max(cint(agreement.channels), 1), MAX_CHANNELS),
		can_rename=not agreement.server_no_rename,
		can_stat=not agreement.server_no_stat,
		factor_removes_files=bool(agreement.server_removes_files),
		temporary_folder=agreement.temporary_folder or "",
		refuses_overwrite=bool(agreement.server_no_overwrite),
		appends=bool(agreement.server_appends),
	)


def private_networks() -> tuple[str, ...]:
	"""Networks that servers may be in beside public ones: `factoring_private_networks` of the site's configuration."""
	given = frappe.conf.get("factoring_private_networks") or ()
	texts = given.replace(",", " ").split() if isinstance(given, str) else given
	networks = tuple(str(text) for text in texts)
	try:
		check_networks(networks)
	except ValueError as error:
		frappe.throw(_("factoring_private_networks in the site's configuration: {0}").format(error))
	return networks


def secret(agreement, fieldname: str) -> str:
	return get_decrypted_password(DOCTYPE, agreement.name, fieldname, raise_exception=False) or ""


def mask_passwords(doc) -> None:
	"""Show that a secret is set, but not how long it is."""
	for field in doc.meta.get("fields", {"fieldtype": "Password"}):
		if doc.get(field.fieldname):
			doc.set(field.fieldname, MASK)


def refuse_to_show(fieldname: str) -> None:
	frappe.throw(
		_("{0} is never shown. Enter a new one to replace it.").format(fieldname),
		frappe.PermissionError,
	)


def store_private_key(agreement, key: str, passphrase: str = "") -> str:  # nosec B107 # none
	"""Store the key encrypted and show only its fingerprint, which is returned. Throws when the key cannot be read."""
	with core_errors_as_frappe():
		public = load_private_key(Connection(host="", username="", private_key=key, passphrase=passphrase))
	shown = f"{public.get_name()} {fingerprint(public.asbytes())}"
	set_encrypted_password(DOCTYPE, agreement.name, key.strip() + "\n", PRIVATE_KEY)
	if passphrase:
		set_encrypted_password(DOCTYPE, agreement.name, passphrase, "passphrase")
	else:
		remove_encrypted_password(DOCTYPE, agreement.name, "passphrase")
	agreement.db_set({"private_key_fingerprint": shown, "passphrase": MASK if passphrase else ""})
	return shown


def store_password(agreement, password: str) -> None:
	"""Keep the password of the factor's server encrypted; an empty one removes it."""
	if password:
		set_encrypted_password(DOCTYPE, agreement.name, password, "password")
	else:
		remove_encrypted_password(DOCTYPE, agreement.name, "password")
	agreement.db_set("password", MASK if password else "")


@contextmanager
def without_traces() -> Iterator[None]:
	"""What fails inside is told in one sentence: Frappe's Error Log would show the values that were being stored."""
	try:
		yield
	except (frappe.ValidationError, frappe.PermissionError):
		raise
	except Exception:
		frappe.db.rollback()
	else:
		return
	frappe.throw(
		_(
			"The secret could not be stored, because the server was busy or the database did not answer. Try again."
		),
		title=_("Not Stored"),
	)


def remove_private_key(agreement) -> None:
	for fieldname in (PRIVATE_KEY, "passphrase"):
		remove_encrypted_password(DOCTYPE, agreement.name, fieldname)
	agreement.db_set({"private_key_fingerprint": "", "passphrase": ""})  # nosec B105 # none


def validate(doc) -> None:
	rehearsal_company.check_settings(doc)
	if doc.is_new():
		_forget_secrets(doc)
	if doc.enabled and not doc.client_number:
		frappe.throw(
			_("Client Number is empty. Enter the number RTS gave this subsidiary, then enable factoring.")
		)
	for field in ("advance_rate", "reserve_rate", "fee_rate", "fee_yearly_rate"):
		if not 0 <= flt(doc.get(field)) <= 100:
			frappe.throw(_("{0} must be between 0 and 100 percent.").format(_(doc.meta.get_label(field))))
	if doc.protocol == "FTP" and doc.host and not doc.insecure:
		frappe.throw(
			_(
				"Plain FTP sends credentials and invoices in clear text. Use SFTP or FTPS, or have a System Manager tick {0}."
			).format(frappe.bold(_("Allow Unencrypted FTP")))
		)
	if doc.auto_submit not in ("Daily at a Time", "Both"):
		doc.auto_submit_time = None  # Frappe fills in the moment of creation, and forms then open as changed
	if doc.request_stage == "Signed" and not doc.signed_agreement:
		frappe.throw(
			_("Attach the signed access agreement before you set the stage to Signed."),
			title=_("Signed Agreement"),
		)
	if before := doc.get_doc_before_save():
		doc.buyback_told_on = before.buyback_told_on  # a form may be older than the last run
	doc.max_invoices = cint(doc.max_invoices) or 100
	doc.channels = min(max(cint(doc.channels), 1), MAX_CHANNELS)
	site_binding.bind(doc)
	_refuse_used_client_number(doc)
	_clear_pin_of_changed_host(doc)
	_clear_password_of_changed_login(doc)
	_validate_currency(doc)
	_validate_accounts(doc)
	if flt(doc.short_pay_tolerance) and not doc.customer_deductions_account:
		frappe.throw(
			_("Choose the account for {0}, where short pays within the tolerance go.").format(
				frappe.bold(_(doc.meta.get_label("customer_deductions_account")))
			),
			title=_("Account"),
		)


def _forget_secrets(doc) -> None:
	"""New settings may have the name of some that went without a word, as ERPNext deletes them with a company's transactions.
	Their secrets were for another server."""
	for fieldname in ("password", PRIVATE_KEY, "passphrase"):
		remove_encrypted_password(DOCTYPE, doc.name, fieldname)


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


def companies_of_client(number: str, enabled: bool = True) -> list[str]:
	"""The companies whose live agreement has this client number, in any spelling; with `enabled` false those whose agreement
	ended."""
	rows = frappe.get_all(
		DOCTYPE, filters={"enabled": int(enabled)}, fields=["company", "client_number"], order_by="company"
	)
	return [row.company for row in rows if row.client_number and same_client(row.client_number, number or "")]


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
