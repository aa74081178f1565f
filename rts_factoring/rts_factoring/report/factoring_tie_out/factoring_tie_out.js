// {% include "rts_factoring/public/js/report_filters.js" %}

frappe.query_reports["Factoring Tie-out"] = {
	filters: [rts_factoring.company_filter(), rts_factoring.as_of_filter()],
	onload(report) {
		if (frappe.user.has_role("Factoring Manager"))
			report.page.add_inner_button(__("Repair"), () => repair(report));
	},
	formatter(value, row, column, data, default_formatter) {
		const shown = rts_factoring.formatter(value, row, column, data, default_formatter);
		if (column.fieldname !== "difference" || !data) return shown;
		const [mark, colour] = data.difference ? ["✗", "red"] : ["✓", "green"];
		return `<span class="indicator-pill ${colour}">${mark}</span> ${shown}`;
	},
};

// Shows which payments were booked on invoices that the factor holds, and what happens to them, before anything is done

async function repair(report) {
	const company = report.get_filter_value("company");
	const found = await frappe.xcall("rts_factoring.api.find_repairs", { company });
	if (!found.length) {
		frappe.msgprint(
			__("There is nothing to repair: no payment settles an invoice that the factor holds.")
		);
		return;
	}
	const escape = frappe.utils.escape_html;
	const list = found.map((item) => `<li>${escape(item.text)}</li>`).join("");
	frappe.confirm(`<p>${__("This will be done:")}</p><ul>${list}</ul>`, async () => {
		const payments = found.map((item) => item.payment);
		const made = await frappe.xcall("rts_factoring.api.repair_payments", { company, payments });
		const links = made.map((name) => frappe.utils.get_form_link("Journal Entry", name, true));
		frappe.msgprint(__("Submit these draft entries, which hold the money: {0}", [links.join(", ")]));
		report.refresh();
	});
}
