frappe.listview_settings["Notice of Assignment"] = {
	add_fields: ["company"],
	formatters: { name: (name, _df, doc) => (frappe.is_mobile() ? doc.company : name) },
};
