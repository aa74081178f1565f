frappe.query_reports["Factoring Tie-out"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
	],
	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (column.fieldname !== "difference" || !data) return shown;
		const [mark, colour] = data.difference ? ["✗", "red"] : ["✓", "green"];
		return `<span class="indicator-pill ${colour}">${mark}</span> ${shown}`;
	},
};
