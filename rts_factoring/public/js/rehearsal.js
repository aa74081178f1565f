// A rehearsed delivery: what RTS would receive of an example batch, and the answer of the sandbox. Nothing of it is kept.

frappe.provide("rts_factoring");

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
	dialog.get_field("seen").$wrapper.html(html(frm, seen, urls)); // as options Frappe would take it for a template
	dialog.$wrapper.addClass("factoring-rehearsal");
	dialog.onhide = () => urls.forEach((url) => URL.revokeObjectURL(url));
	dialog.show();

	function pdf_url(content) {
		const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
		return URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
	}

	function html(frm, seen, urls) {
		const e = frappe.utils.escape_html;
		const packets = seen.packets.map(
			({ name }, number) => `<a style="text-decoration: underline" href="${urls[number]}" target="_blank">${e(name)}</a>`
		);
		const notice = seen.notice
			? __("The packets carry the notice {0}.", [e(seen.notice)])
			: __("No Notice of Assignment is in force, so the packets carry none.");
		return `
			<p>${__(
				"Two example invoices were sent by SFTP to a sandbox that this site started and has ended again. Nothing was sent to RTS, and nothing was kept: no file, no document, no entry in the books."
			)}</p>
			<h5 class="mt-4">${__("What RTS Would Receive")}</h5>
			${table([__("File"), __("Bytes"), __("Arrived")], files(seen))}
			<p>${__("Look at the packets: {0}.", [packets.join(", ")])} ${notice}</p>
			<h5 class="mt-4">${__("The Schedule")}</h5>
			<pre class="p-2" style="overflow-x: auto; white-space: pre; color: var(--text-color)" tabindex="0">${e(seen.schedule.join("\n"))}</pre>
			<h5 class="mt-4">${__("What the Sandbox Answered")}</h5>
			${seen.report ? answer(frm, seen.report) : `<p>${no_answer(seen)}</p>`}`;
	}

	function no_answer(seen) {
		return __(
			"The files arrived. The sandbox cannot read a schedule of this layout, so it bought nothing: {0}",
			[frappe.utils.escape_html(seen.problem)]
		);
	}

	function files(seen) {
		return seen.files.map(({ name, size, whole }) => [
			frappe.utils.escape_html(name),
			format_number(size, null, 0),
			whole ? __("whole") : `<span class="text-danger">${__("damaged")}</span>`,
		]);
	}

	function answer(frm, report) {
		const amount = (value) => (value ? format_currency(value, frm.doc.currency) : "");
		const rows = report.lines.map((line) => [
			frappe.utils.escape_html([line.invoice, line.note].filter(Boolean).join(": ")),
			...["invoice_amount", "fee", "reserve", "net"].map((name) => amount(line[name])),
		]);
		return (
			table(
				[__("Invoice"), __("Amount"), __("Fee"), __("Reserve"), __("Payout")],
				rows
			) + `<p>${__("Fee and reserve are those of these settings. Compare them with your agreement.")}</p>`
		);
	}

	function table(head, rows) {
		const cells = (row, tag) =>
			row
				.map((cell, at) => `<${tag}${is_number(at, head) ? ' class="text-right"' : ""}>${cell}</${tag}>`)
				.join("");
		return `<div style="overflow-x: auto"><table class="table table-bordered">
			<thead><tr>${cells(head, "th")}</tr></thead>
			<tbody>${rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")}</tbody></table></div>`;
	}

	function is_number(at, head) {
		return head.length > 3 ? at > 0 : at === 1;
	}
};
