// A bank entry deposits payouts of submitted imports of its company.

frappe.ui.form.on("Journal Entry", {
	setup(frm) {
		frm.set_query("report_import", "factoring_payouts", () => ({
			filters: { company: frm.doc.company, docstatus: 1 },
		}));
	},
});
