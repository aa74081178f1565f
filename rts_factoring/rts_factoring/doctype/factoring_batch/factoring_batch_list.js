frappe.listview_settings["Factoring Batch"] = {
	add_fields: ["total_amount", "currency"],
	formatters: {
		name: (name, _df, doc) =>
			frappe.is_mobile()
				? `${name} · ${rts_factoring.plain_amount(doc.total_amount, doc.currency)}`
				: name,
	},
	get_indicator(doc) {
		const colours = {
			Draft: "red",
			Queued: "yellow",
			Sending: "blue",
			"Ready to Download": "orange",
			Delivered: "green",
			Failed: "red",
			Cancelled: "gray",
		};
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,
};
