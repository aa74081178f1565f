// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Expected vs Actual"] = {
	filters: [
		rts_factoring.company_filter(),
		...rts_factoring.period_filters(),
		{
			fieldname: "only_differences",
			label: __("Only Differences"),
			fieldtype: "Check",
		},
	],
	formatter: rts_factoring.formatter,
};
