// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Factored Invoices"] = {
	filters: [
		rts_factoring.company_filter(),
		rts_factoring.as_of_filter(),
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
		{
			fieldname: "due_within",
			label: __("Buyback Within (Days)"),
			fieldtype: "Select",
			options: "\n7\n14\n30",
		},
	],
	formatter: rts_factoring.formatter,
};
