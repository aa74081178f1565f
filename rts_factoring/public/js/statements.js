// A statement of RTS on its form: both sums, what stands in our books alone, and the way from a difference to its correction.

frappe.provide("rts_factoring");

rts_factoring.is_statement = (doc) => ["Open Invoices", "Reserve"].includes(doc.kind);

rts_factoring.statement_buttons = function (frm) {
	const again = () => rts_factoring.call_method(frm, "update_rows").then(() => frm.reload_doc());
	if (frm.perm[0]?.write && frm.doc.docstatus < 2) frm.add_custom_button(__("Update Rows"), again);
	if (frm.doc.kind === "Open Invoices" && frappe.model.can_create("Factoring Adjustment")) {
		frm.add_custom_button(__("Make Opening"), () => make_opening(frm));
	}
};

async function make_opening(frm) {
	const name = await frappe.xcall("rts_factoring.api.make_opening", { report_import: frm.doc.name });
	if (name) frappe.set_route("Form", "Factoring Adjustment", name);
}

frappe.ui.form.on("Report Import", {
	refresh(frm) {
		const is_statement = !frm.is_new() && rts_factoring.is_statement(frm.doc);
		frm.toggle_display("statement", is_statement && Boolean(frm.doc.compared));
		if (is_statement && frm.doc.compared) draw_statement(frm);
	},
});

function draw_statement(frm) {
	const found = frm.doc.__onload?.compared || JSON.parse(frm.doc.compared);
	const money = (value) => format_currency(value, frm.doc.currency);
	const agrees = !flt(found.difference);
	const day = frappe.datetime.str_to_user(found.as_of);
	const $wrapper = frm.get_field("statement").$wrapper;
	$wrapper.html(`<div class="table-responsive"><table class="table table-sm table-bordered small" data-statement>
		<thead><tr><th></th><th scope="col" class="text-right">${__("RTS")}</th>
			<th scope="col" class="text-right">${__("Our Books")}</th>
			<th scope="col" class="text-right">${__("Difference")}</th></tr></thead>
		<tbody><tr><th scope="row">${frm.doc.kind === "Reserve" ? __("Reserve on {0}", [day]) : __("Open on {0}", [day])}</th>
			<td class="text-right text-nowrap">${money(found.stated)}</td>
			<td class="text-right text-nowrap">${money(found.ours)}</td>
			<td class="text-right text-nowrap ${agrees ? "text-success" : "text-danger"}">${money(found.difference)}</td></tr></tbody>
		</table></div>${alone(frm, found, money)}`);
	$wrapper.off("click").on("click", "[data-correct]", async (event) => {
		const { correct: invoice } = event.currentTarget.dataset;
		rts_factoring.correct(
			await frappe.xcall("rts_factoring.api.get_correction", { report_import: frm.doc.name, invoice })
		);
	});
}

// What stands in our books and not in the statement

function alone(frm, found, money) {
	if (!found.alone_count) return "";
	const e = frappe.utils.escape_html;
	const rows = found.alone.map((row) => {
		const invoice = row.invoice ? frappe.utils.get_form_link("Sales Invoice", row.invoice, true) : "";
		const when = row.day ? frappe.datetime.str_to_user(row.day) : "";
		const correct =
			row.invoice && !row.day
				? `<button type="button" class="btn btn-xs btn-default" data-correct="${e(row.invoice)}">${__("Correct")}</button>`
				: "";
		return `<tr><td class="text-nowrap">${invoice}</td><td class="text-nowrap">${when}</td>
			<td class="text-right text-nowrap">${money(row.ours)}</td><td style="min-width: 12rem">${e(row.text || "")}</td><td>${correct}</td></tr>`;
	});
	const more = found.alone_count - found.alone.length;
	return `<h6>${__("In Our Books, and Not in the Statement")}</h6>
		<div class="table-responsive"><table class="table table-sm table-bordered small" data-alone><thead><tr><th scope="col">${__("Invoice")}</th>
		<th scope="col">${__("Date")}</th><th scope="col" class="text-right text-nowrap">${__("Our Books")}</th>
		<th scope="col">${__("Why")}</th><th></th></tr></thead><tbody>${rows.join("")}</tbody></table></div>
		${more > 0 ? `<p class="text-muted small">${__("and {0} more", [more])}</p>` : ""}`;
}

// Go where a difference is settled: to the row that waits, or to a new adjustment with what is known filled in

rts_factoring.correct = async function (correction) {
	if (!correction) return frappe.msgprint(__("Nothing is left to correct. Press Update Rows."));
	if (correction.open) return rts_factoring.rows.go_to(correction.open, correction.row);
	await frappe.model.with_doctype("Factoring Adjustment");
	const doc = frappe.model.get_new_doc("Factoring Adjustment");
	Object.assign(doc, correction.adjustment);
	Object.assign(frappe.model.add_child(doc, "Factoring Adjustment Line", "lines"), correction.line);
	frappe.set_route("Form", "Factoring Adjustment", doc.name);
};
