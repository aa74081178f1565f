// The packets of a batch, shown one after the other in the page.

frappe.provide("rts_factoring");

rts_factoring.show_packet = async function (frm, invoice) {
	const invoices = frm.doc.invoices.map((row) => row.sales_invoice).filter(Boolean);
	const dialog = new frappe.ui.Dialog({
		size: "extra-large",
		fields: [{ fieldtype: "HTML", fieldname: "packet" }],
		primary_action_label: __("Next Packet"),
		primary_action: () => show(1),
		secondary_action_label: __("Previous Packet"),
		secondary_action: () => show(-1),
	});
	let at = Math.max(invoices.indexOf(invoice), 0);

	async function show(step) {
		at = (at + step + invoices.length) % invoices.length;
		const name = invoices[at];
		const url = await packet_url(frm, name);
		if (name !== invoices[at]) return; // a later packet was asked for meanwhile
		const e = frappe.utils.escape_html;
		dialog.set_title(__("Packet of {0} ({1} of {2})", [e(name), at + 1, invoices.length]));
		dialog.get_field("packet").$wrapper.html(
			url
				? `<iframe class="w-100 border-0" style="height: 70vh" src="${e(encodeURI(decodeURI(url)))}"
					title="${__("Packet of {0}", [e(name)])}"></iframe>
					<a href="${e(encodeURI(decodeURI(url)))}" target="_blank">${__("Open in a Tab of Its Own")}</a>`
				: `<p>${__(
						"The packet of {0} is not made yet. It is made in the background once the invoice is queued. Try again in a minute.",
						[e(name)]
					)}</p>`
		);
	}
	dialog.show();
	await show(0);
};

// What was sent, else what would be sent

async function packet_url(frm, invoice) {
	const row = frm.doc.invoices.find((line) => line.sales_invoice === invoice);
	let { packet } = row;
	if (!packet) {
		const { message } = await frappe.db.get_value("Sales Invoice", invoice, "factoring_packet");
		packet = message?.factoring_packet;
	}
	if (!packet) return "";
	const { message } = await frappe.db.get_value("File", packet, "file_url");
	return message?.file_url || "";
}
