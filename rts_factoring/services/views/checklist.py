"""The checklist of the setup, from an agreement to the first batch: which steps are done, and what is missing."""

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import flt, formatdate, today

from rts_factoring.compat import desk_route
from rts_factoring.services.common.errors import core_errors_as_frappe
from rts_factoring.services.company import settings, site_binding

RATES = ["advance_rate", "reserve_rate", "fee_rate"]
OWN_MACHINE = ("localhost", "127.0.0.1", "::1")  # where the sandbox factor listens


def checklist(doc) -> list[dict]:
	"""Steps in order: `step`, `title`, `done`, and `missing` as a sentence when it is not done. An `optional` step is not missed."""
	steps = (_terms, _notice, _credentials, _connection, _accounts, _documents, _opening, _rehearsal, _live)
	return [step(doc) for step in steps]


def not_set_up(company: str) -> str:
	"""What a report of a company without an agreement says, as HTML: the company, and where to set it up."""
	text = _("{0} is not set up for factoring. Create and enable its Subsidiary Factoring Settings.").format(
		frappe.bold(frappe.utils.escape_html(company))
	)
	if not frappe.has_permission(settings.DOCTYPE, "create"):
		return text
	address = desk_route(frappe.scrub(settings.DOCTYPE).replace("_", "-"))
	return f'{text} <a href="{address}">{_("Set It Up")}</a>'


def request_credentials(doc) -> None:
	"""Mail the representative; needs an outgoing e-mail account. The stage becomes Asked."""
	if not doc.representative_email:
		frappe.throw(_("Enter the e-mail address of your RTS representative, and save."))
	if not EmailAccount.find_default_outgoing():
		frappe.throw(_no_mail(), title=_("No Outgoing Mail"))
	with core_errors_as_frappe():
		site_binding.require(doc)
	sender = frappe.get_cached_doc("User", frappe.session.user)
	frappe.sendmail(
		recipients=[doc.representative_email],
		cc=[sender.email] if sender.email else [],
		subject=_("Transfer credentials for {0}, client {1}").format(doc.company, doc.client_number or "-"),
		template="factoring_credential_request",
		args={
			"company": doc.company,
			"client_number": doc.client_number,
			"protocol": doc.protocol,
			"sender": sender.full_name,
		},
		reference_doctype=doc.doctype,
		reference_name=doc.name,
	)
	doc.db_set({"request_stage": "Asked", "asked_on": today()})
	address = frappe.utils.escape_html(doc.representative_email)
	doc.add_comment("Info", _("asked {0} for transfer credentials").format(address))


def _no_mail() -> str:
	return _(
		"This site cannot send mail: no Email Account is the default for outgoing mail. Set one up, or ask RTS by telephone and set the stage to Asked."
	)


def _step(step: str, title: str, missing: str) -> dict:
	return {"step": step, "title": title, "done": not missing, "missing": missing}


def _terms(doc) -> dict:
	lacking = [] if doc.client_number else ["client_number"]
	if not any(flt(doc.get(field)) for field in RATES):
		lacking += RATES
	labels = ", ".join(_(doc.meta.get_label(field)) for field in lacking)
	missing = _("Enter what the agreement states: {0}.").format(labels) if lacking else ""
	return _step("terms", _("Terms"), missing)


def _notice(doc) -> dict:
	filters = {"company": doc.company, "docstatus": 1, "valid_from": ("<=", today())}
	has = frappe.db.exists("Notice of Assignment", filters)
	missing = "" if has else _("Submit a Notice of Assignment with the text RTS gave you.")
	return _step("notice", _("Notice of Assignment"), missing)


def _credentials(doc) -> dict:
	if doc.protocol == settings.DOWNLOAD or doc.request_stage in ("Credentials Received", "Connected"):
		missing = ""
	elif doc.request_stage == "Signed" and not doc.signed_agreement:
		missing = _("Attach the signed access agreement.")
	elif doc.request_stage == "Asked":
		missing = _("Asked on {0}. RTS sends an access agreement to sign.").format(formatdate(doc.asked_on))
	elif doc.request_stage == "Agreement Received":
		missing = _("Sign the access agreement, attach it here, and send it back.")
	elif doc.request_stage == "Signed":
		missing = _("The agreement is signed. RTS sends the credentials.")
	else:
		missing = _("Ask your RTS representative for transfer credentials.")
		if not EmailAccount.find_default_outgoing():
			missing += " " + _no_mail()
	return _step("credentials", _("Credentials"), missing)


def _connection(doc) -> dict:
	if doc.protocol == settings.DOWNLOAD:
		missing = ""
	elif not doc.host:
		missing = _("Enter host and user name, and store password or key.")
	elif not doc.password and not doc.private_key_fingerprint:
		missing = _("Store the password, or a private key.")
	elif doc.protocol == "SFTP" and not doc.host_key_fingerprint:
		missing = _("Test the connection and confirm the host key.")
	elif not doc.connected_on:
		missing = _("Test the connection.")
	else:
		missing = ""
	return _step("connection", _("Connection"), missing)


def _accounts(doc) -> dict:
	lacking = [
		field
		for role, field in settings.ACCOUNT_FIELDS.items()
		if role not in settings.OPTIONAL_ROLES and not doc.get(field)
	]
	labels = ", ".join(_(doc.meta.get_label(field)) for field in lacking)
	missing = _("Choose or create the accounts: {0}.").format(labels) if lacking else ""
	return _step("accounts", _("Accounts"), missing)


def _documents(doc) -> dict:
	missing = (
		"" if doc.document_kinds else _("List the documents that follow an invoice, and which are required.")
	)
	return _step("documents", _("Documents"), missing)


def _opening(doc) -> dict:
	"""Only who has invoices at RTS already needs it."""
	filters = {"company": doc.company, "purpose": "Opening", "docstatus": 1}
	has = frappe.db.exists("Factoring Adjustment", filters)
	missing = _(
		"Only if RTS has invoices of yours already: let them in by an opening, before you import RTS's reports. If not, skip this step."
	)
	return _step("opening", _("Opening"), "" if has else missing) | {"optional": True}


def _rehearsal(doc) -> dict:
	sent = frappe.db.exists("Factoring Batch", {"company": doc.company, "status": "Delivered"})
	missing = ""
	if not sent:
		missing = _("Rehearse a whole week with the sandbox factor, which buys what it receives.")
		if not doc.enabled:
			missing += " " + _("Tick Enabled for the rehearsal. Only the server you enter is reached.")
	return _step("rehearsal", _("Rehearsal"), missing)


def _live(doc) -> dict:
	if not doc.enabled:
		missing = _("Tick Enabled.")
	elif doc.protocol != settings.DOWNLOAD and (doc.host or "").strip().lower() in OWN_MACHINE:
		missing = _("The connection still leads to the sandbox factor. Enter the host RTS gave you.")
	else:
		missing = ""
	return _step("live", _("Live"), missing)
