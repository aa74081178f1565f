"""What the scheduler starts. Each step finds what is due and enqueues it; one that fails stops no other."""

from rts_factoring.services.accounting import adjustment_jobs
from rts_factoring.services.batches import automatic_submit, delivery
from rts_factoring.services.common import background, file_companies
from rts_factoring.services.company import connections
from rts_factoring.services.reports import compaction, inbox, jobs, mailbox
from rts_factoring.services.views import reminders


def every_few_minutes():
	background.run_each(
		(
			delivery.resume_due,
			*automatic_submit.steps(),
			*inbox.steps(),
			mailbox.import_mail_due,
			jobs.resume_stuck,
			adjustment_jobs.resume_stuck,
			*connections.steps(),
		)
	)


def daily():
	background.run_each((*reminders.steps(), *compaction.steps(), file_companies.fill))
