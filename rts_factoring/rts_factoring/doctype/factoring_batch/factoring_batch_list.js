frappe.listview_settings["Factoring Batch"] = {
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
