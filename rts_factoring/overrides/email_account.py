from frappe.email.doctype.email_account.email_account import EmailAccount

from rts_factoring.services.reports import mailbox


class FactoringEmailAccount(EmailAccount):
	"""Frappe's account, which also notes what the mail server says of each sender; Frappe keeps no headers of mails."""

	def get_inbound_mails(self):
		mails = super().get_inbound_mails()
		mailbox.note_headers(mails)
		return mails
