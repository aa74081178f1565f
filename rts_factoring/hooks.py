app_name = "rts_factoring"
app_title = "RTS Factoring"
app_publisher = "rts_factoring maintainers"
app_description = "Sell freight invoices to RTS Financial from ERPNext"
app_email = "rts_factoring@example.com"
app_license = "gpl-3.0"
required_apps = ["erpnext"]
app_logo_url = "/assets/rts_factoring/images/factoring.svg"
add_to_apps_screen = [
	{
		"name": app_name,
		"logo": app_logo_url,
		"title": app_title,
		"route": "/app/factoring",  # Frappe 16 forwards it to /desk
		"has_permission": "rts_factoring.permissions.may_use_app",
	}
]

export_python_type_annotations = True

# Installation

before_install = "rts_factoring.install.before_install"
after_install = "rts_factoring.install.after_install"
after_migrate = [
	"rts_factoring.install.after_migrate",
	"rts_factoring.printing.health.report_after_migrate",
]
before_uninstall = "rts_factoring.uninstall.before_uninstall"
after_uninstall = "rts_factoring.uninstall.after_uninstall"

# Documents we listen to

_COMPANY_DOCTYPES = (
	"Subsidiary Factoring Settings",
	"Notice of Assignment",
	"Factoring Batch",
	"Report Import",
	"Report Import Line",
	"Factoring Adjustment",
	"Received Report",
	"Factoring Ledger Entry",
	"Factoring Daily Total",
	"Factoring Log",
	"Factoring Close",
)
_LAYOUTS = ("Report Layout", "Schedule Layout")
_TICK = "rts_factoring.overrides.onboarding.tick"
_STEPS_OF_ONBOARDING = {
	"Subsidiary Factoring Settings": {"after_insert": _TICK},
	"Notice of Assignment": {"on_submit": _TICK},
	"Factoring Batch": {"on_submit": _TICK},
	"Report Import": {"on_submit": _TICK},
}
doc_events = {
	**{
		doctype: {
			"before_print": "rts_factoring.printing.texts.before_print",
			"on_update": "rts_factoring.overrides.file.follow_company",
			**_STEPS_OF_ONBOARDING.get(doctype, {}),
		}
		for doctype in (*_COMPANY_DOCTYPES, *_LAYOUTS)
	},
	"Sales Invoice": {
		"before_print": "rts_factoring.printing.stamp.before_print",
		"validate": "rts_factoring.overrides.sales_invoice.validate",
		"on_update": [
			"rts_factoring.overrides.sales_invoice.on_update",
			"rts_factoring.overrides.file.follow_company",
		],
		"on_submit": "rts_factoring.overrides.sales_invoice.on_submit",
		"before_update_after_submit": "rts_factoring.overrides.sales_invoice.before_update_after_submit",
		"on_update_after_submit": "rts_factoring.overrides.sales_invoice.on_update_after_submit",
		"before_cancel": "rts_factoring.overrides.sales_invoice.before_cancel",
		"on_cancel": "rts_factoring.overrides.sales_invoice.on_cancel",
	},
	"Company": {
		"before_rename": "rts_factoring.overrides.company.before_rename",
		"after_rename": "rts_factoring.overrides.company.after_rename",
	},
	"Customer": {
		"on_update": "rts_factoring.overrides.customer.on_update",
		"before_rename": "rts_factoring.overrides.company.before_rename",
	},
	"File": {
		"validate": "rts_factoring.overrides.file.validate",
		"after_insert": "rts_factoring.overrides.file.after_insert",
	},
	"Journal Entry": {
		"validate": "rts_factoring.overrides.journal_entry.validate",
		"before_update_after_submit": "rts_factoring.overrides.journal_entry.before_update_after_submit",
		"before_cancel": "rts_factoring.overrides.journal_entry.before_cancel",
	},
	"Payment Entry": {
		"validate": "rts_factoring.overrides.payment_entry.validate",
		"before_submit": "rts_factoring.overrides.payment_entry.before_submit",
	},
	"Payment Ledger Entry": {
		"validate": "rts_factoring.overrides.payment_ledger_entry.validate",
	},
	"Transaction Deletion Record": {
		"before_submit": "rts_factoring.overrides.transaction_deletion_record.before_submit",
	},
	"Unreconcile Payment": {
		"validate": "rts_factoring.overrides.unreconcile_payment.validate",
	},
	"Payment Request": {
		"validate": "rts_factoring.overrides.payment_request.validate",
	},
	"Invoice Discounting": {
		"validate": "rts_factoring.overrides.invoice_discounting.validate",
	},
	"Dunning": {
		"validate": "rts_factoring.overrides.dunning.validate",
	},
	"Document Follow": {
		"validate": "rts_factoring.overrides.document_follow.validate",
	},
	"User Permission": {
		"on_update": "rts_factoring.overrides.document_follow.forget_unreadable",
		"after_delete": "rts_factoring.overrides.document_follow.forget_unreadable",
	},
	"Auto Email Report": {
		"validate": "rts_factoring.overrides.auto_email_report.validate",
	},
}

# Accounting dimensions of a site get a field on these, beside ERPNext's own

accounting_dimension_doctypes = ["Subsidiary Factoring Settings"]

# What Delete Transactions of a Company leaves

company_data_to_be_ignored = [
	"Subsidiary Factoring Settings",
	"Notice of Assignment",
	"Report Layout",
	"Schedule Layout",
]

# Prints of a Sales Invoice carry the Notice of Assignment

pdf_body_html = "rts_factoring.printing.stamp.pdf_body_html"
jinja = {
	"methods": [
		"rts_factoring.printing.stamp.factoring_stamp",
		"rts_factoring.printing.stamp.factoring_check",
		"rts_factoring.printing.stamp.factoring_becomes_file",
		"rts_factoring.printing.stamp.factoring_statement",
	]
}

# Statements, reports and the portal say whom to pay for what the factor holds

process_soa_html = {
	"General Ledger": "rts_factoring/templates/statements/general_ledger.html",
	"Accounts Receivable": "rts_factoring/templates/statements/accounts_receivable.html",
}
update_website_context = ["rts_factoring.overrides.portal.update_website_context"]
override_doctype_class = {
	"Report": "rts_factoring.overrides.report.FactoringReport",
	"Email Account": "rts_factoring.overrides.email_account.FactoringEmailAccount",
}
override_whitelisted_methods = {
	"frappe.desk.query_report.get_script": "rts_factoring.overrides.report.get_script",
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.get": "rts_factoring.overrides.desk.get_chart",
	"frappe.desk.doctype.tag.tag.get_tagged_docs": "rts_factoring.overrides.desk.get_tagged_docs",
	"frappe.desk.form.load.get_docinfo": "rts_factoring.overrides.desk.get_docinfo",
	"frappe.desk.form.load.getdoc": "rts_factoring.overrides.desk.getdoc",
	"frappe.desk.form.linked_with.get_submitted_linked_docs": "rts_factoring.overrides.desk.get_submitted_linked_docs",
}

# Background work

scheduler_events = {
	"all": ["rts_factoring.tasks.every_few_minutes"],
	"daily": ["rts_factoring.tasks.daily"],
}

# Permissions

_CHILD_TABLES = (
	"Factoring Batch Invoice",
	"Factoring Batch File",
	"Factoring Adjustment Line",
	"Factoring Opening Balance",
	"Factoring Document",
	"Factoring Document Kind",
	"Factoring Payout",
	"Factoring Close Item",
	"Factoring Close Figure",
	"Factoring Close Entry",
)
permission_query_conditions = {
	**{doctype: "rts_factoring.permissions.company_condition" for doctype in _COMPANY_DOCTYPES},
	**{doctype: "rts_factoring.permissions.rows_condition" for doctype in _CHILD_TABLES},
	**{doctype: "rts_factoring.permissions.layout_condition" for doctype in _LAYOUTS},
	"File": "rts_factoring.permissions.file_condition",
	"Prepared Report": "rts_factoring.permissions.prepared_report_condition",
	"Tag Link": "rts_factoring.permissions.tag_condition",
}
has_permission = {
	**{doctype: "rts_factoring.permissions.has_company_permission" for doctype in _COMPANY_DOCTYPES},
	**{doctype: "rts_factoring.permissions.has_layout_permission" for doctype in _LAYOUTS},
	"File": "rts_factoring.permissions.has_file_permission",
	"Prepared Report": "rts_factoring.permissions.has_prepared_report_permission",
}
standard_queries = {
	doctype: "rts_factoring.permissions.search_links" for doctype in permission_query_conditions
}

# Desk

_TEXTS = "public/js/texts.js"
_FORM = [_TEXTS, "public/js/factoring.js", "public/js/open_form.js"]
_COLUMNS = "public/js/report_columns.js"
_ROWS = [f"public/js/report_{name}.js" for name in ("rows_table", "row_panel", "decisions", "rows")]
_WARNINGS = "public/js/document_warnings.js"
_INVOICE = [f"public/js/{name}.js" for name in ("factoring_invoice", "invoice_overview", "sales_invoice")]
_GUIDE = "public/js/rehearsal_guide.js"
_SETUP = ["public/js/setup_dialog.js", _GUIDE]
_LAYOUT_FORM = [*_FORM, _COLUMNS, "public/js/layout_words.js"]
doctype_js = {
	"Factoring Batch": [*_FORM, _COLUMNS, _WARNINGS, "public/js/batch_packets.js", _GUIDE],
	"Factoring Adjustment": [*_FORM, "public/js/openings.js"],
	"Factoring Close": _FORM,
	"Factoring Daily Total": _FORM,
	"Factoring Ledger Entry": _FORM,
	"Factoring Log": _FORM,
	"Journal Entry": "public/js/journal_entry.js",
	"Notice of Assignment": _FORM,
	"Payment Entry": [_TEXTS, "public/js/payment_entry.js"],
	"Received Report": _FORM,
	"Report Import": [*_FORM, _COLUMNS, *_ROWS, "public/js/statements.js", "public/js/deposit.js", _GUIDE],
	"Report Import Line": _FORM,
	"Report Layout": _LAYOUT_FORM,
	"Sales Invoice": [*_FORM, _WARNINGS, *_INVOICE],
	"Schedule Layout": _LAYOUT_FORM,
	"Subsidiary Factoring Settings": [*_FORM, "public/js/rehearsal.js", *_SETUP],
}
doctype_list_js = {
	**{doctype: _TEXTS for doctype in (*_COMPANY_DOCTYPES, *_LAYOUTS, "Customer", "Payment Entry")},
	"Report Import": [*_FORM, _COLUMNS],
	"Subsidiary Factoring Settings": [*_FORM, *_SETUP],
	"Sales Invoice": [*_FORM, "public/js/factoring_invoice.js", "public/js/sales_invoice_list.js"],
}
extend_bootinfo = ["rts_factoring.overrides.boot.extend_bootinfo"]
override_doctype_dashboards = {"Sales Invoice": ["rts_factoring.overrides.sales_invoice.dashboard_data"]}
additional_timeline_content = {"Sales Invoice": ["rts_factoring.overrides.sales_invoice.timeline_content"]}

# The pages of docs/, linked from every form

website_route_rules = [{"from_route": "/factoring-help/<page>", "to_route": "factoring-help"}]

# Old rows of the integration log are cleared by Log Settings

default_log_clearing_doctypes = {"Factoring Log": 180}
