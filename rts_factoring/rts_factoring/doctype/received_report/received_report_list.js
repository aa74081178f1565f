frappe.listview_settings["Received Report"] = {
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator(doc) {
		const colours = { "Kept Aside": "orange", Refused: "red", Waiting: "blue", Imported: "green" };
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
