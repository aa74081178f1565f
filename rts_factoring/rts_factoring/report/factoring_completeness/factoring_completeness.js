// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Factoring Completeness"] = {
	filters: [rts_factoring.company_filter(), rts_factoring.as_of_filter()],
	formatter: rts_factoring.formatter,
};
