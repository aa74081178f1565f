// The rows of a report on its form: one page at a time, filtered and searched on the server. A person decides them here,
// one in the panel beside them (report_row_panel.js) or many at once (report_decisions.js).

frappe.provide("rts_factoring.rows");

const PAGE = 50;
const TYPING = 300; // milliseconds without a key until the server is asked

rts_factoring.rows.may_decide = (frm) =>
	frm.doc.docstatus < 2 && Boolean(frm.perm[0]?.submit) && ["Purchase", "Payment"].includes(frm.doc.kind);
rts_factoring.rows.details = (frm, row) =>
	frappe.xcall("rts_factoring.api.get_report_row", { report_import: frm.doc.name, row });

function rows_state(frm) {
	if (frm.rows?.of !== frm.doc.name) {
		const chosen = new Set();
		frm.rows = { of: frm.doc.name, outcome: "", search: "", start: 0, chosen, open: 0, at: 0 };
		frm.get_field("lines").$wrapper.find("[data-search]").val(""); // typed for another report
	}
	const { wanted } = rts_factoring.rows;
	if (wanted?.of === frm.doc.name) {
		rts_factoring.rows.wanted = null;
		Object.assign(frm.rows, { outcome: "", search: "", open: wanted.row, at: wanted.row });
		frm.rows.focus = "[data-panel-title]";
		frm.get_field("lines").$wrapper.find("[data-search]").val("");
	}
	return frm.rows;
}

// Open another report's form at one of its rows

rts_factoring.rows.go_to = function (report_import, row) {
	rts_factoring.rows.wanted = { of: report_import, row };
	return frappe.set_route("Form", "Report Import", report_import);
};

// Draw the page and, when a row is open, its panel. `state.at` is a row whose page is wanted.

rts_factoring.show_rows = async function show(frm) {
	const state = rows_state(frm);
	const { outcome, search, start, at, open } = state;
	state.at = 0;
	const [page, detail] = await Promise.all([
		frappe.xcall("rts_factoring.api.get_report_rows", {
			report_import: frm.doc.name,
			...{ outcome, search, start, row: at, length: PAGE },
		}),
		open ? rts_factoring.rows.details(frm, open) : null,
	]);
	if (frm.rows !== state || state.open !== open) return;
	if (!page.rows.length && (page.start || (outcome && !search))) {
		Object.assign(state, page.start ? { start: 0 } : { outcome: "" }); // the last row of it was decided
		return show(frm);
	}
	if (open && !detail.row) state.open = 0; // the file was read again
	Object.assign(state, { page, detail, start: page.start });
	draw_rows(frm);
	return page;
};

// The search field stays while the rest is drawn anew, so that typing goes on

rts_factoring.rows.draw = draw_rows;
function draw_rows(frm) {
	const state = frm.rows;
	const { rows } = rts_factoring;
	const $wrapper = frm.get_field("lines").$wrapper;
	if (!$wrapper.find(".rts-rows").length) build_rows(frm, $wrapper);
	const focused = state.focus || rows_selector_of($wrapper.find(":focus")[0]);
	state.focus = "";
	const part = (name) => $wrapper.find(`[data-part=${name}]`);
	give_room(frm);
	part("bar").html(posting_bar(state.page));
	part("strip").html(outcome_strip(frm, state));
	part("tools").html(
		rts_factoring.rows.bulk(frm, state.page.rows) + rts_factoring.rows.rests(frm, state.page.rows)
	);
	part("panel")
		.html(state.open ? rows.panel(frm, state.detail) : "")
		.prop("hidden", !state.open);
	const $table = part("table");
	$table.html(rows.table(frm, state.page.rows, $table[0].clientWidth));
	part("pager").html(rows_pager(state));
	count_chosen(frm, $wrapper);
	if (focused) rows_refocus($wrapper, focused);
	$table.find("tr[aria-current=true]")[0]?.scrollIntoView({ block: "nearest" });
}

// The rows take the whole window. Frappe's button for the form's sidebar brings it back

function give_room(frm) {
	$(frm.wrapper).addClass("rts-report");
	if (frm.has_room || frappe.is_mobile()) return;
	frm.has_room = true;
	$(frm.wrapper).find(".layout-side-section").hide();
	frm.page.update_sidebar_icon?.();
}

function build_rows(frm, $wrapper) {
	const keys = __("Next or previous row that waits: {0}", ["<kbd>Alt</kbd> + <kbd>↓</kbd> <kbd>↑</kbd>"]);
	$wrapper.html(`<div class="rts-rows">
		<div data-part="bar"></div>
		<div data-part="strip"></div>
		<div class="rts-tools">
			<input type="search" class="form-control input-xs" data-search="1" value="${frappe.utils.escape_html(frm.rows.search)}"
				placeholder="${__("Invoice, debtor or reference")}" aria-label="${__("Search the rows")}">
			<span class="text-muted small hidden-xs">${keys}</span>
		</div>
		<div data-part="tools"></div>
		<div class="rts-body">
			<div class="rts-table" data-part="table" tabindex="-1"></div>
			<aside class="rts-panel" data-part="panel" id="rts-row-panel" aria-label="${__("The Row")}" hidden></aside>
		</div>
		<div data-part="pager"></div>
	</div>`);
	listen_to_rows(frm, $wrapper);
	rts_factoring.rows.listen_to_table(frm, $wrapper, () => draw_rows(frm));
	rts_factoring.rows.listen_to_panel(frm, $wrapper);
}

// Put the focus back where it was before the rows were drawn again

function rows_selector_of(element) {
	const [name, value] = Object.entries(element?.dataset || {})[0] || [];
	return name && name !== "search" && `[data-${name}="${CSS.escape(value)}"]`;
}

function rows_refocus($wrapper, focused) {
	const $target = $wrapper.find(focused).filter(":enabled, [tabindex]");
	const $else = $wrapper.find("[data-panel-title], [data-outcome][aria-pressed=true]");
	($target.length ? $target : $else).last().trigger("focus");
}

// Progress of a posting in the background. The server stores it, so a reload shows the same

function posting_bar({ status, progress }) {
	if (status !== "Posting") return "";
	const { done, of } = progress || { done: 0, of: 0 };
	const percent = of ? Math.round((100 * done) / of) : 0;
	const text = of ? __("{0} of {1} rows posted", [done, of]) : __("Waiting for a worker to post the rows");
	return `<div data-posting><p class="mb-1" aria-live="polite">${text}</p>
		<div class="progress mb-3" role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100"
			aria-label="${__("Posting")}"><div class="progress-bar" style="width: ${percent}%"></div></div></div>`;
}

// How many rows have each outcome, and what RTS bought or collected by them

function outcome_strip(frm, { page, outcome }) {
	const { counts, sums, waiting } = page;
	const add = (values) => Object.values(values).reduce((sum, value) => sum + value, 0);
	const SUMS = { Payment: __("Paid"), "Open Invoices": __("RTS: Open"), Reserve: __("Difference") };
	const amount = SUMS[frm.doc.kind] || __("Purchased");
	const chip = (name, label, count, sum) =>
		`<button type="button" class="btn btn-xs ${outcome === name ? "btn-primary" : "btn-default"}"
			aria-pressed="${outcome === name}" data-outcome="${name}">${label} <b>${count}</b>${
				sum
					? ` <span class="rts-sum">${name ? "" : `${amount} `}${format_currency(sum, frm.doc.currency)}</span>`
					: ""
			}</button>`;
	const chips = [chip("", __("All"), add(counts), add(sums))];
	if (waiting) chips.push(chip("waiting", __("Waiting for a Decision"), waiting));
	for (const [name, [, label]] of Object.entries(rts_factoring.rows.OUTCOMES)) {
		if (counts[name]) chips.push(chip(name, label, counts[name], sums[name]));
	}
	const posted = frm.doc.posted_count
		? `<span class="text-muted small">${__("{0} posted", [frm.doc.posted_count])}</span>`
		: "";
	return `<div class="rts-strip" role="toolbar" aria-label="${__("Filter rows")}">${chips.join("")}${posted}</div>`;
}

function rows_pager({ page: { total }, start }) {
	if (total <= PAGE) return "";
	const last = Math.min(start + PAGE, total);
	return `<div class="mt-2"><button type="button" class="btn btn-xs btn-default" data-move="-1" ${start ? "" : "disabled"}>${__("Previous")}</button>
		<span class="mx-2">${__("{0} to {1} of {2}", [start + 1, last, total])}</span>
		<button type="button" class="btn btn-xs btn-default" data-move="1" ${last < total ? "" : "disabled"}>${__("Next")}</button></div>`;
}

function count_chosen(frm, $wrapper) {
	const { size } = frm.rows.chosen;
	$wrapper.find("[data-action], [data-rest]").prop("disabled", !size);
	$wrapper.find("[data-chosen]").text(size ? __("{0} rows chosen", [size]) : "");
}

function listen_to_rows(frm, $wrapper) {
	let typing;
	$wrapper.off();
	$wrapper.on("click", "[data-outcome]", (event) => {
		const { outcome } = event.currentTarget.dataset;
		Object.assign(frm.rows, { outcome, start: 0, chosen: new Set() });
		rts_factoring.show_rows(frm);
	});
	$wrapper.on("input", "[data-search]", (event) => {
		clearTimeout(typing);
		const search = event.currentTarget.value.trim();
		typing = setTimeout(() => {
			Object.assign(frm.rows, { search, start: 0, chosen: new Set() });
			rts_factoring.show_rows(frm);
		}, TYPING);
	});
	$wrapper.on("keydown", "[data-search]", (event) => {
		if (event.key === "Enter") event.preventDefault();
	});
	$wrapper.on("click", "[data-move]", (event) => {
		frm.rows.start += PAGE * Number(event.currentTarget.dataset.move);
		rts_factoring.show_rows(frm);
	});
	$wrapper.on("change", "[data-row]", (event) => {
		const number = Number(event.currentTarget.dataset.row);
		event.currentTarget.checked ? frm.rows.chosen.add(number) : frm.rows.chosen.delete(number);
		count_chosen(frm, $wrapper);
	});
	$wrapper.on("change", "[data-all]", (event) => {
		$wrapper.find("[data-row]").prop("checked", event.currentTarget.checked).trigger("change");
	});
	$wrapper.on("click", "[data-rest]", (event) =>
		rts_factoring.rows.settle_rests(frm, event.currentTarget.dataset.rest, [...frm.rows.chosen])
	);
	$wrapper.on("click", "[data-action]", (event) =>
		rts_factoring.rows.decide(frm, event.currentTarget.dataset.action, [...frm.rows.chosen])
	);
}
