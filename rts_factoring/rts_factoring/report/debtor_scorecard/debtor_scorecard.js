// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Debtor Scorecard"] = {
	filters: [
		rts_factoring.company_filter(),
		...rts_factoring
			.period_filters()
			.map((filter) =>
				filter.fieldname === "from_date"
					? { ...filter, default: frappe.datetime.add_months(frappe.datetime.get_today(), -12) }
					: filter
			),
	],
	formatter: rts_factoring.formatter,
};
