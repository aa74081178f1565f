// Shared by the app's forms and lists: calls of form methods, uploads that show the server's reason, the help link.

frappe.provide("rts_factoring");

// The help link at the top of a form, and in its menu for narrow screens
rts_factoring.help = function (frm, page = frm.meta.documentation) {
	const open = () => window.open(page);
	frm.page.icon_group.find(".factoring-help").remove(); // a form may be refreshed twice with the same page head
	frm.page.add_action_icon("help", open, "factoring-help", __("Help on This Form"));
	frm.page.icon_group.find(".factoring-help").attr("aria-label", __("Help on This Form"));
	frm.page.add_menu_item(__("Help on This Form"), open, true);
};

// Frappe loads this file with each form. Register the links once.
if (!rts_factoring.forms_with_help) {
	rts_factoring.forms_with_help = [
		"Factoring Adjustment",
		"Factoring Batch",
		"Factoring Close",
		"Factoring Daily Total",
		"Factoring Ledger Entry",
		"Factoring Log",
		"Notice of Assignment",
		"Received Report",
		"Report Import",
		"Report Import Line",
		"Report Layout",
		"Schedule Layout",
		"Subsidiary Factoring Settings",
	];
	for (const doctype of rts_factoring.forms_with_help) {
		frappe.ui.form.on(doctype, { refresh: (frm) => rts_factoring.help(frm) });
	}
}

// Call a form method on the stored document. Frappe refuses a call with the whole document when a background job has
// changed it in the meantime, so only the name is sent.
rts_factoring.call_method = async function (frm, method, args = {}) {
	const { message } = await frappe.call({
		method: "run_doc_method",
		args: { dt: frm.doctype, dn: frm.doc.name, method, args },
		headers: rts_factoring.APART,
		freeze: true,
	});
	return message;
};

// Journal entries before they are posted, as tables: `entries` have a day, and rows per account
rts_factoring.entries_html = function (entries, currency) {
	const e = frappe.utils.escape_html;
	const amount = (value) => (value ? format_currency(value, currency) : "");
	const row = ({ account, role, invoices, debit, credit }) => `<tr><td>${e(account)}
		<span class="text-muted">${__(frappe.unscrub(role))}${invoices ? `, ${__("{0} invoices", [invoices])}` : ""}</span></td>
		<td class="text-right">${amount(debit)}</td><td class="text-right">${amount(credit)}</td></tr>`;
	const table = ({ day, rows }) => `<h6>${frappe.datetime.str_to_user(day)}</h6>
		<table class="table table-sm table-bordered small"><thead><tr><th>${__("Account")}</th>
		<th class="text-right">${__("Debit")}</th><th class="text-right">${__("Credit")}</th></tr></thead>
		<tbody>${rows.map(row).join("")}</tbody></table>`;
	return entries.map(table).join("");
};

// Upload one private file. Returns its address, or null after a message with the server's reason.
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

// Make an import of a dropped report. What `given` does not hold is read from the file.
rts_factoring.import_report = async function (file, given = {}) {
	const file_url = await rts_factoring.upload(file);
	if (!file_url) return;
	const doc = await frappe.xcall("frappe.client.insert", {
		doc: { doctype: "Report Import", file: file_url, ...given },
	});
	frappe.set_route("Form", "Report Import", doc.name);
};
