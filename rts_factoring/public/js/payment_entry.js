// A draft payment of factored invoices can be booked as money held for the factor in one click.

frappe.ui.form.on("Payment Entry", {
	refresh(frm) {
		if (!frm.perm[0]?.delete || !frappe.model.can_create("Journal Entry")) return;
		if (frm.is_new() || frm.doc.docstatus || frm.doc.payment_type !== "Receive") return;
		const invoices = (frm.doc.references || [])
			.filter((row) => row.reference_doctype === "Sales Invoice")
			.map((row) => row.reference_name);
		if (!invoices.length) return;
		frappe.db
			.get_list("Sales Invoice", {
				filters: {
					name: ["in", invoices],
					factoring_status: ["in", ["Submitted", "Financed", "Partly Paid"]],
				},
				limit: 1,
			})
			.then((factored) => {
				if (factored.length) frm.add_custom_button(__("Held for the Factor"), () => hold(frm));
			});
	},
});

function hold(frm) {
	frappe.confirm(
		__(
			"Book what this draft pays on factored invoices as a journal entry, bank against clearing? These invoices stay open until RTS reports them. Payments of other invoices stay in the draft."
		),
		async () => {
			const name = await frappe.xcall("rts_factoring.api.hold_for_factor", {
				payment_entry: frm.doc.name,
			});
			frappe.set_route("Form", "Journal Entry", name);
		}
	);
}
