// The rows of a report on its form: one page at a time, filtered by outcome. A person decides them here, one or many.

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
const TYPES = {
	Payment: [
		"payment",
		"partial",
		"short_pay",
		"over_pay",
		"chargeback",
		"chargeback_reversal",
		"buyout",
		"reserve_release",
		"fee",
		"fee_reversal",
		"charge",
		"payout_fee",
		"payout_charge",
		"write_off",
		"direct_payment",
		"difference",
		"payment_removed",
		"non_factored",
	],
	Purchase: ["fee", "charge", "reserve_settlement", "advance_repaid", "recovery", "difference"],
};
const COLUMNS = {
	Purchase: [
		["invoice_amount", __("Invoiced")],
		["purchased", __("Purchased")],
		["fee", __("Fee")],
		["reserve", __("Reserve")],
		["other", __("Charges")],
		["repaid", __("Advance Repaid")],
		["recovered", __("Recovered")],
		["unclear", __("Unclear")],
		["net", __("Net")],
		["unread", __("Not Read")],
	],
	Payment: [
		["paid", __("Paid")],
		["fee", __("Fee")],
		["reserve_released", __("Released")],
		["chargeback", __("Chargeback")],
		["unread", __("Not Read")],
	],
};
const PAGE = 50;

const may_decide = (frm) => frm.doc.docstatus < 2 && Boolean(frm.perm[0]?.submit);

rts_factoring.show_rows = async function show(frm) {
	if (frm.rows?.of !== frm.doc.name)
		frm.rows = { of: frm.doc.name, outcome: "", start: 0, chosen: new Set() };
	const state = frm.rows;
	const page = await frappe.xcall("rts_factoring.api.get_report_rows", {
		report_import: frm.doc.name,
		outcome: state.outcome,
		start: state.start,
		length: PAGE,
	});
	if (frm.rows !== state) return;
	if (state.outcome && !page.rows.length) {
		Object.assign(state, { outcome: "", start: 0 }); // the last row of this outcome was decided
		return show(frm);
	}
	const $wrapper = frm.get_field("lines").$wrapper;
	const focused = state.focus || selector_of($wrapper.find(":focus")[0]);
	state.focus = "";
	$wrapper.html(
		`${bar(page)}${filters(page, state)}${bulk(frm)}${rests(frm, page.rows)}${table(frm, page.rows)}${pager(page, state)}`
	);
	listen(frm, $wrapper);
	if (focused) refocus($wrapper, focused);
	return page;
};

// Put the focus back where it was before the rows were drawn again

function selector_of(element) {
	const [name, value] = Object.entries(element?.dataset || {})[0] || [];
	return name && `[data-${name}="${value}"]`;
}

function refocus($wrapper, focused) {
	const $target = $wrapper.find(focused).filter(":enabled");
	($target.length ? $target : $wrapper.find("[data-outcome][aria-pressed=true]")).first().trigger("focus");
}

// Progress of a posting in the background. The server stores it, so a reload shows the same

function bar({ status, progress }) {
	if (status !== "Posting") return "";
	const { done, of } = progress || { done: 0, of: 0 };
	const percent = of ? Math.round((100 * done) / of) : 0;
	const text = of ? __("{0} of {1} rows posted", [done, of]) : __("Waiting for a worker to post the rows");
	return `<div data-posting><p class="mb-1" aria-live="polite">${text}</p>
		<div class="progress mb-3" role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100"
			aria-label="${__("Posting")}"><div class="progress-bar" style="width: ${percent}%"></div></div></div>`;
}

function filters({ counts, waiting }, state) {
	const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
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
	if (!may_decide(frm)) {
		return `<p class="text-muted small" data-who>${__("A Factoring Manager decides waiting rows and posts them.")}</p>`;
	}
	const action = (name, label) =>
		`<button type="button" class="btn btn-xs btn-default mr-1 mb-1" data-action="${name}" disabled>${label}</button>`;
	return `<div class="mb-2" role="toolbar" aria-label="${__("Decide the chosen rows")}">
		${action("accept", __("Accept"))}${action("without_fee", __("Without Fee"))}${action("invoice", __("Choose Invoice"))}${action("genuine", __("Row of Its Own"))}
		${action("type", __("Set Type"))}${action("ignore", __("Ignore"))}
		${action("undo", __("Undo Decision"))}<span class="text-muted small" data-chosen></span></div>`;
}

// What customers still owe of invoices that RTS has closed

function rests(frm, rows) {
	if (frm.doc.docstatus !== 1 || !may_decide(frm) || !rows.some((row) => row.rest)) return "";
	const action = (name, label) =>
		`<button type="button" class="btn btn-xs btn-default mr-1 mb-1" data-rest="${name}" disabled>${label}</button>`;
	return `<div class="mb-2" role="toolbar" aria-label="${__("Settle short-paid rests")}">
		<span class="text-muted small mr-2">${__("Short-paid rests:")}</span>
		${action("bill", __("Bill"))}${action("credit", __("Credit"))}${action("write_off", __("Write Off"))}</div>`;
}

function settle_rests(frm, action) {
	const rows = [...frm.rows.chosen];
	const send = async (values = {}) => {
		const result = await rts_factoring.call_method(frm, "settle_rests", { rows, action, ...values });
		if (!result) return;
		show_settled(action, result);
		frm.rows.chosen = new Set();
		rts_factoring.show_rows(frm);
	};
	if (action !== "write_off") return send();
	frappe.prompt(
		[rts_factoring.reason(__("Reason"))],
		send,
		__("Write Off {0} Rests", [rows.length]),
		__("Write Off")
	);
}

function show_settled(action, { doctype, made, refused }) {
	const e = frappe.utils.escape_html;
	const links = made.map((name) => frappe.utils.get_form_link(doctype, name, true)).join(", ");
	const texts = {
		bill: __("Draft payment requests: {0}", [links]),
		credit: __("Draft credit notes: {0}", [links]),
		write_off: __("Written off: {0}", [links]),
	};
	const problems = Object.entries(refused).map(([name, why]) => `<li>${e(name)}: ${e(why)}</li>`);
	frappe.msgprint({
		title: __("Short-Paid Rests"),
		message: `${made.length ? `<p>${texts[action]}</p>` : ""}${problems.length ? `<ul>${problems.join("")}</ul>` : ""}`,
	});
}

// Columns that are empty in every row of the page are left out, so that the table fits a laptop's window.

function table(frm, rows) {
	if (!rows.length) return `<p class="text-muted">${__("No row has this outcome.")}</p>`;
	const e = frappe.utils.escape_html;
	const texts = [
		[__("Type and Date"), type_and_date],
		[__("Reference"), (row) => reference(e(row.payment_ref || row.po_no || ""))],
	].filter(([, cell]) => rows.some(cell));
	const amounts = (COLUMNS[frm.doc.kind] || [])
		.filter(([name]) => rows.some((row) => row[name]))
		.map(([name, label]) => [
			label,
			(row) => (row[name] ? format_currency(row[name], frm.doc.currency) + parts(row, name) : ""),
			"text-right text-nowrap",
		]);
	const columns = [
		["", (row) => pick(frm, row)],
		[__("Row"), (row) => row.row_no],
		[__("Outcome"), outcome],
		[__("Invoice"), invoice],
		...texts,
		...amounts,
	];
	const all = may_decide(frm)
		? `<input type="checkbox" data-all="1" aria-label="${__("All rows of this page")}">`
		: "";
	const head = columns.map(
		([label, , style]) => `<th scope="col" class="${style || ""}">${label || all}</th>`
	);
	const body = rows.map(
		(row) =>
			`<tr>${columns.map(([, cell, style]) => `<td class="${style || ""}">${cell(row)}</td>`).join("")}</tr>`
	);
	return `<div class="table-responsive"><table class="table table-sm table-bordered small">
		<thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

// The columns of the file that add up to one amount

function parts(row, name) {
	const texts = row.parts[name] || [];
	if (texts.length < 2) return "";
	return texts.map((text) => `<div class="text-muted">${frappe.utils.escape_html(text)}</div>`).join("");
}

function pick(frm, row) {
	if ((row.posted && !row.rest) || !may_decide(frm)) return "";
	return `<input type="checkbox" data-row="${row.row_no}" ${frm.rows.chosen.has(row.row_no) ? "checked" : ""}
		aria-label="${__("Row {0}", [row.row_no])}">`;
}

function outcome(row) {
	const e = frappe.utils.escape_html;
	const [colour, label, mark] = OUTCOMES[row.outcome] || ["gray", row.outcome, ""];
	const posted =
		row.posted && row.outcome !== "ignored" ? ` <span class="text-muted">${__("posted")}</span>` : "";
	const muted = (text) => `<div class="text-muted">${text}</div>`;
	const why = row.meaning ? `<div>${e(row.meaning)}</div>${before(row)}` : before(row);
	const compared = row.compared ? `<div>${e(row.compared)}</div>` : "";
	const remedy = row.meaning && row.remedy && !row.posted ? muted(e(row.remedy)) : "";
	const who = row.decided_by ? `, ${e(frappe.user.full_name(row.decided_by))}` : "";
	const reason = row.resolution_reason ? `: ${e(row.resolution_reason)}` : "";
	const decided = row.resolution ? muted(`${__(row.resolution)}${who}${reason}`) : "";
	return `<span class="indicator-pill no-indicator-dot text-nowrap ${colour}">${mark} ${label}</span>${posted}${why}${compared}${remedy}${decided}`;
}

// Where the row stands that this one repeats, and which amounts differ

function before(row) {
	if (!row.before) return "";
	const { report_import, row_no } = row.before;
	const link = frappe.utils.get_form_link("Report Import", report_import, true);
	const changes = row.differences.map(({ field, posted, stated }) =>
		__("{0}: {1} posted, {2} in this row", [__(frappe.unscrub(field)), posted, stated])
	);
	const where = __("Posted before: {0}, row {1}", [link, row_no]);
	return `<div>${where}</div>${changes.map((text) => `<div>${frappe.utils.escape_html(text)}</div>`).join("")}`;
}

function type_and_date(row) {
	const as_written = row.event_type === "purchase" && row.word; // its status, or a type that no one knows
	const type = row.event_type && !as_written ? __(frappe.unscrub(row.event_type)) : row.word || "";
	const date = row.date
		? `<div class="text-muted text-nowrap">${frappe.datetime.str_to_user(row.date)}</div>`
		: "";
	return frappe.utils.escape_html(type) + date;
}

function reference(text) {
	return text.length > 20 ? text : `<span class="text-nowrap">${text}</span>`;
}

function invoice(row) {
	const e = frappe.utils.escape_html;
	const in_file = row.sales_invoice && row.invoice_no && row.sales_invoice !== row.invoice_no;
	const link = row.sales_invoice
		? frappe.utils.get_form_link("Sales Invoice", row.sales_invoice, true)
		: e(row.invoice_no || "");
	return `<span class="text-nowrap">${link}</span>
		${in_file ? `<div class="text-muted">${__("in the file: {0}", [e(row.invoice_no)])}</div>` : ""}
		<div class="text-muted">${e(row.debtor || "")}</div>${rest(row)}`;
}

function rest(row) {
	return row.rest
		? `<div>${__("The customer still owes {0}", [format_currency(row.rest, row.currency)])}</div>`
		: "";
}

function pager({ counts, waiting }, state) {
	const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
	const total = state.outcome === "waiting" ? waiting : state.outcome ? counts[state.outcome] || 0 : all;
	if (total <= PAGE) return "";
	const last = Math.min(state.start + PAGE, total);
	return `<div><button type="button" class="btn btn-xs btn-default" data-move="-1" ${state.start ? "" : "disabled"}>${__("Previous")}</button>
		<span class="mx-2">${__("{0} to {1} of {2}", [state.start + 1, last, total])}</span>
		<button type="button" class="btn btn-xs btn-default" data-move="1" ${last < total ? "" : "disabled"}>${__("Next")}</button></div>`;
}

function listen(frm, $wrapper) {
	const state = frm.rows;
	const chosen = () => {
		$wrapper.find("[data-action], [data-rest]").prop("disabled", !state.chosen.size);
		$wrapper
			.find("[data-chosen]")
			.text(state.chosen.size ? __("{0} rows chosen", [state.chosen.size]) : "");
	};
	$wrapper.off();
	$wrapper.on("click", "[data-outcome]", (event) => {
		Object.assign(state, { outcome: event.currentTarget.dataset.outcome, start: 0, chosen: new Set() });
		rts_factoring.show_rows(frm);
	});
	$wrapper.on("click", "[data-move]", (event) => {
		state.start += PAGE * Number(event.currentTarget.dataset.move);
		rts_factoring.show_rows(frm);
	});
	$wrapper.on("change", "[data-row]", (event) => {
		const number = Number(event.currentTarget.dataset.row);
		event.currentTarget.checked ? state.chosen.add(number) : state.chosen.delete(number);
		chosen();
	});
	$wrapper.on("change", "[data-all]", (event) => {
		$wrapper.find("[data-row]").prop("checked", event.currentTarget.checked).trigger("change");
	});
	$wrapper.on("click", "[data-rest]", (event) => settle_rests(frm, event.currentTarget.dataset.rest));
	$wrapper.on("click", "[data-action]", (event) => decide(frm, event.currentTarget.dataset.action));
	chosen();
}

function decide(frm, action) {
	const rows = [...frm.rows.chosen];
	const send = async (values = {}) => {
		await rts_factoring.call_method(frm, "record_decision", { rows, action, ...values });
		Object.assign(frm.rows, { chosen: new Set(), focus: `[data-outcome="${frm.rows.outcome}"]` });
		frm.reload_doc();
	};
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
				options: rts_factoring.options(
					TYPES[frm.doc.kind].map((value) => ({ value, label: __(frappe.unscrub(value)) }))
				),
			},
			{
				fieldname: "remember",
				fieldtype: "Check",
				label: __("Remember this word for later reports"),
			},
		],
		genuine: [rts_factoring.reason(__("Why It Happened Twice"))],
		ignore: [rts_factoring.reason(__("Reason"))],
	}[action];
	if (!ask) return send();
	frappe.prompt(ask, send, __("{0} rows", [rows.length]), __("Save"));
}
