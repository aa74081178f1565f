// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Reserve Statement"] = {
	filters: [rts_factoring.company_filter(), ...rts_factoring.period_filters()],
	formatter: rts_factoring.formatter,
};
