"""Run in the bench's Python: invoices at RTS, in the queue and not ready, and every text that a user types is markup.
`prepare_markup.py SITES_PATH SITE`"""

import json
import sys
from datetime import date
from pathlib import Path

import frappe

sites_path, site = sys.argv[1:3]
frappe.init(site, sites_path=sites_path)
frappe.connect()
frappe.set_user("Administrator")
sys.path.insert(0, str(Path(__file__).parents[2]))

from rts_factoring.services.company import alerts  # noqa: E402
from rts_factoring.services.invoices import invoice_state  # noqa: E402
from rts_factoring.tests import factories, report_factories  # noqa: E402
from tests.support import markup as m  # noqa: E402

ACME = factories.ACME
CUSTOMER = "A&B Freight"
MALLORY = "mallory@acme.example"
DATES = {"posting_date": "2026-10-01", "due_date": "2026-11-01"}


def invoice(name: str, **values):
	doc = factories.make_invoice(
		name,
		submit=False,
		**({"company": ACME, "customer": CUSTOMER, "amount": 1000, "po_no": m.quoted("po")} | DATES | values),
	)
	doc.update({"factoring_load_no": m.quoted("load"), "remarks": m.quoted("remarks")})
	doc.items[0].description = m.quoted("description")
	doc.save()
	doc.submit()
	factories.receivables()[name] = {"customer": CUSTOMER, "amount": "1000"}
	return doc


factories.wipe()
for doctype in ("Notification Log", "ToDo"):
	frappe.db.delete(doctype)
factories.make_settings(ACME, policy="Borrowing", document_kinds=[])
settings = frappe.get_doc("Subsidiary Factoring Settings", ACME)
settings.update(
	{
		"protocol": "FTP",
		"insecure": 1,
		"host": m.quoted("host"),
		"username": m.quoted("username"),
		"remote_folder": m.quoted("folder"),
		"inbox_folder": m.quoted("inbox"),
		"temporary_folder": m.quoted("temporary"),
	}
)
settings.save()
notice = factories.make_notice(ACME, f"PAY TO THE FACTOR {m.text('notice')}")
amended = frappe.copy_doc(notice)
amended.update({"valid_from": "2026-12-31", "text": m.text("notice"), "remit_to": m.text("remit")})
amended.update({"remit_label": m.quoted("remit_label")})
amended.insert()

factories.make_user(MALLORY, "Accounts User", "Factoring User", "Factoring Manager")
frappe.db.set_value("User", MALLORY, {"first_name": "Mallory", "full_name": m.unclosed("user")})
if not frappe.db.exists("Customer", CUSTOMER):
	kinds = {"customer_group": "Commercial", "territory": "All Territories", "customer_type": "Company"}
	frappe.get_doc({"doctype": "Customer", "customer_name": CUSTOMER, **kinds}).insert()
customer = frappe.get_doc("Customer", CUSTOMER)
customer.update({"customer_name": m.quoted("customer"), "factoring_debtor_name": m.quoted("debtor_name")})
customer.save()

for number in range(10):
	invoice(f"MK-{number}")
report_factories.sent_batch("FB-M0", ["MK-0"])
report_factories.sent_batch("FB-M1", [f"MK-{number}" for number in range(1, 7)])
report_factories.import_file("before.xlsx", report_factories.purchase_rows("FB-M0", ("MK-0", 1000, 30, 50)))

# A batch that failed: what the factor's server answered, and the reason for which an invoice was kept back
report_factories.sent_batch("FB-M2", ["MK-7"])
frappe.db.set_value("Factoring Batch", "FB-M2", {"status": "Failed", "error": m.text("batch_error")})
frappe.db.set_value(
	"Factoring Batch Invoice",
	{"parent": "FB-M2"},
	{"outcome": "Returned", "reason": m.unclosed("kept_back"), "po_no": m.text("batch_po")},
)
batch = frappe.get_doc("Factoring Batch", "FB-M2")
batch.append(
	"files",
	{
		"file_name": m.quoted("batch_file"),
		"kind": "Packet",
		"state": "Pending",
		"error": m.quoted("file_error"),
	},
)
batch.flags.ignore_validate_update_after_submit = True
batch.files[0].db_insert()
frappe.db.set_value("Factoring Batch", "FB-M2", "cancel_reason", m.quoted("cancel_reason"))
invoice_state.write_fields(["MK-7"], factoring_status="Queued", factoring_batch="FB-M2")
invoice_state.write_fields(
	["MK-8"], factoring_status="Not Ready", factoring_reasons=f"{m.text('reasons')}\n{m.unclosed('reasons')}"
)
draft = frappe.new_doc("Factoring Batch")
draft.update({"company": ACME, "batch_date": "2026-11-02", "invoices": [{"sales_invoice": "MK-9"}]})
draft.name, draft.flags.name_set = "FB-M3", True
draft.insert()

for status, message in (("Failed", m.text("log")), ("Retry", m.unclosed("log_retry"))):
	log = {"doctype": "Factoring Log", "company": ACME, "batch": "FB-M2", "status": status}
	name = frappe.get_doc({**log, "action": "Send", "started_on": f"{date.today()} 08:00:00"}).insert().name
	frappe.db.set_value("Factoring Log", name, {"message": message, "file_name": m.text("log_file")})

schedule = {"doctype": "Schedule Layout", "layout_name": "Markup", "delimiter": "Comma", "company": ACME}
schedule["columns"] = [
	{"field": "invoice_no", "title": m.quoted("column")},
	{"field": "constant", "title": "Constant", "constant": m.quoted("constant")},
]
frappe.get_doc(schedule).insert()
for kind, name in (("Purchase", "Markup"), ("Payment", "Markup of Payments")):
	layout = frappe.copy_doc(frappe.get_doc("Report Layout", f"RTS {kind} Report"))
	layout.update({"layout_name": name, "company": ACME})
	layout.append("headers", {"field": "debtor_code", "text": m.quoted("layout_header")})
	layout.append("words", {"list": "Type", "word": m.quoted("layout_word"), "means": "fee"})
	layout.insert()
	settings.db_set(f"{kind.lower()}_report_layout", name)

photo = (factories.FIXTURES / "paperwork" / "pod_photo.jpg").read_bytes()
file = {"file_name": f"{m.element('attachment')}.jpg", "is_private": 1, "content": photo}
attached = {"attached_to_doctype": "Sales Invoice", "attached_to_name": "MK-8"}
address = frappe.get_doc({"doctype": "File", **file, **attached}).insert().file_url
doc = frappe.get_doc("Sales Invoice", "MK-8")
doc.append("factoring_documents", {"kind": "Other", "file": address, "note": m.quoted("note")})
doc.flags.ignore_validate_update_after_submit = True
doc.save()
invoice_state.write_fields(
	["MK-8"], factoring_status="Not Ready", factoring_reasons=f"{m.text('reasons')}\n{m.unclosed('reasons')}"
)
alerts.notify_managers(
	ACME, m.text("alert_subject"), m.unclosed("alert"), "Subsidiary Factoring Settings", ACME
)
factories.bank_account()
frappe.db.commit()
frappe.clear_cache()
print(json.dumps({"customer": CUSTOMER}))
