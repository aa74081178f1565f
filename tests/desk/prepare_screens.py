"""Run in the bench's Python: two carriers in the middle of their business, with a document of each kind and state. Prints
their names. `prepare_screens.py SITES_PATH SITE`"""

import json
import sys

import frappe

sites_path, site = sys.argv[1:3]
frappe.init(site, sites_path=sites_path)
frappe.connect()
frappe.set_user("Administrator")

from rts_factoring.services.common.logs import Attempt  # noqa: E402
from rts_factoring.services.reports import provenance, received  # noqa: E402
from rts_factoring.tests import factories, report_factories, two_months  # noqa: E402

ACME, BLUEBIRD = factories.ACME, factories.BLUEBIRD
TERMS = {
	"policy": "Borrowing",
	"payment_report_every": "Every Two Weeks",
	"right_of_setoff": 1,
	"repurchase_days": 90,
}


def bought_by_bluebird() -> None:
	report_factories.sent_batch("B1", ["BL-20001", "BL-20002", "BL-20003"], BLUEBIRD)
	rows = [(number, 1000, 30, 50) for number in ("BL-20001", "BL-20002", "BL-20003")]
	number = factories.COMPANIES[BLUEBIRD][1]
	content = report_factories.purchase_rows("B1", *rows, client=number)
	report_factories.import_file("bluebird.xlsx", content, company=BLUEBIRD)


def draft_batch(invoices) -> str:
	doc = frappe.get_doc({"doctype": "Factoring Batch", "company": ACME, "batch_date": "2026-11-27"})
	for invoice in invoices:
		doc.append("invoices", {"sales_invoice": invoice})
	return doc.insert().name


def failed_batch(name: str, invoices) -> str:
	report_factories.sent_batch(name, invoices)
	error = "The server 127.0.0.1 closed the connection while AF-10022.pdf was written. Nothing is lost: press Retry."
	frappe.db.set_value("Factoring Batch", name, {"status": "Failed", "error": error})
	frappe.db.set_value(
		"Factoring Batch Invoice",
		{"parent": name},
		{"outcome": "Returned", "reason": "The proof of delivery is missing"},
	)
	return name


factories.ensure_companies()
factories.wipe()
factories.make_settings(ACME, **TERMS)
factories.make_settings(BLUEBIRD, **TERMS)
for company in (ACME, BLUEBIRD):
	factories.make_notice(company)
factories.make_invoices(factories.receivables())
two_months.make_invoices()
two_months.september()
two_months.october()
for name, numbers in factories.sample_batches().items():
	company = factories.receivables()[numbers[0]]["company"]
	if company == ACME:
		report_factories.sent_batch(name, numbers)
bought_by_bluebird()
posted = report_factories.import_golden("purchase_mixed")
waiting = report_factories.import_sample("payment_messy", submit=False)
aging = report_factories.import_file("aging.xlsx", report_factories.aging(("CL-4", 800), ("AF-10003", 99)))
reserve = report_factories.import_file(
	"reserve.xlsx",
	report_factories.reserve_statement(("11/02/2026", "Hold", "AF-10001", "Reserve", 122.5, 122.5)),
)
financed = frappe.get_doc("Sales Invoice", "CL-4")
for kind, paper in (("Rate Confirmation", "rate_confirmation.pdf"), ("Proof of Delivery", "pod_photo.jpg")):
	file = factories.upload(f"paperwork/{paper}", financed.name)
	financed.append("factoring_documents", {"kind": kind, "file": file})
financed.save()
layout = "RTS Purchase Report"
schedule = frappe.db.get_value("Schedule Layout", {"company": ("is", "not set")})
close = frappe.get_doc(
	{"doctype": "Factoring Close", "company": ACME, "month_end": two_months.SEPTEMBER}
).insert()
line = {"event": "Payout Charge", "amount": 15}
values = {"company": ACME, "posting_date": "2026-11-20", "reason": "Wire fee of 11/20, told by phone"}
adjustment = frappe.get_doc({"doctype": "Factoring Adjustment", **values, "lines": [line]}).insert()
origin = provenance.Provenance(provenance.MAIL, "reports@rts.example")
kept = received.record(origin, "payment 11-20.xlsx", received.KEPT_ASIDE, company=ACME)
Attempt("Deliver", ACME, "A1").succeeded("A1 arrived: 13 files, 4.2 MB")
ledger = frappe.get_all("Factoring Ledger Entry", {"company": ACME}, pluck="name", limit=1)[0]
row = frappe.get_all("Report Import Line", {"report_import": waiting.name}, pluck="name", limit=1)[0]
log = frappe.get_all("Factoring Log", {"company": ACME}, pluck="name", limit=1)[0]
notice = frappe.get_all("Notice of Assignment", {"company": ACME}, pluck="name", limit=1)[0]
forms = {  # picture → DocType, name, tab
	"invoice": ("Sales Invoice", financed.name, ""),
	"invoice-factoring": ("Sales Invoice", financed.name, "Factoring"),
	"invoice-queued": ("Sales Invoice", "AF-10023", ""),
	"batch-draft": ("Factoring Batch", draft_batch(["AF-10023", "AF-10024"]), ""),
	"batch-delivered": ("Factoring Batch", "A1", ""),
	"import-purchase": ("Report Import", posted[0].name, ""),
	"import-mixed": ("Report Import", posted[-1].name, ""),
	"import-waiting": ("Report Import", waiting.name, ""),
	"import-aging": ("Report Import", aging.name, ""),
	"import-reserve": ("Report Import", reserve.name, ""),
	"adjustment": ("Factoring Adjustment", adjustment.name, ""),
	"close": ("Factoring Close", close.name, ""),
	"ledger": ("Factoring Ledger Entry", ledger, ""),
	"row-record": ("Report Import Line", row, ""),
	"log": ("Factoring Log", log, ""),
	"received": ("Received Report", kept, ""),
	"notice": ("Notice of Assignment", notice, ""),
	"report-layout": ("Report Layout", layout, ""),
	"schedule-layout": ("Schedule Layout", schedule, ""),
	"settings": ("Subsidiary Factoring Settings", ACME, ""),
	"settings-accounts": ("Subsidiary Factoring Settings", ACME, "Accounts"),
	"settings-connection": ("Subsidiary Factoring Settings", ACME, "Connection"),
	"settings-files": ("Subsidiary Factoring Settings", ACME, "Files"),
	"settings-automation": ("Subsidiary Factoring Settings", ACME, "Automation"),
}
factories.commit_without_jobs()
frappe.clear_cache()
print(json.dumps({"forms": forms, "waiting": waiting.name}))
