// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Factoring by Company"] = {
	filters: [{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" }],
	formatter(value, row, column, data, default_formatter) {
		const shown = rts_factoring.formatter(value, row, column, data, default_formatter);
		if (data?.is_total) return `<b>${shown}</b>`;
		const address = value && data?.links?.[column.fieldname];
		return address ? `<a href="${frappe.utils.escape_html(address)}">${shown}</a>` : shown;
	},
};
