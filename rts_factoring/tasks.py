"""What the scheduler starts. Each function finds what is due and enqueues it."""

from rts_factoring.services.batches import automatic_submit, delivery
from rts_factoring.services.reports import inbox, jobs
from rts_factoring.services.views import reminders


def every_few_minutes():
	delivery.resume_due()
	automatic_submit.submit_due()
	inbox.poll_due()
	inbox.import_mail_due()
	jobs.resume_stuck()


def daily():
	reminders.remind_all()
