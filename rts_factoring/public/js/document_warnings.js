// Shared by the form of an invoice and that of a batch.

frappe.provide("rts_factoring");

const CHECKS_EVERY = 3000; // milliseconds, while documents are checked or packets are made
const CHECKS_TIMES = 100; // then the form waits for its next refresh

// Documents that contradict an invoice or cannot be read: a box on top of the form, which stops nothing. Below it how far the
// checks and the packets are, as long as there is something to wait for.
rts_factoring.warn = async function (frm, times = CHECKS_TIMES) {
	const { name } = frm.doc;
	clearTimeout(frm.factoring_asks_again);
	const { message: state } = await frappe.call("rts_factoring.api.get_document_warnings", {
		doctype: frm.doctype,
		name,
	});
	// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
	if (cur_frm !== frm || frm.doc.name !== name || !state) return;
	frm.layout.wrapper.find(".factoring-warnings").remove();
	const warned = state.warnings.length ? warning_list(frm, state.warnings) : "";
	const waiting = progress_lines(state);
	if (warned || waiting.length)
		frm.layout.wrapper.prepend(
			`<div class="factoring-warnings form-message ${warned ? "yellow" : "blue"}" role="status">${warned}
			${waiting.map((line) => `<div class="factoring-checks text-muted">${line}</div>`).join("")}</div>`
		);
	if (waiting.length && times) {
		clearTimeout(frm.factoring_asks_again);
		frm.factoring_asks_again = setTimeout(() => rts_factoring.warn(frm, times - 1), CHECKS_EVERY);
	}
};

function warning_list(frm, warnings) {
	const e = frappe.utils.escape_html;
	const items = warnings.map(({ invoice, texts }) => {
		const of =
			frm.doctype === "Sales Invoice"
				? ""
				: `${frappe.utils.get_form_link("Sales Invoice", invoice, true)}: `;
		return texts.map((text) => `<li class="mb-1">${of}${e(text)}</li>`).join("");
	});
	return `<div>${__("Check these documents before you send them")}</div>
		<ul class="mb-0 pl-4">${items.join("")}</ul>`;
}

function progress_lines({ documents, judged, queued, packets, making }) {
	const e = frappe.utils.escape_html;
	const lines = making.map(({ invoice, file, at, count }) =>
		__("Making the packet of {0}: {1} ({2} of {3})", [e(invoice), e(file), at, count])
	);
	if (judged < documents)
		lines.unshift(__("Checking whether the documents can be read: {0} of {1}", [judged, documents]));
	if (!making.length && packets < queued) lines.push(__("Packets made: {0} of {1}", [packets, queued]));
	return lines;
}

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
