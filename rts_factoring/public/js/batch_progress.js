// How far the delivery of a batch is. It is drawn from stored values, so a reload or a second viewer sees the same.

frappe.provide("rts_factoring");

const FILE_STATE = {
	Pending: ["gray", "…"],
	Sending: ["blue", "↑"],
	Uploaded: ["blue", "↑"],
	Delivered: ["green", "✓"],
};
const MOVING = ["Queued", "Sending"];
const ASK_AGAIN = 4000; // milliseconds, where no socket tells us

rts_factoring.watch_delivery = frappe.utils.debounce(async (frm, status_changed = false) => {
	// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
	if (cur_frm !== frm || frm.is_new()) return;
	const { message: progress } = await frappe.call({
		method: "rts_factoring.api.get_batch_state",
		args: { batch: frm.doc.name },
	});
	if (!progress || progress.name !== frm.doc.name) return;
	draw(frm, progress);
	if ((status_changed || progress.status !== frm.doc.status) && !frm.is_dirty()) rts_factoring.renew(frm);
	clearTimeout(frm.ask_again);
	if (MOVING.includes(progress.status))
		frm.ask_again = setTimeout(() => rts_factoring.watch_delivery(frm), ASK_AGAIN);
}, 300);

function draw(frm, progress) {
	const wrapper = frm.get_field("progress").$wrapper;
	frm.toggle_display("progress_section", progress.docstatus > 0);
	if (!progress.docstatus) return wrapper.empty();
	const total = progress.files.length;
	const making = !total && MOVING.includes(progress.status);
	const [done, of] = making
		? [progress.packets_made, progress.invoices.length]
		: [progress.files_delivered, total];
	const text = making
		? __("{0} of {1} packets made", [done, of])
		: __("{0} of {1} files delivered", [done, of]);
	const percent = of ? Math.round((100 * done) / of) : 0;
	const error = progress.error
		? `<p class="text-danger">${frappe.utils.escape_html(progress.error)}${next(progress)}</p>`
		: "";
	wrapper.html(`${error}${problems(progress.invoices)}
		<p aria-live="polite">${text}</p>
		<div class="progress mb-3" role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100"
			aria-label="${__("Delivery")}"><div class="progress-bar" style="width: ${percent}%"></div></div>
		${[...progress.files].sort(by_problem).map(file_row).join("")}`);
}

// Files with an error first, then those that are not delivered

function by_problem(one, other) {
	const rank = (file) => (file.error ? 0 : file.state === "Delivered" ? 2 : 1);
	return rank(one) - rank(other);
}

function next(progress) {
	if (progress.status !== "Queued" || !progress.next_attempt_on) return "";
	return ` ${__("Next attempt {0}.", [frappe.datetime.str_to_user(progress.next_attempt_on)])}`;
}

// Invoices that were kept back, and those that RTS holds or does not buy

function problems(invoices) {
	const lists = [
		["Returned", __("Kept back; the others are sent:")],
		["Denied", __("RTS does not buy these:")],
		["Held", __("RTS wants better documents of these:")],
	];
	const item = (row) =>
		`<li>${frappe.utils.get_form_link("Sales Invoice", row.sales_invoice, true)}${
			row.reason ? `: ${frappe.utils.escape_html(row.reason)}` : ""
		}</li>`;
	return lists
		.map(([outcome, title]) => {
			const items = invoices.filter((row) => row.outcome === outcome).map(item);
			return items.length ? `<p>${title}</p><ul>${items.join("")}</ul>` : "";
		})
		.join("");
}

function file_row(file) {
	const [colour, sign] = FILE_STATE[file.state] || FILE_STATE.Pending;
	const e = frappe.utils.escape_html;
	return `<div class="d-flex justify-content-between border-bottom py-1" data-file="${e(file.file_name)}">
		<span style="overflow-wrap: anywhere">${e(file.file_name)}
		<span class="text-muted small">${Math.ceil((file.size || 0) / 1000)} kB</span>
		${file.error && file.state !== "Delivered" ? `<span class="text-danger d-block">${e(file.error)}</span>` : ""}</span>
		<span class="indicator-pill no-indicator-dot ${colour}">${sign} ${__(file.state)}</span></div>`;
}
