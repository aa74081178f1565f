// Get Queued Invoices: a dialog that fills a draft batch, and says which invoices it cannot take.

frappe.provide("rts_factoring");

rts_factoring.get_queued_invoices = async function (frm) {
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
		dialog.get_field("list").$wrapper.html(offer(offered, message));
		dialog.$wrapper.find("input[data-all]").on("change", (event) => {
			dialog.$wrapper.find("input[data-invoice]").prop("checked", event.target.checked);
		});
	}
	dialog.show();
	load();
};

// A company that was just chosen is in the document only after the server has answered that it exists; one before it until then.
async function chosen_company(frm) {
	const input = frm.fields_dict.company;
	const chosen = () => input.get_input_value();
	for (let tries = 0; chosen() && chosen() !== frm.doc.company && tries < 100; tries++)
		await frappe.timeout(0.1);
	return frm.doc.company;
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

function offer(offered, message) {
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
