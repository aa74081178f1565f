// Filters that our reports share. A report's script includes this file, which Frappe then sends with it.

// {% include "rts_factoring/public/js/texts.js" %}

frappe.provide("rts_factoring");

// A report opens with the company used last, else the user's own, else the first one that factors.

rts_factoring.LAST_COMPANY = "rts_factoring.company"; // Frappe runs this file once a report, in one scope

rts_factoring.default_company = function () {
	const factoring = frappe.boot.factoring_companies || [];
	const own = frappe.defaults.get_user_default("Company");
	const wanted = [localStorage.getItem(rts_factoring.LAST_COMPANY), own];
	return wanted.find((company) => factoring.includes(company)) || factoring[0] || own;
};

rts_factoring.use_company = (company) => localStorage.setItem(rts_factoring.LAST_COMPANY, company || "");

rts_factoring.company_filter = () => ({
	fieldname: "company",
	label: __("Company"),
	fieldtype: "Link",
	options: "Company",
	default: rts_factoring.default_company(),
	reqd: 1,
	on_change(report) {
		rts_factoring.use_company(report.get_filter_value("company"));
		if (!report._no_refresh) report.refresh(true);
	},
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
