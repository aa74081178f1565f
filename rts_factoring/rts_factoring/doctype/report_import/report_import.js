// A report's rows on the form: a page at a time, filtered by outcome, decided in place or in bulk.

const OUTCOMES = {
	matched: ["green", __("Matched"), "✓"],
	suggested: ["yellow", __("Suggested"), "?"],
	unmatched: ["red", __("Unmatched"), "✗"],
	blocked: ["orange", __("Blocked"), "!"],
	held: ["orange", __("Held"), "‖"],
	denied: ["red", __("Denied"), "✗"],
	pending: ["gray", __("Pending"), "…"],
	duplicate: ["gray", __("Duplicate"), "="],
	ignored: ["gray", __("Ignored"), "–"],
};
const TYPES = [
	"payment",
	"partial",
	"short_pay",
	"over_pay",
	"chargeback",
	"chargeback_reversal",
	"reserve_release",
	"fee",
	"fee_reversal",
	"charge",
	"payment_removed",
	"non_factored",
	"write_off",
	"buyout",
];
const COLUMNS = {
	Purchase: [
		["invoice_amount", __("Invoiced")],
		["purchased", __("Purchased")],
		["fee", __("Fee")],
		["reserve", __("Reserve")],
		["other", __("Other")],
		["net", __("Net")],
	],
	Payment: [
		["paid", __("Paid")],
		["fee", __("Fee")],
		["reserve_released", __("Released")],
		["chargeback", __("Chargeback")],
	],
};
const PAGE = 50;

frappe.ui.form.on("Report Import", {
	setup(frm) {
		// Cancelling the import cancels its entries itself; they cannot be cancelled alone.
		frm.ignore_doctypes_on_cancel_all = ["Journal Entry"];
		frm.set_query("batch", () => ({
			filters: { docstatus: 1, ...(frm.doc.company ? { company: frm.doc.company } : {}) },
		}));
		frm.set_query("layout", () => ({ filters: frm.doc.kind ? { kind: frm.doc.kind } : {} }));
		frappe.realtime.on("factoring_report_import", (data) => {
			if (data.name === frm.doc.name) frm.reload_doc();
		});
	},

	refresh(frm) {
		frm.rows = frm.rows || { outcome: "", start: 0, chosen: new Set() };
		if (frm.rows.of !== frm.doc.name) frm.rows = { of: frm.doc.name, outcome: "", start: 0, chosen: new Set() };
		intro(frm);
		if (frm.is_new()) {
			frm.get_field("lines").$wrapper.html(
				`<p class="text-muted">${__("Attach RTS's report and save: kind, company and batch are read from the file.")}</p>`
			);
			return;
		}
		if (frm.doc.status === "Reading" || frm.doc.status === "Posting") {
			// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
			setTimeout(() => cur_frm === frm && frm.reload_doc(), 4000);
		}
		buttons(frm);
		show(frm);
	},
});

function intro(frm) {
	const doc = frm.doc;
	frm.set_intro("");
	if (doc.status === "Failed") frm.set_intro(frappe.utils.escape_html(doc.error || ""), "red");
	const differences = JSON.parse(doc.differences || "[]");
	if (differences.length) {
		const texts = differences.map((d) =>
			__("row {0}: {1} says {2}, its rows add up to {3}", [d.row, d.field, d.stated, d.added])
		);
		frm.set_intro(__("Totals of the file that do not agree with its rows: {0}", [texts.join("; ")]), "orange");
	}
	const missing = JSON.parse(doc.missing_from_report || "[]");
	if (missing.length) {
		const shown = missing.slice(0, 10).map((name) => frappe.utils.get_form_link("Sales Invoice", name, true));
		const more = missing.length > 10 ? ` ${__("and {0} more", [missing.length - 10])}` : "";
		frm.set_intro(__("In the batch but not in the report: {0}", [shown.join(", ") + more]), "blue");
	}
}

function buttons(frm) {
	const doc = frm.doc;
	if (doc.docstatus === 0) {
		frm.add_custom_button(__("Expected Entries"), () => preview(frm));
		frm.add_custom_button(__("Judge Again"), () => frm.call("judge_again").then(() => frm.reload_doc()));
	}
	if (doc.docstatus !== 1) return;
	if (doc.status === "Failed" || isStuck(doc) || doc.waiting_count || postable(doc)) {
		frm.add_custom_button(__("Post Decided Rows"), () => frm.call("post_waiting").then(() => frm.reload_doc()));
	}
	frm.add_custom_button(__("Record Deposit"), () => deposit(frm));
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

function isStuck(doc) {
	// A job that was killed leaves the import in Posting; the scheduler resumes it after as long.
	return doc.status === "Posting" && moment(frappe.datetime.system_datetime()).diff(doc.modified, "minutes") >= 10;
}

function postable(doc) {
	// Rows with an outcome that is posted, and that were not.
	const counts = ["matched", "held", "denied", "pending", "ignored"].map((name) => doc[`${name}_count`] || 0);
	return counts.reduce((sum, count) => sum + count, 0) > (doc.posted_count || 0);
}

async function show(frm) {
	const state = frm.rows;
	const { message } = await frm.call("get_rows", { outcome: state.outcome, start: state.start, length: PAGE });
	if (frm.rows !== state) return;
	if (state.outcome && !message.rows.length) {
		Object.assign(state, { outcome: "", start: 0 }); // the last row of this outcome was decided
		return show(frm);
	}
	state.page = message;
	const $wrapper = frm.get_field("lines").$wrapper;
	$wrapper.html(`${filters(message.counts, state)}${bulk(frm)}${table(frm, message.rows)}${pager(message, state)}`);
	listen(frm, $wrapper);
}

function filters(counts, state) {
	const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
	const waiting = ["suggested", "unmatched", "blocked"].reduce((sum, name) => sum + (counts[name] || 0), 0);
	const chip = (name, label, count) =>
		`<button type="button" class="btn btn-xs ${state.outcome === name ? "btn-primary" : "btn-default"} mr-1 mb-1"
			aria-pressed="${state.outcome === name}" data-outcome="${name}">${label} <b>${count}</b></button>`;
	const chips = [chip("", __("All"), total)];
	if (waiting) chips.push(chip("waiting", __("Waiting for a Decision"), waiting));
	for (const [name, [, label]] of Object.entries(OUTCOMES)) {
		if (counts[name]) chips.push(chip(name, label, counts[name]));
	}
	return `<div class="mb-2" role="toolbar" aria-label="${__("Filter rows")}">${chips.join("")}</div>`;
}

function bulk(frm) {
	if (frm.doc.docstatus === 2) return "";
	const action = (name, label) =>
		`<button type="button" class="btn btn-xs btn-default mr-1" data-action="${name}" disabled>${label}</button>`;
	return `<div class="mb-2" role="toolbar" aria-label="${__("Decide the chosen rows")}">
		${action("accept", __("Accept Suggestion"))}${action("invoice", __("Choose Invoice"))}
		${frm.doc.kind === "Payment" ? action("type", __("Set Type")) : ""}${action("ignore", __("Ignore"))}
		${action("undo", __("Undo Decision"))}<span class="text-muted small" data-chosen></span></div>`;
}

function table(frm, rows) {
	if (!rows.length) return `<p class="text-muted">${__("No row has this outcome.")}</p>`;
	const amounts = COLUMNS[frm.doc.kind] || [];
	const head = [__("Row"), __("Outcome"), __("Invoice"), __("Debtor"), __("Type"), __("Date"), __("Reference")]
		.map((label) => `<th scope="col">${label}</th>`)
		.concat(amounts.map(([, label]) => `<th scope="col" class="text-right">${label}</th>`));
	return `<div class="table-responsive"><table class="table table-sm table-bordered small">
		<thead><tr><th><input type="checkbox" data-all aria-label="${__("All rows of this page")}"></th>${head.join("")}</tr></thead>
		<tbody>${rows.map((row) => line(frm, row, amounts)).join("")}</tbody></table></div>`;
}

function line(frm, row, amounts) {
	const escape = frappe.utils.escape_html;
	const [colour, label, mark] = OUTCOMES[row.outcome] || ["gray", row.outcome, ""];
	const pick = row.posted || frm.doc.docstatus === 2 ? "" : `<input type="checkbox" data-row="${row.row_no}"
		${frm.rows.chosen.has(row.row_no) ? "checked" : ""} aria-label="${__("Row {0}", [row.row_no])}">`;
	const why = row.meaning
		? `<div>${escape(row.meaning)}</div>${row.remedy && !row.posted ? `<div class="text-muted">${escape(row.remedy)}</div>` : ""}`
		: "";
	const decided = row.resolution
		? `<div class="text-muted">${__(row.resolution)}${row.decided_by ? `, ${escape(frappe.user.full_name(row.decided_by))}` : ""}${row.resolution_reason ? `: ${escape(row.resolution_reason)}` : ""}</div>`
		: "";
	const invoice = row.sales_invoice
		? frappe.utils.get_form_link("Sales Invoice", row.sales_invoice, true) +
		  (row.sales_invoice !== row.invoice_no && row.invoice_no
				? `<div class="text-muted">${__("in the file: {0}", [escape(row.invoice_no)])}</div>`
				: "")
		: escape(row.invoice_no || "");
	const money = amounts.map(
		([name]) => `<td class="text-right text-nowrap">${row[name] ? format_currency(row[name], frm.doc.currency) : ""}</td>`
	);
	return `<tr><td>${pick}</td><td>${row.row_no}</td>
		<td><span class="indicator-pill ${colour}">${mark} ${label}</span>${row.posted ? ` <span class="text-muted">${__("posted")}</span>` : ""}${why}${decided}</td>
		<td>${invoice}</td><td>${escape(row.debtor || "")}</td>
		<td>${escape(row.event_type ? __(frappe.unscrub(row.event_type)) : row.word || "")}</td>
		<td class="text-nowrap">${row.date ? frappe.datetime.str_to_user(row.date) : ""}</td>
		<td>${escape(row.payment_ref || row.po_no || "")}</td>${money.join("")}</tr>`;
}

function pager(message, state) {
	const counts = message.counts;
	const total =
		state.outcome === "waiting"
			? ["suggested", "unmatched", "blocked"].reduce((sum, name) => sum + (counts[name] || 0), 0)
			: state.outcome
			? counts[state.outcome] || 0
			: Object.values(counts).reduce((sum, count) => sum + count, 0);
	if (total <= PAGE) return "";
	const last = Math.min(state.start + PAGE, total);
	return `<div><button type="button" class="btn btn-xs btn-default" data-move="-1" ${state.start ? "" : "disabled"}>${__("Previous")}</button>
		<span class="mx-2">${__("{0} to {1} of {2}", [state.start + 1, last, total])}</span>
		<button type="button" class="btn btn-xs btn-default" data-move="1" ${last < total ? "" : "disabled"}>${__("Next")}</button></div>`;
}

function listen(frm, $wrapper) {
	const state = frm.rows;
	const chosen = () => {
		$wrapper.find("[data-action]").prop("disabled", !state.chosen.size);
		$wrapper.find("[data-chosen]").text(state.chosen.size ? __("{0} rows chosen", [state.chosen.size]) : "");
	};
	$wrapper.off();
	$wrapper.on("click", "[data-outcome]", (event) => {
		Object.assign(state, { outcome: event.currentTarget.dataset.outcome, start: 0, chosen: new Set() });
		show(frm);
	});
	$wrapper.on("click", "[data-move]", (event) => {
		state.start += PAGE * Number(event.currentTarget.dataset.move);
		show(frm);
	});
	$wrapper.on("change", "[data-row]", (event) => {
		const number = Number(event.currentTarget.dataset.row);
		event.currentTarget.checked ? state.chosen.add(number) : state.chosen.delete(number);
		chosen();
	});
	$wrapper.on("change", "[data-all]", (event) => {
		$wrapper.find("[data-row]").prop("checked", event.currentTarget.checked).trigger("change");
	});
	$wrapper.on("click", "[data-action]", (event) => decide(frm, event.currentTarget.dataset.action));
	chosen();
}

function decide(frm, action) {
	const rows = [...frm.rows.chosen];
	const send = (values = {}) =>
		frm.call("decide", { rows, action, ...values }).then(() => {
			frm.rows.chosen = new Set();
			frm.reload_doc();
		});
	const ask = {
		invoice: [
			{
				fieldname: "invoice",
				fieldtype: "Link",
				options: "Sales Invoice",
				label: __("Invoice"),
				reqd: 1,
				get_query: () => ({ filters: { company: frm.doc.company, docstatus: 1 } }),
			},
		],
		type: [
			{
				fieldname: "event",
				fieldtype: "Select",
				label: __("Type"),
				reqd: 1,
				options: TYPES.map((value) => ({ value, label: __(frappe.unscrub(value)) })),
			},
			{
				fieldname: "remember",
				fieldtype: "Check",
				label: __("Remember this word for later reports"),
			},
		],
		ignore: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
	}[action];
	if (!ask) return send();
	frappe.prompt(ask, send, __("{0} rows", [rows.length]), __("Save"));
}

async function preview(frm) {
	const { message } = await frm.call("preview_entries");
	const blocks = message.map(
		(entry) => `<h6>${frappe.datetime.str_to_user(entry.day)}</h6>
		<table class="table table-sm table-bordered small"><thead><tr><th>${__("Account")}</th>
		<th class="text-right">${__("Debit")}</th><th class="text-right">${__("Credit")}</th></tr></thead><tbody>
		${entry.rows
			.map(
				(row) => `<tr><td>${frappe.utils.escape_html(row.account)}
				<span class="text-muted">${__(frappe.unscrub(row.role))}${row.invoices ? `, ${__("{0} invoices", [row.invoices])}` : ""}</span></td>
				<td class="text-right">${row.debit ? format_currency(row.debit, frm.doc.currency) : ""}</td>
				<td class="text-right">${row.credit ? format_currency(row.credit, frm.doc.currency) : ""}</td></tr>`
			)
			.join("")}</tbody></table>`
	);
	frappe.msgprint({
		title: __("Journal Entries a Submit Would Make"),
		message: blocks.join("") || __("None: no row moves money."),
		wide: true,
	});
}

async function deposit(frm) {
	const { message } = await frm.call("expected_deposit");
	frappe.prompt(
		[
			{
				fieldname: "bank_account",
				fieldtype: "Link",
				options: "Account",
				label: __("Bank Account"),
				reqd: 1,
				get_query: () => ({ filters: { company: frm.doc.company, account_type: "Bank", is_group: 0 } }),
			},
			{
				fieldname: "amount",
				fieldtype: "Currency",
				label: __("Amount at the Bank"),
				default: message.left,
				reqd: 1,
				description: __("The import announces {0}; {1} of it is recorded.", [
					format_currency(message.payout, frm.doc.currency),
					format_currency(message.recorded, frm.doc.currency),
				]),
			},
			{ fieldname: "day", fieldtype: "Date", label: __("Date"), default: frappe.datetime.get_today(), reqd: 1 },
			{ fieldname: "reference", fieldtype: "Data", label: __("Bank Reference") },
		],
		async (values) => {
			const { message: made } = await frm.call("record_deposit", values);
			if (made.difference) {
				frappe.show_alert({
					message: __("Differs from the expected payout by {0}", [
						format_currency(made.difference, frm.doc.currency),
					]),
					indicator: "orange",
				});
			}
			frappe.set_route("Form", "Journal Entry", made.journal_entry);
		},
		__("Record Deposit"),
		__("Make Entry")
	);
}
