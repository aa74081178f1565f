// Filters that our reports share. A report's script includes this file, which Frappe then sends with it.

// {% include "rts_factoring/public/js/texts.js" %}

frappe.provide("rts_factoring");

rts_factoring.company_filter = () => ({
	fieldname: "company",
	label: __("Company"),
	fieldtype: "Link",
	options: "Company",
	default: frappe.defaults.get_user_default("Company"),
	reqd: 1,
});

rts_factoring.as_of_filter = () => ({
	fieldname: "as_of",
	label: __("As Of"),
	fieldtype: "Date",
	description: __("Empty: with everything that is posted"),
});

rts_factoring.period_filters = () => [
	{
		fieldname: "from_date",
		label: __("From"),
		fieldtype: "Date",
		default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
		reqd: 1,
	},
	{
		fieldname: "to_date",
		label: __("To"),
		fieldtype: "Date",
		default: frappe.datetime.get_today(),
		reqd: 1,
	},
];
