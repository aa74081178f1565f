frappe.listview_settings["Factoring Log"] = {
	add_fields: ["action", "batch", "company"],
	formatters: {
		name: (_name, _df, doc) => [__(doc.action), doc.batch || doc.company].filter(Boolean).join(" · "),
	},
};
