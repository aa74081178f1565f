// The dialog in which a person says what the columns of a report are: those of a file whose header no layout knows, or those
// that the layout of a draft import does not know yet. What is chosen can be tried on the file before it is saved.

frappe.provide("rts_factoring");

// What a column may be
rts_factoring.COLUMN_WORDS = {
	invoice_no: __("Invoice Number"),
	debtor_name: __("Customer"),
	debtor_code: __("Customer's MC or Code"),
	po_no: __("PO or Load Number"),
	invoice_date: __("Invoice Date"),
	invoice_amount: __("Invoice Amount"),
	client_no: __("Client Number"),
	purchased_amount: __("Purchased Amount"),
	advance_amount: __("Advance"),
	fee_amount: __("Fee"),
	reserve_amount: __("Reserve Held Back"),
	other_deductions: __("Charge"),
	advance_repaid: __("Fuel or Cash Advance Repaid"),
	recovery_amount: __("Chargeback or Other Recovery"),
	unclear_deductions: __("Deduction to Be Explained"),
	net_amount: __("Net Payout"),
	purchase_date: __("Purchase Date"),
	batch_ref: __("Batch"),
	status: __("Status"),
	reason: __("Reason"),
	payment_date: __("Payment Date"),
	payment_ref: __("Check or Payment Number"),
	payment_type: __("Payment Method"),
	transaction_type: __("Type of Transaction"),
	amount_paid: __("Amount Paid"),
	reserve_released: __("Reserve Released"),
	chargeback_amount: __("Chargeback"),
	aged_amount: __("Open Amount of an Age"),
	balance: __("Balance"),
	description: __("Description"),
	not_counted: __("Not Counted"),
};
const shown_text = (text) => frappe.utils.escape_html(String(text));
const in_words = (field) => rts_factoring.COLUMN_WORDS[field] || __(frappe.unscrub(field));

// A file whose header no layout knows. `given` has its `file_url`, and what the user chose: kind, company, batch, the import.

rts_factoring.map_columns = async function (given) {
	frappe.msg_dialog?.hide();
	const dialog = new frappe.ui.Dialog({
		title: __("What Are the Columns of This Report?"),
		size: "extra-large",
		fields: [
			{
				fieldname: "kind",
				fieldtype: "Select",
				label: __("Kind"),
				reqd: 1,
				onchange: () => asked("kind"),
			},
			{
				fieldname: "company",
				fieldtype: "Link",
				options: "Company",
				label: __("Company"),
				reqd: 1,
				default: given.company,
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "row",
				fieldtype: "Int",
				label: __("Header Row"),
				reqd: 1,
				onchange: () => asked("row"),
			},
			{
				fieldname: "sheet",
				fieldtype: "Select",
				label: __("Sheet"),
				hidden: 1,
				onchange: () => asked("sheet"),
			},
			{ fieldtype: "Column Break" },
			{ fieldname: "date_order", fieldtype: "Select", label: __("Order of Text Dates"), reqd: 1 },
			{
				fieldname: "layout_name",
				fieldtype: "Data",
				label: __("Name of the Layout"),
				reqd: 1,
				formatter: (text) => rts_factoring.as_html(text || ""),
			},
			{ fieldtype: "Section Break" },
			{ fieldname: "columns", fieldtype: "HTML" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
		primary_action_label: __("Save the Layout"),
		primary_action: (values) => save_columns(dialog, given, values),
		secondary_action_label: __("Try It"),
		secondary_action: () => try_columns(dialog, given),
	});
	const asked = async (changed) => {
		if (!dialog.shown_columns) return;
		const values = dialog.get_values(true);
		if (String(dialog.shown_columns[changed]) === String(values[changed])) return;
		const more = changed === "sheet" ? {} : { row: values.row || 0 };
		const sheet = dialog.shown_columns.sheets[values.sheet];
		await load_columns(dialog, { ...given, kind: values.kind, company: values.company, sheet, ...more });
	};
	dialog.show();
	await load_columns(dialog, given);
};

async function load_columns(dialog, { file_url, kind, company, sheet, row }) {
	const found = await frappe.xcall("rts_factoring.api.get_report_columns", {
		file_url,
		kind: kind || "",
		company: company || "",
		sheet: sheet || "",
		row: row || 0,
	});
	dialog.shown_columns = null; // while the fields change
	const options = (name, values) => dialog.set_df_property(name, "options", rts_factoring.options(values));
	options(
		"kind",
		found.kinds.map((value) => ({ value, label: __(value) }))
	);
	options("date_order", found.date_orders);
	// The value of a Select is shown as HTML, so the name of a sheet stands in its label only.
	options(
		"sheet",
		found.sheets.map((label, number) => ({ value: String(number), label }))
	);
	dialog.set_df_property("sheet", "hidden", found.sheets.length < 2);
	const values = { kind: found.kind, row: found.row, sheet: String(found.sheets.indexOf(found.sheet)) };
	if (!dialog.get_value("layout_name")) {
		Object.assign(values, { layout_name: found.layout_name, date_order: found.date_order });
	}
	await dialog.set_values(values);
	const needed = found.required.map((names) => names.map(in_words).join(__(" or ")));
	dialog.get_field("columns").$wrapper.html(
		`<p class="text-muted">${__("Choose what each column is. Needed: {0}. A column that is not read and has amounts makes its rows wait.", [needed.join("; ")])}</p>
		${columns_table(found.columns, (column, number) => field_select(`column-${number}`, column.text, found.fields, column.field))}`
	);
	dialog.get_field("result").$wrapper.empty();
	dialog.shown_columns = { ...found, ...values };
}

function columns_table(columns, choice) {
	const rows = columns.map(
		(column, number) => `<tr data-column="${number}"><th scope="row">${shown_text(column.text)}</th>
			<td class="text-muted">${column.examples.map((text) => `<div>${shown_text(text)}</div>`).join("")}</td>
			<td>${choice(column, number)}</td></tr>`
	);
	return `<div class="table-responsive"><table class="table table-sm table-bordered small">
		<thead><tr><th scope="col">${__("Header in the File")}</th><th scope="col">${__("Examples")}</th>
		<th scope="col">${__("Is the Column")}</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function field_select(name, label, fields, chosen, nothing = __("Not Read")) {
	const option = (value, text) =>
		`<option value="${shown_text(value)}" ${value === chosen ? "selected" : ""}>${shown_text(text)}</option>`;
	return `<select class="form-control input-xs" style="appearance: auto" data-choice="${name}" aria-label="${shown_text(label)}">
		${option("", nothing)}${fields.map((field) => option(field, in_words(field))).join("")}</select>`;
}

const choice_of = (dialog, name) => dialog.$wrapper.find(`[data-choice="${name}"]`).val() || "";

function chosen_fields(dialog) {
	const { columns } = dialog.shown_columns;
	return Object.fromEntries(
		columns.map((column, number) => [column.text, choice_of(dialog, `column-${number}`)])
	);
}

async function try_columns(dialog, { file_url }) {
	const { kind, company, date_order } = dialog.get_values(true);
	const args = { file_url, kind, company: company || "", date_order, fields: chosen_fields(dialog) };
	show_trial(dialog, await frappe.xcall("rts_factoring.api.try_report_columns", args));
}

function show_trial(dialog, { rows, problems, refusal }) {
	const list = problems.map((text) => `<li>${shown_text(text)}</li>`).join("");
	const message = refusal
		? `<div class="alert alert-danger">${shown_text(refusal)}</div>`
		: `<div class="alert ${list ? "alert-warning" : "alert-success"}"><b>${__("{0} rows are read.", [rows])}</b>
			${list ? `<div>${__("These problems remain:")}</div><ul>${list}</ul>` : __("No problem remains.")}</div>`;
	const $result = dialog.get_field("result").$wrapper;
	$result.html(`<div role="status">${message}</div>`);
	$result[0].scrollIntoView({ block: "nearest" });
}

async function save_columns(dialog, given, { kind, company, date_order, layout_name }) {
	const layout = await frappe.xcall("rts_factoring.api.save_report_columns", {
		kind,
		company,
		date_order,
		layout_name,
		fields: chosen_fields(dialog),
	});
	dialog.hide();
	frappe.show_alert({ message: __("The layout {0} is saved.", [shown_text(layout)]), indicator: "green" });
	const chosen = { kind, company, layout };
	// nosemgrep: frappe-cur-frm-usage -- the dialog opens from the message of whichever form is shown
	const form = window.cur_frm?.doctype === "Report Import" ? window.cur_frm : null;
	if (form && (form.doc.name === given.report_import || form.doc.file === given.file_url)) {
		await form.set_value(chosen);
		return form.save();
	}
	if (given.report_import || !given.file_url) return;
	const doc = { doctype: "Report Import", file: given.file_url, batch: given.batch, ...chosen };
	const made = await frappe.xcall("frappe.client.insert", { doc });
	frappe.set_route("Form", "Report Import", made.name);
}

// A draft import: the columns and words that its layout does not know. Where it could not be read, all of them.

rts_factoring.teach_layout = async function (frm) {
	const { kind, company, batch, file: file_url, name: report_import } = frm.doc;
	const known = await frappe.xcall("rts_factoring.api.get_teachable", { report_import });
	if (!known.columns.length) {
		return rts_factoring.map_columns({ file_url, kind, company, batch, report_import });
	}
	if (!known.headers.length && !known.words.length) {
		frappe.msgprint(__("The layout knows every header and word of this file."));
		return;
	}
	const choice = (column, number) =>
		column.teachable
			? field_select(`column-${number}`, column.text, known.fields, column.field)
			: shown_text(in_words(column.field));
	const words = known.words.map(
		(word, number) => `<tr><th scope="row">${shown_text(word)}</th>
			<td>${field_select(`word-${number}`, word, known.meanings, "", __("Unknown"))}</td></tr>`
	);
	const dialog = new frappe.ui.Dialog({
		title: __("Teach the Layout"),
		size: "extra-large",
		fields: [
			{ fieldname: "columns", fieldtype: "HTML" },
			{ fieldname: "words", fieldtype: "HTML" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
		primary_action_label: __("Remember"),
		primary_action: async () => {
			await rts_factoring.call_method(frm, "teach", taught(dialog, known));
			dialog.hide();
			frm.reload_doc();
		},
		secondary_action_label: __("Try It"),
		secondary_action: async () =>
			show_trial(dialog, await rts_factoring.call_method(frm, "try_teaching", taught(dialog, known))),
	});
	dialog.get_field("columns").$wrapper.html(columns_table(known.columns, choice));
	dialog.get_field("words").$wrapper.html(
		words.length
			? `<table class="table table-sm table-bordered small"><thead><tr><th scope="col">${__("Word in the File")}</th>
				<th scope="col">${__("Means")}</th></tr></thead><tbody>${words.join("")}</tbody></table>`
			: ""
	);
	dialog.show();
};

function taught(dialog, known) {
	const headers = {};
	const words = {};
	known.columns.forEach(({ text, field, teachable }, number) => {
		const chosen = teachable && choice_of(dialog, `column-${number}`);
		if (chosen && chosen !== field) headers[text] = chosen;
	});
	known.words.forEach((word, number) => {
		const chosen = choice_of(dialog, `word-${number}`);
		if (chosen) words[word] = chosen;
	});
	return { headers, words };
}
