"""What the scheduler starts. Each step finds what is due and enqueues it; one that fails stops no other."""

from collections.abc import Callable

import frappe

from rts_factoring.services.batches import automatic_submit, delivery
from rts_factoring.services.company import connections
from rts_factoring.services.reports import inbox, jobs, mailbox
from rts_factoring.services.views import reminders


def every_few_minutes():
	run_each(
		delivery.resume_due,
		automatic_submit.submit_due,
		inbox.poll_due,
		mailbox.import_mail_due,
		jobs.resume_stuck,
		connections.notify_halted,
	)


def daily():
	run_each(reminders.remind_all)


def run_each(*steps: Callable) -> None:
	"""Run the steps, each in a transaction of its own. What goes wrong in one is in the Error Log under its name."""
	for step in steps:
		try:
			step()
			frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a scheduled job; the steps are independent
		except Exception:
			frappe.db.rollback()
			frappe.log_error(title=f"{step.__module__}.{step.__name__}")
			frappe.db.commit()  # nosemgrep: frappe-manual-commit -- a scheduled job; the log of the error must stay
