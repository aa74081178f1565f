// A bank entry deposits payouts of submitted imports and adjustments of its company.

frappe.ui.form.on("Journal Entry", {
	setup(frm) {
		for (const field of ["report_import", "factoring_adjustment"])
			frm.set_query(field, "factoring_payouts", () => ({
				filters: { company: frm.doc.company, docstatus: 1 },
			}));
	},
});
