"""The steps of *Set Up Factoring* on the workspace, ticked once they are done, wherever that was.

Frappe ticks a step when its button is pressed; what a person does from the lists and forms it does not notice.
"""

import frappe

from rts_factoring.services.company.rehearsal_company import COMPANY

REHEARSAL = "Rehearse a Week"
STEPS = {
	"Subsidiary Factoring Settings": "Set Up the First Subsidiary",
	"Notice of Assignment": "Enter the Notice of Assignment",
	"Factoring Batch": "Send the First Batch",
	"Report Import": "Import the First Report",
}


def tick(doc, method=None) -> None:
	step = REHEARSAL if doc.company == COMPANY else STEPS[doc.doctype]
	if frappe.db.get_value("Onboarding Step", step, "is_complete") == 0:
		frappe.db.set_value("Onboarding Step", step, "is_complete", 1)
