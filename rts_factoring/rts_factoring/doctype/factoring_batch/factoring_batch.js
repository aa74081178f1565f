// The form of a batch: get queued invoices, preview the files, follow the delivery.

const STATUS = {
	Draft: "red",
	Queued: "yellow",
	Sending: "blue",
	"Ready to Download": "orange",
	Delivered: "green",
	Failed: "red",
	Cancelled: "gray",
};
const FILE_STATE = {
	Pending: ["gray", "…"],
	Sending: ["blue", "↑"],
	Uploaded: ["blue", "↑"],
	Delivered: ["green", "✓"],
};
const MOVING = ["Queued", "Sending"];
const ASK_AGAIN = 4000; // milliseconds, where no socket tells us

frappe.ui.form.on("Factoring Batch", {
	setup(frm) {
		// Invoices go back to the queue, batches split off go on; an import that answers the batch stops the cancel, and says so.
		frm.ignore_doctypes_on_cancel_all = [
			"Sales Invoice",
			"Factoring Batch",
			"Report Import",
			"Journal Entry",
		];
		frm.set_query("sales_invoice", "invoices", () => ({
			filters: { company: frm.doc.company, docstatus: 1, factoring_status: "Queued" },
		}));
		frappe.realtime.on("factoring_batch_progress", (data) => {
			if (data.batch === frm.doc.name) watch(frm, data.what === "status");
		});
	},

	refresh(frm) {
		frm.page.set_indicator(__(frm.doc.status), STATUS[frm.doc.status] || "gray");
		if (frm.doc.docstatus === 0) draft(frm);
		if (frm.doc.docstatus === 1) submitted(frm);
		if (!frm.is_new() && frm.doc.invoices?.length)
			frm.add_custom_button(__("Show Packets"), () => show_packets(frm));
		take_reports(frm);
		frm.layout.wrapper.find(".factoring-warnings").remove();
		if (!frm.is_new() && frm.doc.docstatus === 0) rts_factoring.warn(frm);
		if (!frm.is_new()) watch(frm);
	},

	// What was sent is taken back only with a reason, which is stored before the cancel.
	before_cancel(frm) {
		const sent = (frm.doc.files || []).some((file) => file.state !== "Pending");
		if (!sent || frm.doc.cancel_reason) return;
		return new Promise((resolve) => {
			const dialog = new frappe.ui.Dialog({
				title: __("The factor has files of this batch"),
				fields: [rts_factoring.reason(__("Reason for Cancelling"))],
				primary_action_label: __("Cancel the Batch"),
				async primary_action({ reason }) {
					dialog.hide();
					await frm.set_value("cancel_reason", reason);
					await frm.save("Update");
					resolve();
				},
			});
			dialog.show();
		});
	},

	before_submit(frm) {
		return new Promise((resolve, reject) => {
			const amount = format_currency(frm.doc.total_amount, frm.doc.currency);
			frappe.confirm(
				__(
					"Send it to the factor? Invoices: {0}. Total: {1}. Expected: advance {2}, reserve {3}, fee {4}.",
					[
						frm.doc.invoice_count,
						amount.bold(),
						format_currency(frm.doc.expected_advance, frm.doc.currency),
						format_currency(frm.doc.expected_reserve, frm.doc.currency),
						format_currency(frm.doc.expected_fee, frm.doc.currency),
					]
				),
				resolve,
				reject
			);
		});
	},
});

function draft(frm) {
	if (frm.perm[0]?.write) {
		frm.add_custom_button(__("Get Queued Invoices"), () => gather(frm)).addClass("btn-primary-light");
	}
	if (frm.perm[0]?.write && !frm.perm[0].submit)
		frm.set_intro(__("A Factoring Manager submits the batch."), "blue");
	if (frm.is_new() || !frm.doc.invoices?.length) return;
	rts_factoring.warn_of_rates(frm);
	frm.add_custom_button(__("Preview Schedule"), () => preview(frm));
}

function submitted(frm) {
	const may_submit = frm.perm[0]?.submit;
	if (frm.doc.files?.length) {
		frm.add_custom_button(__("Download"), () =>
			window.open(
				`/api/method/rts_factoring.api.download_batch?batch=${encodeURIComponent(frm.doc.name)}`
			)
		);
	}
	if (frm.doc.status === "Delivered" && frappe.model.can_create("Report Import")) {
		frm.add_custom_button(__("Import Purchase Report"), () =>
			frappe.new_doc("Report Import", {
				kind: "Purchase",
				company: frm.doc.company,
				batch: frm.doc.name,
			})
		);
	}
	if (!may_submit) return;
	if (frm.doc.status === "Failed") {
		frm.add_custom_button(__("Try Again"), () => act(frm, "retry")).addClass("btn-primary");
	}
	const waits = frm.doc.status === "Queued" && frm.doc.error; // on a restored site, until it is confirmed
	if ((waits || ["Ready to Download", "Failed"].includes(frm.doc.status)) && frm.doc.files?.length) {
		frm.add_custom_button(__("Mark as Delivered"), () =>
			frappe.confirm(__("Does the factor have every file of this batch?"), () =>
				act(frm, "mark_delivered")
			)
		);
	}
	if (frm.doc.status === "Delivered" && !frm.doc.seen_on) {
		frm.add_custom_button(__("Seen at RTS"), () => act(frm, "mark_seen"));
	}
}

async function act(frm, method) {
	await rts_factoring.call_method(frm, method);
	rts_factoring.renew(frm);
}

async function preview(frm) {
	if (frm.is_dirty()) await frm.save();
	const message = await frappe.xcall("rts_factoring.api.preview_schedule", { batch: frm.doc.name });
	if (!message) return;
	frappe.msgprint({
		title: __("Schedule as It Would Be Sent"),
		message: `<pre style="overflow-x: auto">${frappe.utils.escape_html(message)}</pre>`,
		wide: true,
	});
}

// From the chosen row on, else from the first one

function show_packets(frm) {
	const [row] = frm.fields_dict.invoices.grid.get_selected_children().concat(frm.doc.invoices);
	rts_factoring.show_packet(frm, row.sales_invoice);
}

// A purchase report dropped onto its batch

function take_reports(frm) {
	if (frm.takes_reports) return;
	frm.takes_reports = true;
	const take = (event) => {
		const [file] = event.dataTransfer?.files || [];
		if (!file || frm.doc.docstatus !== 1 || !frappe.model.can_create("Report Import")) return;
		event.preventDefault();
		event.stopPropagation();
		rts_factoring.import_report(file, { batch: frm.doc.name, company: frm.doc.company });
	};
	// On the way down: Frappe's own listener on the form would open its upload dialog for the same file.
	$(frm.wrapper)[0].addEventListener("drop", take, true);
}

// Get Queued Invoices

// A company that was just chosen is in the document only after the server has answered that it exists; one before it until then.
async function chosen_company(frm) {
	const input = frm.fields_dict.company;
	const chosen = () => input.get_input_value();
	for (let tries = 0; chosen() && chosen() !== frm.doc.company && tries < 100; tries++)
		await frappe.timeout(0.1);
	return frm.doc.company;
}

async function gather(frm) {
	if (!(await chosen_company(frm))) return frappe.msgprint(__("Choose the company first."));
	const dialog = new frappe.ui.Dialog({
		title: __("Queued Invoices of {0}", [frappe.utils.escape_html(frm.doc.company)]),
		size: "extra-large",
		no_focus: true, // a focused link field would cover the list with its suggestions
		fields: [
			{
				fieldtype: "Link",
				fieldname: "customer",
				options: "Customer",
				label: __("Customer"),
				change: () => load(),
			},
			{ fieldtype: "Column Break" },
			{ fieldtype: "Date", fieldname: "from_date", label: __("From"), change: () => load() },
			{ fieldtype: "Column Break" },
			{ fieldtype: "Date", fieldname: "to_date", label: __("To"), change: () => load() },
			{ fieldtype: "Column Break" },
			{
				fieldtype: "Currency",
				fieldname: "min_amount",
				label: __("Amount From"),
				change: () => load(),
			},
			{ fieldtype: "Section Break" },
			{ fieldtype: "HTML", fieldname: "list" },
		],
		primary_action_label: __("Add to the Batch"),
		async primary_action() {
			const chosen = new Set(
				dialog.$wrapper
					.find("input[data-invoice]:checked")
					.map((_i, box) => box.dataset.invoice)
					.get()
			);
			dialog.hide();
			offered.filter((row) => chosen.has(row.name)).forEach((row) => add(frm, row));
			frm.refresh_field("invoices");
			if (chosen.size) await frm.save();
		},
	});
	let offered = [];
	let requests = 0;
	async function load() {
		const request = ++requests;
		const filters = dialog.get_values(true) || {};
		const { message } = await frappe.call("rts_factoring.api.get_queued_invoices", {
			company: frm.doc.company,
			customer: filters.customer,
			from_date: filters.from_date,
			to_date: filters.to_date,
			min_amount: flt(filters.min_amount),
		});
		if (request !== requests) return; // a newer request is under way
		const here = new Set((frm.doc.invoices || []).map((row) => row.sales_invoice));
		offered = message.offered.filter((row) => !here.has(row.name));
		dialog.get_field("list").$wrapper.html(list(offered, message));
		dialog.$wrapper.find("input[data-all]").on("change", (event) => {
			dialog.$wrapper.find("input[data-invoice]").prop("checked", event.target.checked);
		});
	}
	dialog.show();
	load();
}

function add(frm, row) {
	const empty = (frm.doc.invoices || []).find((line) => !line.sales_invoice);
	Object.assign(empty || frm.add_child("invoices"), {
		sales_invoice: row.name,
		customer: row.customer,
		customer_name: row.customer_name,
		po_no: row.po_no,
		invoice_date: row.posting_date,
		amount: row.grand_total,
		currency: row.currency,
	});
}

function list(offered, message) {
	const e = frappe.utils.escape_html;
	const rows = offered.map(
		(row) => `<tr>
			<td><input type="checkbox" checked data-invoice="${e(row.name)}" aria-label="${e(row.name)}"></td>
			<td>${e(row.name)}</td><td>${e(row.customer_name || "")}</td><td>${e(row.po_no || "")}</td>
			<td>${frappe.datetime.str_to_user(row.posting_date)}</td>
			<td class="text-right">${format_currency(row.grand_total, row.currency)}</td></tr>`
	);
	const empty = `<p class="text-muted">${__(
		"No invoice is queued. A submitted invoice is queued when its invoicing method is Factoring and its documents are complete."
	)}</p>`;
	const table = `<div class="table-responsive"><table class="table table-sm">
		<thead><tr><th><input type="checkbox" checked data-all aria-label="${__("All")}"></th>
		<th>${__("Invoice")}</th><th>${__("Customer")}</th><th>${__("PO Number")}</th><th>${__("Date")}</th>
		<th class="text-right">${__("Amount")}</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
	const more = message.more
		? `<p class="text-warning" data-more>${__(
				"Only the oldest {0} queued invoices are shown. Filter by customer, date or amount to see others.",
				[message.offered.length]
			)}</p>`
		: "";
	return (
		more +
		(rows.length ? table : empty) +
		others(__("Not ready"), message.not_ready) +
		taken(message.in_other_batches)
	);
}

function others(title, rows) {
	if (!rows.length) return "";
	const items = rows.map((row) => {
		const reasons = frappe.utils.escape_html(row.factoring_reasons || "").replace(/\n/g, "<br>");
		return `<li>${frappe.utils.get_form_link("Sales Invoice", row.name, true)}: ${reasons}</li>`;
	});
	return `<details><summary>${title} (${rows.length})</summary><ul>${items.join("")}</ul></details>`;
}

function taken(rows) {
	if (!rows.length) return "";
	const items = rows.map(
		(row) =>
			`<li>${frappe.utils.escape_html(row.name)}: ${frappe.utils.get_form_link(
				"Factoring Batch",
				row.factoring_batch,
				true
			)}</li>`
	);
	return `<details><summary>${__("In other batches")} (${rows.length})</summary><ul>${items.join("")}</ul></details>`;
}

// Progress is drawn from stored values, so a reload or a second viewer sees the same

const watch = frappe.utils.debounce(async (frm, status_changed = false) => {
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
	if (MOVING.includes(progress.status)) frm.ask_again = setTimeout(() => watch(frm), ASK_AGAIN);
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
