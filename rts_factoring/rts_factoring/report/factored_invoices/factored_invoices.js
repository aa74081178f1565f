// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Factored Invoices"] = {
	filters: [
		rts_factoring.company_filter(),
		{
			fieldname: "state",
			label: __("Status"),
			fieldtype: "Select",
			options: "\nFinanced\nPartly Paid\nCompleted\nCharged Back",
		},
		{
			fieldname: "customer",
			label: __("Customer"),
			fieldtype: "Link",
			options: "Customer",
		},
	],
	formatter: rts_factoring.formatter,
};
