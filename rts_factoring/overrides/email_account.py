from frappe.email.doctype.email_account.email_account import EmailAccount

from rts_factoring.services.reports import mailbox


class FactoringEmailAccount(EmailAccount):
	"""Frappe's account, which also notes what the mail server says of each sender; Frappe keeps no headers of mails. On a copy of
	the site it leaves the reports of the real one where they are."""

	def get_inbound_mails(self):
		if mailbox.is_held_back(self.name):
			return []
		mails = super().get_inbound_mails()
		mailbox.note_headers(mails)
		return mails
