frappe.query_reports["Factored Invoices"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
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
};
