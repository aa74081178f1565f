// A report that came by itself. A Factoring Manager imports a mailed one that was kept aside, refused or deleted.

frappe.ui.form.on("Received Report", {
	refresh(frm) {
		const colours = { "Kept Aside": "orange", Refused: "red", Waiting: "blue", Imported: "green" };
		frm.page.set_indicator(__(frm.doc.status), colours[frm.doc.status] || "gray");
		if (frm.doc.message) {
			const colour = frm.doc.status === "Refused" ? "red" : "orange";
			frm.set_intro(frappe.utils.escape_html(frm.doc.message), colour);
		}
		const mailed = frm.doc.source === "E-Mail";
		const waits = ["Kept Aside", "Refused", "Deleted"].includes(frm.doc.status);
		if (mailed && waits && frappe.user.has_role("Factoring Manager")) {
			frm.add_custom_button(__("Import"), () => import_it(frm));
		}
	},
});

function import_it(frm) {
	const e = frappe.utils.escape_html;
	const question = __("Import {0}, which {1} sent? {2} Nothing is posted before you have seen its rows.", [
		e(frm.doc.file_name || ""),
		e(frm.doc.received_from || "?"),
		e(frm.doc.sender_check || ""),
	]);
	frappe.confirm(question, async () => {
		const { message } = await frappe.call({
			method: "rts_factoring.api.import_received",
			args: { received_report: frm.doc.name },
			freeze: true,
		});
		if (message) frappe.set_route("Form", "Report Import", message);
	});
}
