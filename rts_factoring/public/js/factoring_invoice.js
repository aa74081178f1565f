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
		const file_url = await rts_factoring.upload(file, { doctype: "Sales Invoice", docname: invoice });
		if (file_url) file_urls.push(file_url);
	}
	if (!file_urls.length) return;
	const { message } = await frappe.call({
		method: "rts_factoring.api.attach_documents",
		args: { invoice, file_urls },
		freeze: true,
	});
	const added = message.map((row) => `${frappe.utils.escape_html(row.file_name)}: ${__(row.kind)}`);
	frappe.show_alert(
		{ message: `${frappe.utils.escape_html(invoice)}<br>${added.join("<br>")}`, indicator: "green" },
		7
	);
};

// Every part of a file's name that may be an invoice number: it ends where no letter or digit goes on, nor "-" and a
// digit, so that AF-10001 is not taken for AF-1000, nor AF-1000-1 for AF-1000.
rts_factoring.numbers_in = function (file_name) {
	const stem = file_name.replace(/\.[a-z]{1,5}$/i, "");
	const found = new Set();
	for (let start = 0; start < stem.length; start++) {
		if (/[a-z0-9]$|\d-$/i.test(stem.slice(0, start))) continue;
		for (let end = start + 1; end <= stem.length; end++) {
			const part = stem.slice(start, end);
			if (!/^[a-z0-9]|^-\d/i.test(stem.slice(end)) && /^\S(.*\S)?$/.test(part) && /\d/.test(part))
				found.add(part);
		}
	}
	return [...found];
};

// Without the numbers that are part of a longer one
rts_factoring.longest = (names) =>
	names.filter(
		(name) => !names.some((other) => other !== name && other.toLowerCase().includes(name.toLowerCase()))
	);
