// With an indicator, Frappe's report view keeps its column for the state; without one it takes the column away and shows
// every value under the column before.
frappe.listview_settings["Report Import Line"] = {
	add_fields: ["outcome", "event_type", "row_no"],
	hide_name_column: true,
	formatters: {
		invoice_no(_number, _df, doc) {
			const event = frappe.is_mobile() ? __(frappe.unscrub(doc.event_type || "")) : "";
			return [doc.invoice_no || __("Row {0}", [doc.row_no]), event].filter(Boolean).join(" · ");
		},
		event_type: (event) => __(frappe.unscrub(event || "")),
	},
	get_indicator(doc) {
		const colours = {
			matched: "green",
			suggested: "orange",
			unmatched: "red",
			blocked: "orange",
			held: "orange",
			denied: "red",
		};
		return [__(frappe.unscrub(doc.outcome)), colours[doc.outcome] || "gray", `outcome,=,${doc.outcome}`];
	},
};
