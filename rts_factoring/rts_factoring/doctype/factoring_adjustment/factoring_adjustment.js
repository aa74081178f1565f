// The form of an adjustment: its lines, the journal entries they make, and the payment at the bank.

const ASK_AGAIN = 4000; // milliseconds, while a job posts it and no socket tells us
const AT_WORK = {
	Posting: __("It is being posted in the background. You may leave this page."),
	Cancelling: __("It is being taken back in the background. You may leave this page."),
};
const CLOSING = ["Switch of Factor", "End of Agreement"]; // purposes whose lines end everything with RTS

frappe.ui.form.on("Factoring Adjustment", {
	setup(frm) {
		// Cancelling the adjustment cancels its entries itself; they cannot be cancelled alone.
		frm.ignore_doctypes_on_cancel_all = ["Journal Entry"];
		frm.set_query("sales_invoice", "lines", () => ({
			filters: { company: frm.doc.company || "", docstatus: 1, is_return: 0 },
		}));
		frm.set_query("report_import_line", "lines", () => ({
			filters: {
				company: frm.doc.company || "",
				posted: 1,
				...(frm.doc.report_import ? { report_import: frm.doc.report_import } : {}),
			},
		}));
		frappe.realtime.on("factoring_adjustment", ({ name }) => {
			if (name === frm.doc.name) ask(frm);
		});
	},

	refresh(frm) {
		frm.set_df_property("lines", "read_only", frm.doc.purpose === "Change of Policy" ? 1 : 0);
		const is_opening = frm.doc.purpose === "Opening";
		const label = is_opening ? __("Made from Report Import") : __("Corrects Report Import");
		frm.set_df_property("report_import", "label", label);
		if (show_job(frm)) return;
		if (frm.doc.docstatus === 0 && frm.perm[0]?.write) closing_button(frm);
		if (frm.doc.docstatus === 1) submitted_buttons(frm);
		show_entries(frm);
	},

	purpose(frm) {
		frm.refresh();
	},
});

// Whether a job is at work, which the form then says and waits for; or what the last one met.
function show_job(frm) {
	clearTimeout(frm.ask_again);
	const { job_status, job_error } = frm.doc;
	frm.set_intro("");
	if (job_status === "Failed") frm.set_intro(frappe.utils.escape_html(job_error || ""), "red");
	if (!AT_WORK[job_status]) return false;
	frm.set_intro(AT_WORK[job_status], "blue");
	frm.page.clear_primary_action();
	frm.page.clear_secondary_action();
	frm.toggle_display("preview_section", false);
	frm.ask_again = setTimeout(() => ask(frm), ASK_AGAIN);
	return true;
}

async function ask(frm) {
	// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
	if (cur_frm !== frm || !AT_WORK[frm.doc.job_status]) return;
	clearTimeout(frm.ask_again);
	const { message } = await frappe.db.get_value(frm.doctype, frm.doc.name, "job_status");
	if (message?.job_status !== frm.doc.job_status) return rts_factoring.renew(frm);
	frm.ask_again = setTimeout(() => ask(frm), ASK_AGAIN);
}

function closing_button(frm) {
	if (!CLOSING.includes(frm.doc.purpose)) return;
	frm.add_custom_button(__("Fill Open Positions"), async () => {
		if (!frm.doc.company) return frappe.msgprint(__("Choose a company first."));
		const lines = await frappe.xcall("rts_factoring.api.get_closing_lines", { company: frm.doc.company });
		if (!lines.length) return frappe.msgprint(__("Nothing is open with RTS."));
		frm.clear_table("lines");
		for (const line of lines) frm.add_child("lines", line);
		frm.refresh_field("lines");
		frm.dirty();
	});
}

function submitted_buttons(frm) {
	const corrects = frm.doc.report_import && frm.doc.purpose !== "Opening"; // its money is part of the import's payout
	if (!corrects && frm.perm[0]?.submit && frappe.model.can_create("Journal Entry")) {
		frm.add_custom_button(__("Record Payment"), () => record_payment(frm));
	}
	for (const doctype of ["Journal Entry", "Factoring Ledger Entry"]) {
		const list = () => frappe.set_route("List", doctype, { factoring_adjustment: frm.doc.name });
		frm.add_custom_button(__(doctype), list, __("View"));
	}
}

// What a submit would post, and why it would not

async function show_entries(frm) {
	const field = frm.get_field("preview");
	const draft = frm.doc.docstatus === 0;
	frm.toggle_display("preview_section", draft);
	if (!draft) return;
	if (frm.is_new() || frm.is_dirty()) {
		const hint = __("Save to see the journal entries that a submit would make.");
		field.$wrapper.html(`<p class="text-muted">${hint}</p>`);
		return;
	}
	const found = await frappe.xcall("rts_factoring.api.preview_adjustment", { adjustment: frm.doc.name });
	const problems = found.problems.map(({ text }) => `<li class="text-danger">${text}</li>`).join("");
	const entries = rts_factoring.entries_html(found.entries, frm.doc.currency);
	const nothing = `<p class="text-muted">${__("No journal entry: no line moves money in our books.")}</p>`;
	field.$wrapper.html(`${problems ? `<ul data-problems>${problems}</ul>` : ""}${entries || nothing}`);
}

function record_payment(frm) {
	const bank = { company: frm.doc.company, account_type: "Bank", is_group: 0 };
	frappe.prompt(
		[
			{
				fieldname: "bank_account",
				fieldtype: "Link",
				options: "Account",
				label: __("Bank Account"),
				reqd: 1,
				get_query: () => ({ filters: bank }),
			},
			{
				fieldname: "day",
				fieldtype: "Date",
				label: __("Date"),
				default: frm.doc.posting_date,
				reqd: 1,
			},
			{ fieldname: "reference", fieldtype: "Data", label: __("Bank Reference") },
		],
		async (values) => {
			const name = await rts_factoring.call_method(frm, "record_payment", values);
			if (name) frappe.set_route("Form", "Journal Entry", name);
		},
		__("Record Payment"),
		__("Make Entry")
	);
}
