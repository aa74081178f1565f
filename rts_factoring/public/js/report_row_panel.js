// The panel beside a report's rows: everything about the open row, and what a person may do with it.

frappe.provide("rts_factoring.rows");

const COMPARED = {
	number: __("Invoice"),
	debtor: __("Debtor"),
	amount: __("Amount"),
	po: __("PO Number"),
	date: __("Invoice Date"),
};
const DECISIONS = {
	accept: __("Accept"),
	without_fee: __("Without Fee"),
	invoice: __("Choose Invoice"),
	genuine: __("Row of Its Own"),
	type: __("Set Type"),
	ignore: __("Ignore"),
	undo: __("Undo Decision"),
};

rts_factoring.rows.open = async function (frm, row) {
	const state = frm.rows;
	Object.assign(state, { open: row, focus: row ? "[data-panel-title]" : `[data-open="${state.open}"]` });
	if (!row) return rts_factoring.rows.draw(frm);
	if (!state.page.rows.some(({ row_no }) => row_no === row)) {
		state.at = row;
		if (state.search || !["", "waiting"].includes(state.outcome)) {
			Object.assign(state, { outcome: "waiting", search: "" });
			frm.get_field("lines").$wrapper.find("[data-search]").val("");
		}
	}
	await rts_factoring.show_rows(frm);
	bring_into_view(frm);
};

function bring_into_view(frm) {
	const [rows] = frm.get_field("lines").$wrapper.find(".rts-strip");
	const top = rows?.getBoundingClientRect().top;
	if (top < 60 || top > window.innerHeight / 2) rows?.scrollIntoView({ block: "start" });
}

// The next row that waits for a decision, or the one before

async function step_to_waiting(frm, step) {
	const state = frm.rows;
	const from = state.open && state.detail ? state.detail : await rts_factoring.rows.details(frm, 0);
	const row = step > 0 ? from.next : from.previous;
	if (row) return rts_factoring.rows.open(frm, row);
	frappe.show_alert(
		state.page.waiting ? __("No other row waits in this direction.") : __("No row waits for a decision.")
	);
}

rts_factoring.rows.listen_to_panel = function (frm, $wrapper) {
	$wrapper.on("click", "[data-close]", () => rts_factoring.rows.open(frm, 0));
	$wrapper.on("click", "[data-step]", (event) =>
		step_to_waiting(frm, Number(event.currentTarget.dataset.step))
	);
	$wrapper.on("click", "[data-correct]", () => correct(frm));
	$wrapper.on("click", "[data-decide]", (event) =>
		rts_factoring.rows.decide(frm, event.currentTarget.dataset.decide, [frm.rows.open])
	);
	$wrapper.on("click", "[data-correction]", () => rts_factoring.correct(frm.rows.detail.correction));
	$wrapper.on("click", "[data-choose]", (event) =>
		rts_factoring.rows.decide(frm, "invoice", [frm.rows.open], {
			invoice: event.currentTarget.dataset.choose,
		})
	);
	$wrapper.on("keydown", "[data-part=panel]", (event) => {
		if (event.key !== "Escape") return;
		event.stopPropagation(); // Frappe takes the focus away on this key
		rts_factoring.rows.open(frm, 0);
	});
};

// Registered once for all forms: Frappe loads this file with each of them.
$(document)
	.off("keydown.rts_rows")
	.on("keydown.rts_rows", (event) => {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (!step || !event.altKey || event.ctrlKey || event.metaKey || window.cur_dialog) return;
		// nosemgrep: frappe-cur-frm-usage -- keys are for the form that is shown
		const frm = window.cur_frm;
		const shown = frm?.doctype === "Report Import" && $(frm.wrapper).is(":visible");
		if (!shown || !frm.rows?.page || frm.rows.of !== frm.doc.name) return;
		event.preventDefault();
		step_to_waiting(frm, step);
	});

rts_factoring.rows.panel = function (frm, detail) {
	const { row } = detail;
	const sections = [
		["", panel_reason(row)],
		["", panel_buttons(frm, detail)],
		["", panel_correction(detail)],
		[__("The Invoice Beside It"), panel_invoice(detail)],
		[__("Invoices It May Mean"), panel_candidates(frm, detail)],
		[__("The Row Says"), panel_amounts(frm, row)],
		[__("What It Posted"), panel_posted(frm, detail.posted)],
		[__("Corrections"), panel_corrections(frm, detail)],
		[__("Its Cells in the File"), panel_cells(detail.cells)],
	];
	const step = (direction, label, key, row_no) =>
		`<button type="button" class="btn btn-xs btn-default" data-step="${direction}" ${row_no ? "" : "disabled"}
			aria-label="${label}" title="${label} (Alt + ${key})">${key}</button>`;
	return `<div class="rts-panel-head">
		<h5 tabindex="-1" data-panel-title="1">${__("Row {0}", [row.row_no])} ${rts_factoring.rows.outcome(row)}</h5>
		${step(-1, __("Previous row that waits"), "↑", detail.previous)}
		${step(1, __("Next row that waits"), "↓", detail.next)}
		<button type="button" class="btn btn-xs btn-default" data-close="1" aria-label="${__("Close the Row")}">✕</button></div>
		${sections
			.filter(([, html]) => html)
			.map(([title, html]) => `<section>${title ? `<h6>${title}</h6>` : ""}${html}</section>`)
			.join("")}`;
};

function panel_reason(row) {
	const e = frappe.utils.escape_html;
	const muted = (text) => (text ? `<p class="text-muted">${text}</p>` : "");
	const said = (text) => (text ? `<p>${e(text)}</p>` : "");
	const when = row.decided_on ? frappe.datetime.str_to_user(row.decided_on) : "";
	const who = row.decided_by ? e(frappe.user.full_name(row.decided_by)) : "";
	const why = row.resolution_reason ? `: ${e(row.resolution_reason)}` : "";
	const decided = row.resolution
		? muted(`${[__(row.resolution), who, e(when)].filter(Boolean).join(", ")}${why}`)
		: "";
	const remedy = row.meaning && !row.posted ? muted(e(row.remedy)) : "";
	return `${said(row.meaning)}${said(row.compared)}${posted_before(row)}${adjusted_before(row)}${said(row.note)}${remedy}${said(rts_factoring.rows.rest(row))}${decided}`;
}

// Where the row stands that this one repeats, and which amounts differ

function posted_before(row) {
	if (!row.before) return "";
	const { report_import, row_no } = row.before;
	const link = frappe.utils.get_form_link("Report Import", report_import, true);
	const changes = row.differences.map(({ field, posted, stated }) =>
		__("{0}: {1} posted, {2} in this row", [__(frappe.unscrub(field)), posted, stated])
	);
	const where = __("Posted before: {0}, row {1}", [link, row_no]);
	return `<p>${where}</p>${changes.map((text) => `<p>${frappe.utils.escape_html(text)}</p>`).join("")}`;
}

// The adjustment that has posted what this row says

function adjusted_before(row) {
	if (!row.adjustment) return "";
	const link = frappe.utils.get_form_link("Factoring Adjustment", row.adjustment, true);
	return `<p>${__("Posted by {0}", [link])}</p>`;
}

function panel_buttons(frm, { actions }) {
	if (!rts_factoring.rows.may_decide(frm) || !actions.length) return "";
	const buttons = actions.map(
		(name) =>
			`<button type="button" class="btn btn-xs ${name === "accept" ? "btn-primary" : "btn-default"}"
				data-decide="${name}">${DECISIONS[name]}</button>`
	);
	return `<div class="rts-strip" role="toolbar" aria-label="${__("Decide this row")}">${buttons.join("")}</div>`;
}

// The way from a difference of a statement to what settles it

function panel_correction({ correction }) {
	if (!correction) return "";
	const label = correction.open ? __("Open the Row That Waits") : __("Correct");
	return `<button type="button" class="btn btn-xs btn-primary" data-correction="1">${label}</button>`;
}

function compared_value(invoice, { name }, text) {
	if (name === "amount") return format_currency(text, invoice.currency);
	if (name === "date") return text && frappe.datetime.str_to_user(text);
	return frappe.utils.escape_html(text);
}

function agreement(agrees) {
	return agrees
		? `<span class="text-success" role="img" aria-label="${__("agrees")}">✓</span>`
		: `<span class="text-danger" role="img" aria-label="${__("differs")}">≠</span>`;
}

function panel_invoice({ invoice }) {
	if (!invoice) return "";
	const e = frappe.utils.escape_html;
	const rows = invoice.compared.map(
		(value) => `<tr><th scope="row">${COMPARED[value.name]}</th>
			<td>${compared_value(invoice, value, value.stated)}</td><td>${agreement(value.agrees)}</td>
			<td>${compared_value(invoice, value, value.ours)}</td></tr>`
	);
	const table = rows.length
		? `<table><thead><tr><th><span class="sr-only">${__("Value")}</span></th><th scope="col">${__("Report")}</th>
			<th><span class="sr-only">${__("Agrees")}</span></th><th scope="col">${__("Our Books")}</th></tr></thead>
			<tbody>${rows.join("")}</tbody></table>`
		: "";
	const batch = invoice.batch ? frappe.utils.get_form_link("Factoring Batch", invoice.batch, true) : "";
	const due = invoice.due_date ? __("due {0}", [frappe.datetime.str_to_user(invoice.due_date)]) : "";
	const facts = [
		e(invoice.customer),
		__("{0} of {1} open", [
			format_currency(invoice.outstanding, invoice.currency),
			format_currency(invoice.amount, invoice.currency),
		]),
		due,
		invoice.status ? __(invoice.status) : "",
		batch,
	];
	return `<p><b>${frappe.utils.get_form_link("Sales Invoice", invoice.name, true)}</b> ${facts.filter(Boolean).join(" · ")}</p>${table}`;
}

function panel_candidates(frm, { candidates }) {
	const e = frappe.utils.escape_html;
	const choose = (name) =>
		rts_factoring.rows.may_decide(frm)
			? `<button type="button" class="btn btn-xs btn-default" data-choose="${e(name)}"
				aria-label="${__("Choose {0}", [e(name)])}">${__("Choose")}</button>`
			: "";
	const item = (invoice) => {
		const values = invoice.compared.map(
			(value) =>
				`<span class="text-nowrap">${agreement(value.agrees)} ${COMPARED[value.name]}${
					value.agrees ? "" : ` ${compared_value(invoice, value, value.ours)}`
				}</span>`
		);
		return `<li><div>${choose(invoice.name)} <b>${frappe.utils.get_form_link("Sales Invoice", invoice.name, true)}</b>
			${e(invoice.customer)} · ${format_currency(invoice.amount, invoice.currency)}</div>
			<div class="text-muted">${values.join(" ")}</div></li>`;
	};
	return candidates.length ? `<ul>${candidates.map(item).join("")}</ul>` : "";
}

// What the row states. Under an amount are the columns of the file that add up to it

function panel_amounts(frm, row) {
	const e = frappe.utils.escape_html;
	const parts = (name) => {
		const texts = row.parts[name] || [];
		return texts.length < 2
			? ""
			: texts.map((text) => `<div class="text-muted">${e(text)}</div>`).join("");
	};
	const facts = [
		[__("Invoice"), e(row.invoice_no || "")],
		[__("Debtor"), e(row.debtor || "")],
		[__("PO Number"), e(row.po_no || "")],
		[__("Type"), e(rts_factoring.rows.type(row))],
		[__("As Written"), row.word && row.word !== rts_factoring.rows.type(row) ? e(row.word) : ""],
		[__("Reason or Description"), e(row.description || "")],
		[__("Date"), row.date ? frappe.datetime.str_to_user(row.date) : ""],
		[__("Payment Reference"), e(row.payment_ref || "")],
		...(rts_factoring.rows.AMOUNTS[frm.doc.kind] || []).map(([name, label]) => [
			label,
			row[name] ? format_currency(row[name], frm.doc.currency) + parts(name) : "",
		]),
	];
	return panel_list(facts.filter(([, value]) => value));
}

const panel_list = (facts) =>
	facts.length
		? `<table><tbody>${facts.map(([label, value]) => `<tr><th scope="row">${label}</th><td>${value}</td></tr>`).join("")}</tbody></table>`
		: "";

function panel_posted(frm, entries) {
	const e = frappe.utils.escape_html;
	const item = (entry) => {
		const link = frappe.utils.get_form_link("Factoring Ledger Entry", entry.name, true, entry.name);
		const event = __(frappe.unscrub(entry.event));
		const journal = entry.journal_entry
			? ` · ${frappe.utils.get_form_link("Journal Entry", entry.journal_entry, true)}`
			: "";
		const amounts = Object.entries(entry.amounts).map(
			([role, amount]) => `${__(frappe.unscrub(role))} ${format_currency(amount, frm.doc.currency)}`
		);
		const who = `${e(frappe.user.full_name(entry.owner))}, ${frappe.datetime.str_to_user(entry.creation)}`;
		return `<li><b>${entry.is_reversal ? __("{0}, undone", [event]) : event}</b> ${link}${journal}
			<div>${amounts.join(" · ")}</div><div class="text-muted">${who}</div></li>`;
	};
	return entries.length ? `<ul>${entries.map(item).join("")}</ul>` : "";
}

// What corrects the row, and the button that begins a correction

function panel_corrections(frm, { corrections, correctable }) {
	const link = ({ name, submitted }) =>
		`<li>${frappe.utils.get_form_link("Factoring Adjustment", name, true)}
			<span class="text-muted">${submitted ? __("Submitted") : __("Draft")}</span></li>`;
	const list = corrections.length ? `<ul>${corrections.map(link).join("")}</ul>` : "";
	const is_begun = corrections.some(({ submitted }) => !submitted);
	const button =
		correctable && !is_begun && frappe.model.can_create("Factoring Adjustment")
			? `<button type="button" class="btn btn-xs btn-default" data-correct="1">${__("Correct")}</button>`
			: "";
	return list + button;
}

function correct(frm) {
	frappe.prompt(
		{
			...rts_factoring.reason(__("Reason")),
			description: __(
				"Makes a draft that takes back what the row posted and posts it right, in the first open period. Nothing of the import changes."
			),
		},
		async ({ reason }) => {
			const name = await rts_factoring.call_method(frm, "correct", { row: frm.rows.open, reason });
			if (name) frappe.set_route("Form", "Factoring Adjustment", name);
		},
		__("Correct Row {0}", [frm.rows.open]),
		__("Make Draft")
	);
}

function panel_cells(cells) {
	const e = frappe.utils.escape_html;
	return panel_list(
		cells.map(({ column, title, text }) => [
			`<span class="text-muted">${column}</span> ${e(title)}`,
			e(text),
		])
	);
}
