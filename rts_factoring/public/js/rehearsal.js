// A rehearsed delivery: what RTS would receive of an example batch, and the answer of the sandbox. Nothing of it is kept.

frappe.provide("rts_factoring");

// The sandbox factor as `rts-factoring sandbox` starts it
rts_factoring.SANDBOX = {
	protocol: "SFTP",
	host: "127.0.0.1",
	port: 2222,
	username: "rts",
	remote_folder: "inbox",
	inbox_folder: "outbox",
};

rts_factoring.rehearse_delivery = async function (frm) {
	if (frm.is_dirty()) await frm.save();
	const seen = await rts_factoring.call_method(frm, "rehearse_delivery");
	if (!seen) return;
	const urls = seen.packets.map(({ content }) => pdf_url(content));
	const dialog = new frappe.ui.Dialog({
		title: __("Rehearsed Delivery"),
		size: "extra-large",
		fields: [{ fieldtype: "HTML", fieldname: "seen" }],
	});
	dialog.get_field("seen").$wrapper.html(html()); // as options Frappe would take it for a template
	dialog.$wrapper.addClass("factoring-rehearsal");
	dialog.onhide = () => urls.forEach((url) => URL.revokeObjectURL(url));
	dialog.show();

	function pdf_url(content) {
		const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
		return URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
	}

	function html() {
		const e = frappe.utils.escape_html;
		const packets = seen.packets.map(
			({ name }, number) =>
				`<a style="text-decoration: underline" href="${urls[number]}" target="_blank">${e(name)}</a>`
		);
		const notice = seen.notice
			? __("The packets carry the notice {0}.", [e(seen.notice)])
			: __("No Notice of Assignment is in force, so the packets carry none.");
		return `
			<p>${__(
				"Two example invoices were sent by SFTP to a sandbox that this site started and has ended again. Nothing was sent to RTS, and nothing was kept: no file, no document, no entry in the books."
			)}</p>
			<h5 class="mt-4">${__("What RTS Would Receive")}</h5>
			${table([__("File"), __("Bytes"), __("Arrived")], files())}
			<p>${__("Look at the packets: {0}.", [packets.join(", ")])} ${notice}</p>
			<h5 class="mt-4">${__("The Schedule")}</h5>
			<pre class="p-2" style="overflow-x: auto; white-space: pre; color: var(--text-color)" tabindex="0">${e(seen.schedule.join("\n"))}</pre>
			<h5 class="mt-4">${__("What the Sandbox Answered")}</h5>
			${seen.report ? answer() : `<p>${no_answer()}</p>`}`;
	}

	function no_answer() {
		return __(
			"The files arrived. The sandbox cannot read a schedule of this layout, so it bought nothing: {0}",
			[frappe.utils.escape_html(seen.problem)]
		);
	}

	function files() {
		return seen.files.map(({ name, size, whole }) => [
			frappe.utils.escape_html(name),
			format_number(size, null, 0),
			whole ? __("whole") : `<span class="text-danger">${__("damaged")}</span>`,
		]);
	}

	function answer() {
		const amount = (value) => (value ? format_currency(value, frm.doc.currency) : "");
		const rows = seen.report.lines.map((line) => [
			frappe.utils.escape_html([line.invoice, line.note].filter(Boolean).join(": ")),
			...["invoice_amount", "fee", "reserve", "net"].map((name) => amount(line[name])),
		]);
		const head = [__("Invoice"), __("Amount"), __("Fee"), __("Reserve"), __("Payout")];
		return `${table(head, rows)}
			<p>${__("Fee and reserve are those of these settings. Compare them with your agreement.")}</p>`;
	}

	function table(head, rows) {
		const cells = (row, tag) =>
			row
				.map(
					(cell, at) =>
						`<${tag}${is_number(at, head) ? ' class="text-right"' : ""}>${cell}</${tag}>`
				)
				.join("");
		return `<div style="overflow-x: auto"><table class="table table-bordered">
			<thead><tr>${cells(head, "th")}</tr></thead>
			<tbody>${rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")}</tbody></table></div>`;
	}

	function is_number(at, head) {
		return head.length > 3 ? at > 0 : at === 1;
	}
};

// Ways to rehearse: with the example company, with a moment's delivery, or with invoices of one's own and a sandbox that an
// administrator starts
rts_factoring.how_to_rehearse = function (frm) {
	const e = frappe.utils.escape_html;
	const number = e(frm.doc.client_number || "104233");
	const allow = `bench --site ${e(frappe.boot.sitename || "SITE")} set-config -p factoring_private_networks '["127.0.0.0/8"]'`;
	const command = `env/bin/rts-factoring sandbox --port 2222 --root ./sandbox --client "${number}=${e(frm.doc.company)}"`;
	const steps = [
		`${__("On the machine of this site, let the app reach the sandbox factor, start it and leave it running:")}<pre class="my-2">${allow}\n${command}</pre>`,
		__(
			"Press Enter the Sandbox, and store the password it shows. The Connection tab gets host {0}, port {1}, user name {2}, remote folder {3}, inbox folder {4}.",
			["host", "port", "username", "remote_folder", "inbox_folder"].map(
				(field) => `<code>${rts_factoring.SANDBOX[field]}</code>`
			)
		),
		__("Press Test Connection. Compare the fingerprint with the one the sandbox shows, and confirm it."),
		__("Tick Enabled, make a Factoring Batch from queued invoices, and submit it."),
		__(
			"The sandbox buys what it receives and writes both reports to its outbox. Import them from there."
		),
		__("At the end, cancel both imports, then the batch. Then enter the host RTS gave you."),
	];
	const dialog = new frappe.ui.Dialog({
		title: __("Rehearse with the Sandbox Factor"),
		size: "large",
		fields: [
			{ fieldtype: "HTML", fieldname: "example" },
			{
				fieldtype: "HTML",
				options: `<h5>${__("With Invoices of Your Own")}</h5><ol class="pl-4">${steps.map((step) => `<li class="mb-2">${step}</li>`).join("")}</ol>`,
			},
		],
	});
	const $example = dialog.get_field("example").$wrapper;
	$example.html(
		`<h5>${__("With an Example Company")}</h5><p>${__("The site makes a company with invoices, lets a sandbox buy them, and takes all of it away again. You need no server and no credentials.")}</p>`
	);
	if (rts_factoring.may_rehearse() && !frappe.boot.factoring_rehearsal)
		$(`<p><button type="button" class="btn btn-sm btn-primary">${__("Start Rehearsal")}</button></p>`)
			.on("click", "button", () => {
				dialog.hide();
				rts_factoring.start_rehearsal();
			})
			.appendTo($example);
	if (frm.perm[0]?.write) {
		dialog.set_secondary_action_label(__("Rehearse Delivery"));
		dialog.set_secondary_action(() => {
			dialog.hide();
			rts_factoring.rehearse_delivery(frm);
		});
	}
	const elsewhere = frm.doc.host && frm.doc.host !== rts_factoring.SANDBOX.host; // what RTS gave is not overwritten
	if (frappe.user.has_role("System Manager") && !elsewhere) {
		dialog.set_primary_action(__("Enter the Sandbox"), async () => {
			dialog.hide();
			await frm.set_value(rts_factoring.SANDBOX);
			await rts_factoring.save_changes(frm);
			rts_factoring.set_password(frm);
		});
	}
	dialog.show();
};
