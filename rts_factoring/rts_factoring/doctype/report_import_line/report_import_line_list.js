// With an indicator, Frappe's report view keeps its column for the state; without one it takes the column away and shows
// every value under the column before.
frappe.listview_settings["Report Import Line"] = {
	add_fields: ["outcome"],
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
