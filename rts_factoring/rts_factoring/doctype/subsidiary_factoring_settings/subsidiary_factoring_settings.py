import frappe

from rts_factoring.printing import health
from rts_factoring.services.accounting import ledger
from rts_factoring.services.batches import automatic_submit
from rts_factoring.services.common.documents import CompanyDocument, saved_document
from rts_factoring.services.common.files import require_private_file
from rts_factoring.services.company import accounts, connections, layouts, settings
from rts_factoring.services.invoices import readiness
from rts_factoring.services.views import checklist


class SubsidiaryFactoringSettings(CompanyDocument):
	def onload(self):
		self.set_onload("print_problems", health.problems())

	def get_password(self, fieldname="password", raise_exception=True):
		"""Frappe would answer this to a System Manager's browser."""
		settings.refuse_to_show(fieldname)

	def _save_passwords(self):
		super()._save_passwords()
		settings.mask_passwords(self)

	def before_validate(self):
		require_private_file(self, "signed_agreement")
		layouts.refuse_other_company(self, "schedule_layout", *layouts.SETTINGS_FIELDS.values())

	def validate(self):
		settings.validate(self)
		ledger.validate_settings(self)

	def before_save(self):
		automatic_submit.start_from_now(self)

	def on_update(self):
		if settings.affects_readiness(self):
			readiness.update_readiness_later(company=self.company)

	def on_trash(self):
		settings.on_trash(self)

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
	def store_private_key(self, key: str, passphrase: str = "") -> str:  # nosec B107 # none
		"""Keep the key encrypted; its fingerprint."""
		frappe.only_for("System Manager")
		return settings.store_private_key(saved_document(self, "write"), key, passphrase)

	@frappe.whitelist(methods=["POST"])
	def remove_private_key(self) -> None:
		frappe.only_for("System Manager")
		settings.remove_private_key(saved_document(self, "write"))

	@frappe.whitelist(methods=["POST"])
	def create_accounts(self) -> dict:
		"""Make the accounts no role has yet; field → account."""
		frappe.has_permission("Account", "create", throw=True)
		return accounts.create_missing(saved_document(self, "write").company)

	@frappe.whitelist(methods=["POST"])
	def request_credentials(self) -> None:
		"""Mail the RTS representative the request for this subsidiary's credentials."""
		checklist.request_credentials(saved_document(self, "write"))
