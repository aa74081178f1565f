frappe.listview_settings["Report Import"] = {
	add_fields: ["status", "waiting_count", "differs_count", "kind"],
	has_indicator_for_draft: true,
	formatters: { name: (name, _df, doc) => (frappe.is_mobile() ? `${__(doc.kind)} · ${name}` : name) },
	get_indicator(doc) {
		if (doc.status === "Posted" && doc.waiting_count) {
			return [__("{0} waiting", [doc.waiting_count]), "orange", "status,=,Posted"];
		}
		if (doc.status === "Compared" && doc.differs_count) {
			return [__("{0} differ", [doc.differs_count]), "orange", "status,=,Compared"];
		}
		const colours = {
			Draft: "gray",
			Reading: "blue",
			Ready: "yellow",
			Posting: "blue",
			Posted: "green",
			Cancelled: "gray",
			Compared: "green",
			Failed: "red",
		};
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
	onload(list) {
		if (frappe.model.can_create("Report Import")) drop_reports(list);
	},
};

// A report dropped anywhere on the list becomes an import. Company, kind and batch are read from the file.
function drop_reports(list) {
	const $page = $(list.page.wrapper);
	$page.on("dragover", (event) => event.preventDefault());
	$page.on("drop", async (event) => {
		const files = [...(event.originalEvent.dataTransfer?.files || [])];
		if (!files.length) return;
		event.preventDefault();
		for (const file of files) await rts_factoring.import_report(file);
	});
}
