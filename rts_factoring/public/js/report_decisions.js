// What a person decides on rows of a report: one, from its panel, or many that are ticked.

frappe.provide("rts_factoring.rows");

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

rts_factoring.rows.bulk = function (frm, rows) {
	if (frm.doc.docstatus === 2 || rts_factoring.is_statement(frm.doc)) return "";
	if (!rts_factoring.rows.may_decide(frm)) {
		return `<p class="text-muted small" data-who>${__("A Factoring Manager decides waiting rows and posts them.")}</p>`;
	}
	if (rows.length && rows.every((row) => row.posted)) return "";
	const action = (name, label) =>
		`<button type="button" class="btn btn-xs btn-default" data-action="${name}" disabled>${label}</button>`;
	return `<div class="rts-strip" role="toolbar" aria-label="${__("Decide the chosen rows")}">
		${action("accept", __("Accept"))}${action("without_fee", __("Without Fee"))}${action("invoice", __("Choose Invoice"))}${action("genuine", __("Row of Its Own"))}
		${action("type", __("Set Type"))}${action("ignore", __("Ignore"))}
		${action("undo", __("Undo Decision"))}<span class="text-muted small" data-chosen aria-live="polite"></span></div>`;
};

// What customers still owe of invoices that RTS has closed

rts_factoring.rows.rests = function (frm, rows) {
	if (frm.doc.docstatus !== 1 || !rts_factoring.rows.may_decide(frm) || !rows.some((row) => row.rest))
		return "";
	const action = (name, label) =>
		`<button type="button" class="btn btn-xs btn-default" data-rest="${name}" disabled>${label}</button>`;
	return `<div class="rts-strip" role="toolbar" aria-label="${__("Settle short-paid rests")}">
		<span class="text-muted small">${__("Short-paid rests:")}</span>
		${action("bill", __("Bill"))}${action("credit", __("Give Credit"))}${action("write_off", __("Write Off"))}</div>`;
};

rts_factoring.rows.settle_rests = function (frm, action, rows) {
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
};

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

// Ask what the decision needs, unless `known` has it, and record it. From the panel the next row that waits is opened.

rts_factoring.rows.decide = function (frm, action, rows, known = null) {
	const state = frm.rows;
	const send = async (values = {}) => {
		await rts_factoring.call_method(frm, "record_decision", { rows, action, ...values });
		if (state.open && rows.length === 1 && rows[0] === state.open) await open_next(frm, action);
		else Object.assign(state, { focus: `[data-outcome="${state.outcome}"]` });
		state.chosen = new Set();
		frm.reload_doc();
	};
	const ask = decision_fields(frm)[action];
	if (known || !ask) return send(known || {});
	frappe.prompt(
		ask,
		send,
		rows.length === 1 ? __("Row {0}", rows) : __("{0} rows", [rows.length]),
		__("Save")
	);
};

async function open_next(frm, action) {
	const state = frm.rows;
	state.focus = "[data-panel-title]";
	const { waits, next, previous } = await rts_factoring.rows.details(frm, state.open);
	if (waits || action === "undo") return;
	const row = next || previous;
	if (!row) return;
	Object.assign(state, { open: row, at: row });
	if (!["", "waiting"].includes(state.outcome)) state.outcome = "waiting";
}

function decision_fields(frm) {
	return {
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
	};
}
