// An entry has no name that says something: its event, invoice and amount stand in its place.
frappe.listview_settings["Factoring Ledger Entry"] = {
	add_fields: [
		"event",
		"sales_invoice",
		"is_reversal",
		"currency",
		"purchased",
		"collected",
		"reserve",
		"fee",
		"charges",
	],
	formatters: {
		name(_name, _df, doc) {
			const event = __(frappe.unscrub(doc.event));
			const amount = doc.purchased || doc.collected || doc.reserve || doc.fee || doc.charges;
			const shown =
				frappe.is_mobile() && amount ? rts_factoring.plain_amount(amount, doc.currency) : "";
			return [doc.is_reversal ? __("{0}, undone", [event]) : event, doc.sales_invoice, shown]
				.filter(Boolean)
				.join(" · ");
		},
		event: (event) => __(frappe.unscrub(event)),
	},
};
