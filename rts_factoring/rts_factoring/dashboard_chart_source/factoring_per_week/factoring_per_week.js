frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Factoring per Week"] = {
	method: "rts_factoring.rts_factoring.dashboard_chart_source.factoring_per_week.factoring_per_week.get",
	filters: [{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" }],
};
