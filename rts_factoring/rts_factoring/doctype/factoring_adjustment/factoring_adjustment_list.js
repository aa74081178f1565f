frappe.listview_settings["Factoring Adjustment"] = {
	add_fields: ["job_status", "reason"],
	formatters: { name: (name, _df, doc) => (frappe.is_mobile() ? doc.reason : name) },
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,
	get_indicator({ docstatus, job_status }) {
		if (job_status === "Failed") return [__("Failed"), "red", "job_status,=,Failed"];
		if (job_status) return [__(job_status), "blue", `job_status,=,${job_status}`];
		if (docstatus === 0) return [__("Draft"), "gray", "docstatus,=,0"];
		if (docstatus === 1) return [__("Submitted"), "blue", "docstatus,=,1"];
		return [__("Cancelled"), "red", "docstatus,=,2"];
	},
};
