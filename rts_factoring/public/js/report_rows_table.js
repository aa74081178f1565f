// The table of a report's rows: one line a row, as many columns as the window has room for. The rest is in the row's panel.

frappe.provide("rts_factoring.rows");

rts_factoring.rows.OUTCOMES = {
	matched: ["green", __("Matched"), "✓"],
	suggested: ["orange", __("Suggested"), "?"],
	unmatched: ["red", __("Unmatched"), "✗"],
	blocked: ["orange", __("Blocked"), "!"],
	held: ["orange", __("Held"), "‖"],
	denied: ["red", __("Denied"), "✗"],
	pending: ["gray", __("Pending"), "…"],
	duplicate: ["gray", __("Duplicate"), "="],
	ignored: ["gray", __("Ignored"), "–"],
	differs: ["orange", __("Differs"), "≠"],
};
rts_factoring.rows.AMOUNTS = {
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
	"Open Invoices": [
		["balance", __("RTS: Open")],
		["ours", __("Our Books")],
		["difference", __("Difference")],
	],
	Reserve: [
		["reserve", __("Change")],
		["reserve_released", __("Taken")],
		["balance", __("RTS: Balance")],
		["ours", __("Our Books")],
		["difference", __("Difference")],
	],
};
const ALWAYS = ["pick", "row_no", "outcome", "invoice", "why"];
// Where the window is narrow, the last of these are left to the panel first.
const WANTED = [
	"balance",
	"ours",
	"difference",
	"purchased",
	"paid",
	"net",
	"type",
	"debtor",
	"fee",
	"reserve",
	"reserve_released",
];
const WIDTHS = {
	pick: 34,
	row_no: 52,
	outcome: 118,
	invoice: 116,
	debtor: 132,
	type: 126,
	date: 92,
	reference: 112,
};
const POSTED_WIDTH = 156; // of an outcome with the word `posted` beside it
const AMOUNT_WIDTH = 100; // pixels
const WHY_WIDTH = 180; // at least; it takes what is left
const WIDEST_DEBTOR = 220; // where there is room
const WIDEST_INVOICE = 170; // as wide as the longest number of the page, ERPNext's ACC-SINV-2026-00001 included
const NARROWEST = 40;
const KEPT = "rts_factoring.row_widths"; // in the browser: what a person has set

function kept_widths() {
	try {
		return JSON.parse(localStorage.getItem(KEPT)) || {};
	} catch {
		return {};
	}
}

function row_columns(frm, rows) {
	const e = frappe.utils.escape_html;
	const all = rts_factoring.rows.may_decide(frm)
		? `<input type="checkbox" data-all="1" aria-label="${__("All rows of this page")}">`
		: "";
	const text = (name, label, cell) => ({ name, label, cell, width: WIDTHS[name] });
	const amount = ([name, label]) => ({
		name,
		label,
		cell: (row) =>
			row[name] || compared.includes(name) ? format_currency(row[name], frm.doc.currency) : "",
		width: AMOUNT_WIDTH,
		style: "text-right",
	});
	const compared = rts_factoring.is_statement(frm.doc) ? ["balance", "ours"] : [];
	const date = (row) => (row.date ? frappe.datetime.str_to_user(row.date) : "");
	const columns = [
		text("pick", all, (row) => row_pick(frm, row)),
		text("row_no", __("Row"), (row) => row_opener(frm, row)),
		text("outcome", __("Outcome"), rts_factoring.rows.outcome),
		text("invoice", __("Invoice"), rts_factoring.rows.invoice),
		text("debtor", __("Debtor"), (row) => e(row.debtor || "")),
		text("type", __("Type"), (row) => e(rts_factoring.rows.type(row))),
		text("date", __("Date"), date),
		text("reference", __("Reference"), (row) => e(row.payment_ref || row.po_no || "")),
		...(rts_factoring.rows.AMOUNTS[frm.doc.kind] || []).map(amount),
		text("why", __("Why"), (row) => e(rts_factoring.rows.why(row))),
	];
	const kept = kept_widths();
	if (rows.some((row) => row.posted && row.outcome !== "ignored")) columns[2].width = POSTED_WIDTH;
	columns[3].width = invoice_width(rows);
	return columns
		.filter(({ name }) => name !== "pick" || all)
		.filter(({ name, cell }) => ALWAYS.includes(name) || rows.some((row) => cell(row)))
		.map((column) => ({ ...column, width: kept[column.name] || column.width }));
}

function invoice_width(rows) {
	const letters = Math.max(...rows.map((row) => (row.sales_invoice || row.invoice_no || "").length));
	return Math.min(Math.max(20 + 7.5 * letters, WIDTHS.invoice), WIDEST_INVOICE);
}

// The columns that fit: what is always there, then the most wanted

function fitting_columns(columns, room) {
	const rank = ({ name }) => (WANTED.includes(name) ? WANTED.indexOf(name) : WANTED.length);
	let left = room - WHY_WIDTH;
	for (const { name, width } of columns) if (ALWAYS.includes(name) && name !== "why") left -= width;
	const shown = new Set(ALWAYS);
	const wanted = columns.filter(({ name }) => !shown.has(name));
	for (const column of wanted.sort((one, other) => rank(one) - rank(other))) {
		if (column.width > left) break;
		shown.add(column.name);
		left -= column.width;
	}
	const wider = Math.min(Math.max(left - WHY_WIDTH, 0), WIDEST_DEBTOR - WIDTHS.debtor);
	return columns
		.filter(({ name }) => shown.has(name))
		.map((column) => (column.name === "debtor" ? { ...column, width: column.width + wider } : column));
}

rts_factoring.rows.table = function (frm, rows, room) {
	if (!rows.length) return `<p class="text-muted p-2">${__("No row is like this.")}</p>`;
	const columns = fitting_columns(row_columns(frm, rows), room || 900);
	const widths = columns.map(({ width }) => `<col style="width: ${width ? `${width}px` : "auto"}">`);
	const resize = ({ name, label }) =>
		name === "pick" || name === "why"
			? ""
			: `<span class="rts-resize" data-resize="${name}" role="separator" aria-orientation="vertical" tabindex="0"
				aria-label="${__("Width of {0}", [label])}" aria-valuenow="${columns.find((c) => c.name === name).width}"></span>`;
	const head = columns.map(
		(column) =>
			`<th scope="col" class="${column.style || ""}" data-column="${column.name}">${column.label}${resize(column)}</th>`
	);
	const body = rows.map((row) => {
		const cells = columns.map(
			({ name, cell, style, label }) =>
				`<td class="${style || ""}" data-column="${name}" data-label="${name === "pick" ? "" : label}">${cell(row)}</td>`
		);
		const open = row.row_no === frm.rows.open ? 'aria-current="true"' : "";
		return `<tr data-line="${row.row_no}" ${open}>${cells.join("")}</tr>`;
	});
	return `<table><caption class="sr-only">${__("Rows of the Report")}</caption><colgroup>${widths.join("")}</colgroup>
		<thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table>`;
};

function row_pick(frm, row) {
	if ((row.posted && !row.rest) || !rts_factoring.rows.may_decide(frm)) return "";
	return `<input type="checkbox" data-row="${row.row_no}" ${frm.rows.chosen.has(row.row_no) ? "checked" : ""}
		aria-label="${__("Row {0}", [row.row_no])}">`;
}

function row_opener(frm, row) {
	return `<button type="button" class="btn btn-link" data-open="${row.row_no}" aria-controls="rts-row-panel"
		aria-expanded="${row.row_no === frm.rows.open}" aria-label="${__("Open row {0}", [row.row_no])}">${row.row_no}</button>`;
}

rts_factoring.rows.outcome = function (row) {
	const [colour, label, mark] = rts_factoring.rows.OUTCOMES[row.outcome] || ["gray", row.outcome, ""];
	const posted =
		row.posted && row.outcome !== "ignored" ? ` <span class="text-muted">${__("posted")}</span>` : "";
	return `<span class="indicator-pill no-indicator-dot text-nowrap ${colour}">${mark} ${label}</span>${posted}`;
};

rts_factoring.rows.invoice = (row) =>
	row.sales_invoice
		? frappe.utils.get_form_link("Sales Invoice", row.sales_invoice, true)
		: frappe.utils.escape_html(row.invoice_no || "");

// A type as we call it, else the word of the file: its status, or a type that no one knows

rts_factoring.rows.type = (row) =>
	row.event_type && !(row.event_type === "purchase" && row.word)
		? __(frappe.unscrub(row.event_type))
		: row.word || "";

rts_factoring.rows.rest = (row) =>
	row.rest ? __("The customer still owes {0}", [format_currency(row.rest, row.currency)]) : "";

// Why the row is as it is, as text: each reason once

rts_factoring.rows.why = function (row) {
	const decided = row.resolution_reason || (row.resolution ? __(row.resolution) : "");
	const texts = [rts_factoring.rows.rest(row), row.compared || row.meaning, decided, row.note];
	return [...new Set(texts.filter(Boolean))].join(" · ");
};

rts_factoring.rows.listen_to_table = function (frm, $wrapper, redraw) {
	$wrapper.on("click", "[data-line]", (event) => {
		if ($(event.target).closest("a, input, label").length) return;
		rts_factoring.rows.open(frm, Number(event.currentTarget.dataset.line));
	});
	$wrapper.on("keydown", "[data-open]", (event) => {
		if (event.altKey || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
		event.preventDefault();
		const $openers = $wrapper.find("[data-open]");
		$openers
			.eq(Math.max($openers.index(event.currentTarget) + (event.key === "ArrowDown" ? 1 : -1), 0))
			.trigger("focus");
	});
	const keep = (name, width) => {
		const widths = { ...kept_widths(), [name]: Math.max(Math.round(width), NARROWEST) };
		localStorage.setItem(KEPT, JSON.stringify(widths));
		frm.rows.focus = `[data-resize="${name}"]`;
		redraw();
	};
	$wrapper.on("keydown", "[data-resize]", (event) => {
		const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
		if (!step) return;
		event.preventDefault();
		keep(event.currentTarget.dataset.resize, event.currentTarget.parentElement.offsetWidth + step);
	});
	$wrapper.on("pointerdown", "[data-resize]", (event) => {
		event.preventDefault();
		const handle = event.currentTarget;
		const head = handle.parentElement;
		const from = event.clientX - head.offsetWidth;
		const column = $wrapper.find("col")[head.cellIndex];
		handle.setPointerCapture(event.pointerId);
		handle.onpointermove = (moved) => {
			column.style.width = `${Math.max(moved.clientX - from, NARROWEST)}px`;
		};
		handle.onpointerup = (moved) => keep(handle.dataset.resize, moved.clientX - from);
	});
	const table = $wrapper.find("[data-part=table]")[0];
	let width = table.clientWidth;
	new ResizeObserver(() => {
		if (!table.clientWidth || Math.abs(table.clientWidth - width) < 8 || !frm.rows?.page) return;
		width = table.clientWidth;
		redraw();
	}).observe(table);
};
