// Shared by the form of an invoice and that of a batch.

frappe.provide("rts_factoring");

// Where documents contradict an invoice or the invoices of a batch: a box on top of the form, which stops nothing
rts_factoring.warn = async function (frm) {
	const { message: found } = await frappe.call("rts_factoring.api.get_document_warnings", {
		doctype: frm.doctype,
		name: frm.doc.name,
	});
	// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
	if (cur_frm !== frm) return;
	frm.layout.wrapper.find(".factoring-warnings").remove();
	if (!found?.length) return;
	const e = frappe.utils.escape_html;
	const items = found.map(({ invoice, texts }) => {
		const of =
			frm.doctype === "Sales Invoice"
				? ""
				: `${frappe.utils.get_form_link("Sales Invoice", invoice, true)}: `;
		return texts.map((text) => `<li class="mb-1">${of}${e(text)}</li>`).join("");
	});
	frm.layout.wrapper.prepend(`<div class="factoring-warnings form-message yellow" role="status">
		<div>${__("Check these documents before you send them")}</div><ul class="mb-0 pl-4">${items.join("")}</ul></div>`);
};

// A batch of a company whose agreement has no rates expects nothing
rts_factoring.warn_of_rates = function (frm) {
	const expected = ["expected_advance", "expected_reserve", "expected_fee"];
	if (!flt(frm.doc.total_amount) || expected.some((field) => flt(frm.doc[field]))) return;
	const settings = frappe.utils.get_form_link("Subsidiary Factoring Settings", frm.doc.company, true);
	frm.set_intro(
		__(
			"The rates of the agreement are 0, so no advance, reserve or fee is expected. Enter them in {0}.",
			[settings]
		),
		"orange"
	);
};
