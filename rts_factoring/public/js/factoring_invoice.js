// What the invoice form and the invoice list share.

frappe.provide("rts_factoring");

// Colour and sign of each factoring status; the sign keeps it readable without colours
rts_factoring.STATUS = {
	"Not Ready": ["orange", "!"],
	Queued: ["blue", "…"],
	Submitted: ["blue", "↑"],
	Held: ["orange", "‖"],
	Denied: ["red", "✗"],
	Financed: ["green", "✓"],
	"Partly Paid": ["yellow", "½"],
	Completed: ["green", "✓✓"],
	"Charged Back": ["red", "↩"],
};

// Upload, then attach all in one save; the server guesses each kind.
rts_factoring.attach = async function (invoice, files) {
	const file_urls = [];
	for (const file of files) {
		const body = new FormData();
		body.append("file", file, file.name);
		body.append("is_private", 1);
		body.append("doctype", "Sales Invoice");
		body.append("docname", invoice);
		const response = await fetch("/api/method/upload_file", {
			method: "POST",
			headers: { "X-Frappe-CSRF-Token": frappe.csrf_token },
			body,
		});
		if (response.ok) file_urls.push((await response.json()).message.file_url);
		else frappe.msgprint(__("{0} could not be uploaded.", [frappe.utils.escape_html(file.name)]));
	}
	if (!file_urls.length) return;
	const { message } = await frappe.call({
		method: "rts_factoring.api.attach_documents",
		args: { invoice, file_urls },
		freeze: true,
	});
	const added = message.map((row) => `${frappe.utils.escape_html(row.file_name)}: ${__(row.kind)}`);
	frappe.show_alert({ message: `${frappe.utils.escape_html(invoice)}<br>${added.join("<br>")}`, indicator: "green" }, 7);
};
