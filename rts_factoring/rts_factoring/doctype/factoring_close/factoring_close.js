// The form of a month's close: refresh the figures, make the period-end entries, take the workbook along.

frappe.ui.form.on("Factoring Close", {
	setup(frm) {
		for (const name of ["checklist", "figures", "entries"])
			frm.set_df_property(name, "cannot_add_rows", 1);
	},

	refresh(frm) {
		if (frm.is_new()) return last_month(frm);
		frm.add_custom_button(__("Workbook"), () =>
			window.open(
				`/api/method/rts_factoring.api.download_close?close=${encodeURIComponent(frm.doc.name)}`
			)
		);
		if (frm.doc.docstatus === 0) draft(frm);
		if (frm.doc.docstatus === 1) warn_of_changes(frm);
	},
});

function draft(frm) {
	if (!frm.perm[0]?.write) return;
	frm.add_custom_button(__("Update Figures"), () => {
		frm.dirty();
		frm.save();
	});
	if (frm.doc.entries?.length && frappe.model.can_create("Journal Entry"))
		frm.add_custom_button(__("Make Period-end Entries"), () => make_entries(frm));
	frm.set_intro(
		frm.doc.open_points
			? __("Open points of the checklist: {0}", [frm.doc.open_points])
			: __("Every point of the checklist is done."),
		frm.doc.open_points ? "orange" : "green"
	);
}

function warn_of_changes(frm) {
	const changed = frm.doc.__onload?.changed_since;
	if (!changed) return;
	const text = __(
		"Since this close, {0} entries of its days were made or cancelled on control accounts. Its figures are those of {1}.",
		[changed, frappe.datetime.str_to_user(frm.doc.closed_on)]
	);
	frm.set_intro(frappe.utils.escape_html(text), "red");
}

function last_month(frm) {
	if (frm.doc.month_end) return;
	const start = moment(frappe.datetime.get_today()).startOf("month");
	frm.set_value("month_end", start.subtract(1, "day").format("YYYY-MM-DD"));
}

async function make_entries(frm) {
	if (frm.is_dirty()) await frm.save();
	const names = await rts_factoring.call_method(frm, "make_entries");
	await frm.reload_doc();
	if (!names?.length) return frappe.msgprint(__("There is no entry to make for this month."));
	const links = names.map((name) => frappe.utils.get_form_link("Journal Entry", name, true)).join(", ");
	frappe.msgprint(__("Look at these draft entries, then submit them: {0}", [links]));
}
