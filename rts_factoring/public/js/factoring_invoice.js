// Shared by the invoice form and the invoice list.

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

// Every part of a file name that may be an invoice number. No letter or digit, and no "-" with a digit, may follow the
// part: otherwise AF-1000 would be found in AF-10001 and in AF-1000-1.
rts_factoring.possible_numbers = function (file_name) {
	const stem = file_name.replace(/\.[a-z]{1,5}$/i, "");
	const numbers = new Set();
	for (let start = 0; start < stem.length; start++) {
		if (/[a-z0-9]$|\d-$/i.test(stem.slice(0, start))) continue;
		for (let end = start + 1; end <= stem.length; end++) {
			const part = stem.slice(start, end);
			if (!/^[a-z0-9]|^-\d/i.test(stem.slice(end)) && /^\S(.*\S)?$/.test(part) && /\d/.test(part))
				numbers.add(part);
		}
	}
	return [...numbers];
};

// The numbers that are not part of a longer one
rts_factoring.longest_only = (names) =>
	names.filter(
		(name) => !names.some((other) => other !== name && other.toLowerCase().includes(name.toLowerCase()))
	);
