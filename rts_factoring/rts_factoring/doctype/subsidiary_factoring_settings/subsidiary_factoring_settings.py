import frappe
from frappe import _

from rts_factoring.permissions import allowed_companies
from rts_factoring.printing import health
from rts_factoring.services.accounting import settings_changes
from rts_factoring.services.batches import automatic_submit, rehearsed_delivery
from rts_factoring.services.common.documents import CompanyDocument, saved_document
from rts_factoring.services.common.files import require_private_file
from rts_factoring.services.company import (
	accounts,
	connections,
	credentials,
	layouts,
	settings_checks,
	site_binding,
)
from rts_factoring.services.invoices import readiness
from rts_factoring.services.views import checklist, rehearsals


class SubsidiaryFactoringSettings(CompanyDocument):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from rts_factoring.rts_factoring.doctype.factoring_document_kind.factoring_document_kind import (
			FactoringDocumentKind,
		)

		accrued_fees_account: DF.Link | None
		advance_rate: DF.Percent
		advances_account: DF.Link | None
		agreement_received_on: DF.Date | None
		alert_batch_failed: DF.Literal["Off", "Desk", "Desk and E-Mail"]
		alert_buyback: DF.Literal["Off", "Desk", "Desk and E-Mail"]
		alert_chargeback: DF.Literal["Off", "Desk", "Desk and E-Mail"]
		alert_held: DF.Literal["Off", "Desk", "Desk and E-Mail"]
		alert_incomplete: DF.Literal["Off", "Desk", "Desk and E-Mail"]
		alert_purchase_overdue: DF.Literal["Off", "Desk", "Desk and E-Mail"]
		alert_report_imported: DF.Literal["Off", "Desk", "Desk and E-Mail"]
		alert_waiting_rows: DF.Literal["Off", "Desk", "Desk and E-Mail"]
		asked_on: DF.Date | None
		auth_timeout: DF.Int
		auto_submit: DF.Literal["Never", "Daily at a Time", "When Enough Invoices Are Queued", "Both"]
		auto_submit_count: DF.Int
		auto_submit_time: DF.Time | None
		buyback_told_on: DF.Datetime | None
		ca_certificate: DF.Code | None
		cash_advances_account: DF.Link | None
		cells_kept_months: DF.Int
		channels: DF.Int
		charges_account: DF.Link | None
		clearing_account: DF.Link | None
		client_number: DF.Data | None
		company: DF.Link
		confirmed_site: DF.Data | None
		connect_timeout: DF.Int
		connected_on: DF.Datetime | None
		cost_center: DF.Link | None
		credentials_received_on: DF.Date | None
		currency: DF.Link | None
		customer_deductions_account: DF.Link | None
		default_method: DF.Literal["Factoring", "Direct"]
		deposit_overdue_days: DF.Int
		differences_account: DF.Link | None
		document_kinds: DF.Table[FactoringDocumentKind]
		enabled: DF.Check
		fee_account: DF.Link | None
		fee_covers_days: DF.Int
		fee_rate: DF.Percent
		fee_year_days: DF.Literal["360", "365"]
		fee_yearly_rate: DF.Percent
		fees_stated_in: DF.Literal["", "Purchase Report", "Payment Report", "Both, Add Up"]
		host: DF.Data | None
		host_key_fingerprint: DF.Data | None
		inbox_folder: DF.Data | None
		insecure: DF.Check
		journal_naming_series: DF.Data | None
		last_auto_submit: DF.Date | None
		mail_server_name: DF.Data | None
		max_attempts: DF.Int
		max_invoices: DF.Int
		min_amount: DF.Currency
		open_invoices_layout: DF.Link | None
		operation_timeout: DF.Int
		packet_size_cap: DF.Float
		passphrase: DF.Password | None
		password: DF.Password | None
		payment_charges_from: DF.Literal["Reserve", "Payout"]
		payment_report_every: DF.Literal["", "Daily", "Weekly", "Every Two Weeks", "Monthly"]
		payment_report_layout: DF.Link | None
		policy: DF.Literal["Borrowing", "Sale"]
		poll_inbox: DF.Check
		port: DF.Int
		prepaid_discount_account: DF.Link | None
		print_format: DF.Link | None
		private_key_fingerprint: DF.Data | None
		protocol: DF.Literal["SFTP", "FTPS", "FTP", "Download"]
		purchase_overdue_days: DF.Int
		purchase_report_layout: DF.Link | None
		recourse: DF.Check
		recourse_loss_account: DF.Link | None
		recourse_obligation_account: DF.Link | None
		refuse_unreadable: DF.Check
		remote_folder: DF.Data | None
		report_email_account: DF.Link | None
		report_senders: DF.SmallText | None
		representative_email: DF.Data | None
		repurchase_days: DF.Int
		repurchase_from: DF.Literal["Invoice Date", "Purchase Date"]
		request_stage: DF.Literal[
			"", "Asked", "Agreement Received", "Signed", "Credentials Received", "Connected"
		]
		reserve_account: DF.Link | None
		reserve_rate: DF.Percent
		reserve_statement_layout: DF.Link | None
		right_of_setoff: DF.Check
		schedule_layout: DF.Link | None
		server_appends: DF.Check
		server_no_overwrite: DF.Check
		server_no_rename: DF.Check
		server_no_stat: DF.Check
		server_removes_files: DF.Check
		short_pay_tolerance: DF.Currency
		signed_agreement: DF.Attach | None
		signed_on: DF.Date | None
		statement_invoices: DF.Literal["Marked", "Left Out"]
		temporary_folder: DF.Data | None
		username: DF.Data | None
		wait_for_first: DF.Check
		zip_mode: DF.Literal["One PDF per Invoice", "All in One Zip"]
	# end: auto-generated types

	def onload(self):
		self.set_onload("print_problems", health.problems())
		if problem := site_binding.problem(self):
			self.set_onload("site_problem", str(site_binding.as_error(self, problem)))
			self.set_onload("open_batches", site_binding.open_batches(self.company))

	def get_password(self, fieldname="password", raise_exception=True):
		"""Refused: Frappe would send the password to a System Manager's browser."""
		credentials.refuse_to_show(fieldname)

	def _save_passwords(self):
		super()._save_passwords()
		credentials.mask_passwords(self)

	def before_validate(self):
		require_private_file(self, "signed_agreement")
		layouts.refuse_other_company(self, "schedule_layout", *layouts.SETTINGS_FIELDS.values())

	def validate(self):
		settings_checks.validate(self)
		settings_changes.validate(self)

	def before_save(self):
		automatic_submit.start_from_now(self)

	def on_update(self):
		if settings_checks.affects_readiness(self):
			readiness.update_readiness_later(company=self.company)

	def on_trash(self):
		settings_checks.on_trash(self)

	@frappe.whitelist(methods=["POST"])
	def show_host_key(self) -> dict:
		"""The key the server shows; no credential is sent."""
		frappe.only_for("System Manager")
		return connections.show_host_key(saved_document(self, "write"))

	@frappe.whitelist(methods=["POST"])
	def confirm_host_key(self, fingerprint: str) -> None:
		frappe.only_for("System Manager")
		connections.confirm_host_key(saved_document(self, "write"), fingerprint)

	@frappe.whitelist(methods=["POST"])
	def test_connection(self) -> dict:
		"""Log in and list the folders."""
		frappe.only_for("System Manager")
		return connections.test_connection(saved_document(self, "write"))

	@frappe.whitelist(methods=["POST"])
	def rehearse_delivery(self) -> dict:
		"""What RTS would receive of an example batch. Nothing is written."""
		return rehearsed_delivery.rehearse_delivery(saved_document(self, "write"))

	@frappe.whitelist(methods=["POST"])
	def confirm_site(self) -> list[str]:
		"""Confirm that this site may reach the factor; returns the batches that are sent from here on."""
		frappe.only_for("System Manager")
		return site_binding.confirm(saved_document(self, "write"))

	@frappe.whitelist(methods=["POST"])
	def remove_private_key(self) -> None:
		frappe.only_for("System Manager")
		credentials.remove_private_key(saved_document(self, "write"))

	@frappe.whitelist(methods=["POST"])
	def create_accounts(self) -> dict:
		"""Make the accounts no role has yet; field → account."""
		frappe.has_permission("Account", "create", throw=True)
		return accounts.create_missing(saved_document(self, "write").company)

	@frappe.whitelist(methods=["POST"])
	def request_credentials(self) -> None:
		"""Mail the RTS representative the request for this subsidiary's credentials."""
		checklist.request_credentials(saved_document(self, "write"))


# An example company to rehearse with. It needs no document, so these are functions.


@frappe.whitelist(methods=["POST"])
def start_rehearsal() -> str:
	"""Make the example company with its invoices; returns its name."""
	_require_all_companies()
	return rehearsals.start()


@frappe.whitelist(methods=["POST"])
def remove_rehearsal() -> None:
	"""Take the example company away, with all that was made in it."""
	_require_all_companies()
	rehearsals.remove()


@frappe.whitelist(methods=["POST"])
def fetch_rehearsal_reports() -> list[str]:
	"""Let the sandbox answer, and fetch its reports; returns the drafts."""
	frappe.has_permission("Report Import", "create", throw=True)
	_check_rehearsal()
	return rehearsals.fetch_reports()


@frappe.whitelist()
def get_rehearsal() -> dict:
	"""How far the rehearsal is, and its next step."""
	frappe.has_permission("Factoring Batch", "read", throw=True)
	_check_rehearsal()
	return rehearsals.progress()


def _require_all_companies() -> None:
	frappe.only_for("System Manager")
	if allowed_companies() is not None:
		frappe.throw(
			_("You see only some companies. Somebody who sees all of them starts and removes the rehearsal."),
			frappe.PermissionError,
		)


def _check_rehearsal() -> None:
	allowed = allowed_companies()
	if allowed is not None and rehearsals.COMPANY not in allowed:
		frappe.throw(_("You do not see the company of the rehearsal."), frappe.PermissionError)
