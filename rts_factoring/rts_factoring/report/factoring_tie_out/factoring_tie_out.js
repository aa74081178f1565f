// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Factoring Tie-out"] = {
	filters: [rts_factoring.company_filter()],
	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (column.fieldname !== "difference" || !data) return shown;
		const [mark, colour] = data.difference ? ["✗", "red"] : ["✓", "green"];
		return `<span class="indicator-pill ${colour}">${mark}</span> ${shown}`;
	},
};
