// The form of a report: what the file holds, its rows (public/js/report_rows.js), and the entries they make.

const ASK_AGAIN = 4000; // milliseconds, where no socket tells us
const TOTALS = {
	invoice_amount: [__("Invoiced"), "total_invoiced"],
	purchased: [__("Purchased"), "total_purchased"],
	paid: [__("Paid"), "total_paid"],
	advance: [__("Advance"), "total_advance"],
	fee: [__("Fees"), "total_fee"],
	reserve: [__("Reserve"), "total_reserve"],
	released: [__("Reserve Released"), "total_released"],
	chargeback: [__("Charged Back"), "total_chargeback"],
	other: [__("Other Deductions"), "total_other"],
	net: [__("Net Payout"), "total_net"],
	balance: [__("Balance"), "total_balance"],
};

frappe.ui.form.on("Report Import", {
	setup(frm) {
		// Cancelling the import cancels its entries itself; they cannot be cancelled alone.
		frm.ignore_doctypes_on_cancel_all = ["Journal Entry"];
		frm.set_query("batch", () => ({
			filters: { docstatus: 1, ...(frm.doc.company ? { company: frm.doc.company } : {}) },
		}));
		frm.set_query("layout", () => ({
			filters: {
				company: ["in", ["", frm.doc.company || ""]],
				...(frm.doc.kind ? { kind: frm.doc.kind } : {}),
			},
		}));
		frappe.realtime.on("factoring_report_import", (data) => {
			if (data.name === frm.doc.name) follow(frm, !data.of);
		});
	},

	onload(frm) {
		// Frappe fills in the company that the person works for; the file says which it is
		if (frm.is_new() && !frm.doc.batch && !frm.doc.kind) frm.doc.company = "";
	},

	refresh(frm) {
		intro(frm);
		frm.toggle_reqd("company", !frm.is_new());
		if (frm.is_new()) {
			frm.get_field("lines").$wrapper.html(
				`<p class="text-muted">${__("Attach RTS's report and save. Kind, company and batch are read from the file.")}</p>`
			);
			return;
		}
		totals(frm);
		buttons(frm);
		follow(frm);
	},
});

// Draw the rows, and load them again while a job reads or posts them. Text that a person is typing is kept.

async function follow(frm, changed = false) {
	// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
	if (cur_frm !== frm || frm.is_new()) return;
	const page = await rts_factoring.show_rows(frm);
	if (!page) return;
	clearTimeout(frm.ask_again);
	if (["Reading", "Posting"].includes(page.status))
		frm.ask_again = setTimeout(() => follow(frm), ASK_AGAIN);
	if ((changed || page.status !== frm.doc.status) && !frm.is_dirty()) rts_factoring.renew(frm);
}

function intro(frm) {
	const doc = frm.doc;
	frm.set_intro("");
	if (doc.status === "Failed") frm.set_intro(frappe.utils.escape_html(doc.error || ""), "red");
	const differences = JSON.parse(doc.differences || "[]");
	if (differences.length) {
		const texts = differences.map((d) =>
			__("row {0}: {1} is {2}, but its rows add up to {3}", [
				d.row,
				TOTALS[d.field]?.[0] || d.field,
				format_currency(d.stated, doc.currency),
				format_currency(d.added, doc.currency),
			])
		);
		frm.set_intro(
			__("Totals in the file that differ from the sum of its rows: {0}", [texts.join("; ")]),
			"orange"
		);
	}
	const undated = (!doc.posting_date && doc.__onload?.undated_rows) || 0;
	if (undated)
		frm.set_intro(
			__(
				"Rows without a date: {0}. They are posted on the day of posting. Set Posting Date if RTS names another day.",
				[undated]
			),
			"orange"
		);
	tell_columns(frm);
	tell_missing(frm);
}

// By which layout the file was read, and which of its columns were not

function tell_columns(frm) {
	const doc = frm.doc;
	if (doc.docstatus !== 0) return;
	const read_by = JSON.parse(doc.layout_snapshot || "{}");
	if (read_by.by_header) {
		const shown = frappe.utils.escape_html(read_by.name);
		const link = frappe.utils.get_form_link("Report Layout", read_by.name, true, shown);
		frm.set_intro(__("Read by the layout {0}, which was chosen by the header.", [link]), "blue");
	}
	const unread = teachable(doc);
	if (unread.length) {
		const shown = unread.map((text) => frappe.utils.escape_html(text)).join(", ");
		frm.set_intro(
			__(
				"Columns that the layout does not know or cannot place: {0}. If one matters, use Teach the Layout.",
				[shown]
			),
			"blue"
		);
	}
}

// Invoices of the batch that the report does not name

function tell_missing(frm) {
	const missing = JSON.parse(frm.doc.missing_from_report || "[]");
	if (!missing.length) return;
	const shown = missing.slice(0, 10).map((name) => frappe.utils.get_form_link("Sales Invoice", name, true));
	const more = missing.length > 10 ? ` ${__("and {0} more", [missing.length - 10])}` : "";
	frm.set_intro(__("In the batch but not in the report: {0}", [shown.join(", ") + more]), "blue");
}

// The totals that the file states, under the sums of its rows

function totals(frm) {
	const doc = frm.doc;
	const e = frappe.utils.escape_html;
	const stated = JSON.parse(doc.control_totals || "[]");
	const differences = JSON.parse(doc.differences || "[]");
	const names = Object.keys(TOTALS).filter(
		(name) => flt(doc[TOTALS[name][1]]) || stated.some((total) => flt(total[name]))
	);
	const money = (value) => format_currency(value, doc.currency);
	const compared = (total, name) => {
		if (!(name in total)) return "";
		const wrong = differences.find((d) => d.row === total.row && d.field === name);
		return wrong
			? `<span class="text-danger">✗ ${money(total[name])}</span>
				<div class="text-muted">${__("rows add up to {0}", [money(wrong.added)])}</div>`
			: `<span class="text-success" role="img" aria-label="${__("agrees")}">✓</span> ${money(total[name])}`;
	};
	const row = (label, cell) =>
		`<tr><th scope="row">${label}</th>${names
			.map((name) => `<td class="text-right text-nowrap">${cell(name)}</td>`)
			.join("")}</tr>`;
	const sums = row(__("All rows added up"), (name) => money(doc[TOTALS[name][1]]));
	const totals_of_file = stated.map((total) =>
		row(`${e(total.label)} <span class="text-muted">${__("row {0}", [total.row])}</span>`, (name) =>
			compared(total, name)
		)
	);
	const head = names.map((name) => `<th scope="col" class="text-right">${TOTALS[name][0]}</th>`);
	frm.get_field("totals_compared").$wrapper.html(
		`<div class="table-responsive"><table class="table table-sm table-bordered small">
			<thead><tr><th></th>${head.join("")}</tr></thead><tbody>${sums}${totals_of_file.join("")}</tbody></table></div>
			${stated.length ? "" : `<p class="text-muted">${__("The file has no totals.")}</p>`}`
	);
}

function buttons(frm) {
	if (rts_factoring.is_statement(frm.doc)) return rts_factoring.statement_buttons(frm);
	if (frm.doc.docstatus === 0) draft_buttons(frm);
	if (frm.doc.docstatus === 1) submitted_buttons(frm);
}

function draft_buttons(frm) {
	frm.add_custom_button(__("Expected Entries"), () => preview(frm));
	if (frm.perm[0]?.write) frm.add_custom_button(__("Update Rows"), call_and_reload(frm, "update_rows"));
	const unread = frm.doc.status === "Failed" && !frm.doc.layout_snapshot;
	if (frm.perm[0]?.submit && (unread || teachable(frm.doc).length || frm.doc.blocked_count)) {
		frm.add_custom_button(__("Teach the Layout"), () => rts_factoring.teach_layout(frm));
	}
}

function submitted_buttons(frm) {
	const doc = frm.doc;
	const may_submit = frm.perm[0]?.submit;
	if (may_submit && (doc.status === "Failed" || is_stuck(doc) || doc.waiting_count || postable(doc))) {
		frm.add_custom_button(__("Post Decided Rows"), call_and_reload(frm, "post_waiting"));
	}
	if (may_submit && frappe.model.can_create("Journal Entry")) {
		frm.add_custom_button(__("Record Deposit"), () => rts_factoring.record_deposit(frm));
	}
	frm.add_custom_button(
		__("Journal Entries"),
		() => frappe.set_route("List", "Journal Entry", { factoring_report_import: doc.name }),
		__("View")
	);
	frm.add_custom_button(
		__("Factoring Ledger"),
		() => frappe.set_route("List", "Factoring Ledger Entry", { report_import: doc.name }),
		__("View")
	);
}

function call_and_reload(frm, method) {
	return () => rts_factoring.call_method(frm, method).then(() => frm.reload_doc());
}

// A killed job leaves the import in Posting. The scheduler resumes it after the same time.
function is_stuck(doc) {
	return (
		doc.status === "Posting" &&
		moment(frappe.datetime.system_datetime()).diff(doc.modified, "minutes") >= 10
	);
}

// Are there rows whose outcome can be posted and that are not posted yet?
function postable(doc) {
	const counts = ["matched", "held", "denied", "pending", "ignored"].map(
		(name) => doc[`${name}_count`] || 0
	);
	return counts.reduce((sum, count) => sum + count, 0) > (doc.posted_count || 0);
}

function teachable(doc) {
	return JSON.parse(doc.unknown_columns || "[]");
}

async function preview(frm) {
	const entries = await frappe.xcall("rts_factoring.api.preview_entries", { report_import: frm.doc.name });
	frappe.msgprint({
		title: __("Journal Entries a Submit Would Make"),
		message:
			rts_factoring.entries_html(entries, frm.doc.currency) ||
			__("No journal entry: no row moves money."),
		wide: true,
	});
}
