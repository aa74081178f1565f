frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Factoring per Week"] = {
	method: "rts_factoring.rts_factoring.dashboard_chart_source.factoring_per_week.factoring_per_week.get",
	filters: [{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" }],
};

// The title of the chart leads to the report with the same figures. Frappe links only charts that are made from a report.
$(document)
	.off("click.factoring_per_week")
	.on("click.factoring_per_week", "[chart_name='Factoring per Week'] .widget-title", () =>
		frappe.set_route("query-report", "Cost of Factoring")
	);
