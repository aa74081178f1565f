// The form of a batch: its buttons, the checks before a submit and a cancel, and reports that are dropped onto it.

const STATUS = {
	Draft: "red",
	Queued: "yellow",
	Sending: "blue",
	"Ready to Download": "orange",
	Delivered: "green",
	Failed: "red",
	Cancelled: "gray",
};

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
			if (data.batch === frm.doc.name) rts_factoring.watch_delivery(frm, data.what === "status");
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
		if (!frm.is_new()) rts_factoring.watch_delivery(frm);
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
		frm.add_custom_button(__("Get Queued Invoices"), () =>
			rts_factoring.get_queued_invoices(frm)
		).addClass("btn-primary-light");
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
