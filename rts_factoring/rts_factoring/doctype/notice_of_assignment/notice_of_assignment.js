frappe.ui.form.on("Notice of Assignment", {
	setup(frm) {
		// Invoices keep the version they were sent with; cancelling it does not cancel them.
		frm.ignore_doctypes_on_cancel_all = ["Sales Invoice"];
		frm.show_preview_soon = frappe.utils.debounce(() => show_preview(frm), 300);
	},

	refresh(frm) {
		if (frm.is_new() && !frm.doc.text) {
			insert_template(frm);
		} else if (frm.doc.docstatus === 0 && frm.perm[0]?.write) {
			frm.add_custom_button(__("Insert Template"), () => {
				frappe.confirm(__("Replace the text with the template?"), () => insert_template(frm));
			});
		}
		frm.show_preview_soon();
		warn_of_number(frm);
	},

	company(frm) {
		frm.show_preview_soon();
		warn_of_number(frm);
	},

	text: (frm) => frm.show_preview_soon(),
	remit_to: (frm) => frm.show_preview_soon(),
	remit_label: (frm) => frm.show_preview_soon(),

	onload_post_render(frm) {
		// A text field reports its change only when it is left; the preview follows every key.
		for (const fieldname of ["text", "remit_to", "remit_label"]) {
			const input = frm.fields_dict[fieldname].$input;
			input?.on("input", () => {
				frm.doc[fieldname] = input.val();
				frm.show_preview_soon();
			});
		}
	},
});

async function insert_template(frm) {
	await frm.set_value("text", await frappe.xcall("rts_factoring.api.get_notice_template"));
}

async function show_preview(frm) {
	const request = (frm.preview_requests = (frm.preview_requests || 0) + 1);
	const message = await frappe.xcall("rts_factoring.api.preview_notice", { notice: frm.doc });
	if (request === frm.preview_requests) {
		// Made by the server out of escaped text: the very markup that stands on the print.
		frm.get_field("preview").$wrapper.html(
			`<div style="background:#fff;padding:12px;max-width:190mm;">${message || ""}</div>`
		);
	}
}

// A notice that names the client number would print without one.
async function warn_of_number(frm) {
	const company = frm.doc.company;
	if (!company || frm.doc.docstatus === 2) return;
	const { message } = await frappe.db.get_value("Subsidiary Factoring Settings", { company }, [
		"name",
		"client_number",
	]);
	if (company !== frm.doc.company) return;
	frm.set_intro("");
	if (message?.client_number || !(frm.doc.text || "").includes("{client_number}")) return;
	const settings = frappe.utils.get_form_link("Subsidiary Factoring Settings", company, true);
	frm.set_intro(
		__("The notice names your client number, and the agreement has none yet. Enter it in {0}.", [
			settings,
		]),
		"orange"
	);
}
