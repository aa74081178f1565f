// What our own forms and lists share: calls by name, uploads with the server's reason, the page of the help.

frappe.provide("rts_factoring");

// In the head of a form, and in its menu, where a narrow screen shows it
rts_factoring.help = function (frm, page = frm.meta.documentation) {
	const open = () => window.open(page);
	frm.page.icon_group.find(".factoring-help").remove(); // a form may be refreshed twice under the same head
	frm.page.add_action_icon("help", open, "factoring-help", __("Help on This Form"));
	frm.page.icon_group.find(".factoring-help").attr("aria-label", __("Help on This Form"));
	frm.page.add_menu_item(__("Help on This Form"), open, true);
};

// This file comes with each form; the links are asked for once.
if (!rts_factoring.helps) {
	rts_factoring.helps = [
		"Factoring Batch",
		"Factoring Ledger Entry",
		"Factoring Log",
		"Notice of Assignment",
		"Report Import",
		"Report Import Line",
		"Report Layout",
		"Schedule Layout",
		"Subsidiary Factoring Settings",
	];
	for (const doctype of rts_factoring.helps) {
		frappe.ui.form.on(doctype, { refresh: (frm) => rts_factoring.help(frm) });
	}
}

// A form method on the document as it is stored. By name: a copy that a background job made old is not refused.
rts_factoring.act = async function (frm, method, args = {}) {
	const { message } = await frappe.call({
		method: "run_doc_method",
		args: { dt: frm.doctype, dn: frm.doc.name, method, args },
		freeze: true,
	});
	return message;
};

// One private file; its address, or nothing after a message that says why the server refused it.
rts_factoring.upload = async function (file, about = {}) {
	const body = new FormData();
	body.append("file", file, file.name);
	for (const [key, value] of Object.entries({ is_private: 1, ...about })) body.append(key, value);
	const response = await fetch("/api/method/upload_file", {
		method: "POST",
		headers: { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" },
		body,
	}).catch(() => null);
	const answer = await response?.json().catch(() => ({}));
	if (response?.ok && answer.message) return answer.message.file_url;
	frappe.msgprint({
		title: __("{0} could not be uploaded.", [frappe.utils.escape_html(file.name)]),
		message: why_refused(response, answer),
		indicator: "red",
	});
	return null;
};

function why_refused(response, answer) {
	if (!response) return __("The server does not answer. Try again when the connection is back.");
	if (response.status === 413) return __("The file is larger than this site accepts.");
	const messages = JSON.parse(answer._server_messages || "[]").map((text) => JSON.parse(text).message);
	return (
		messages.filter(Boolean).join("<br>") || __("The server answered with error {0}.", [response.status])
	);
}

// A report dropped somewhere becomes an import; what is not given is read from the file.
rts_factoring.import_report = async function (file, given = {}) {
	const file_url = await rts_factoring.upload(file);
	if (!file_url) return;
	const doc = await frappe.xcall("frappe.client.insert", {
		doc: { doctype: "Report Import", file: file_url, ...given },
	});
	frappe.set_route("Form", "Report Import", doc.name);
};
