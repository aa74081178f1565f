"""What the scheduler starts; each function finds what is due and enqueues it."""

from rts_factoring.services import automation, deliveries, imports, inbox, reminders


def every_few_minutes():
	deliveries.resume_due()
	automation.submit_due()
	inbox.poll_due()
	inbox.take_mail_due()
	imports.resume_stuck()


def daily():
	reminders.remind_all()
