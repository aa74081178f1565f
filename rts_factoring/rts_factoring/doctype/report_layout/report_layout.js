// "Try It on a File": how this layout, saved or not, reads the columns and first rows of a file.

frappe.ui.form.on("Report Layout", {
	refresh(frm) {
		frm.add_custom_button(__("Try It on a File"), () => {
			new frappe.ui.FileUploader({
				folder: "Home",
				make_attachments_public: false,
				restrictions: {
					allowed_file_types: [".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv"],
				},
				on_success: async (file) => {
					const { message } = await frm.call("preview_file", { file_url: file.file_url });
					if (message) show(message);
				},
			});
		});
	},
});

function show(preview) {
	const escape = frappe.utils.escape_html;
	const metadata = Object.entries(preview.facts)
		.filter(([, value]) => value)
		.map(([name, value]) => `${__(frappe.unscrub(name))}: <b>${escape(String(value))}</b>`);
	const columns = Object.entries(preview.columns).map(
		([field, texts]) =>
			`<tr><td>${escape(texts.join(" + "))}</td><td>${rts_factoring.COLUMN_WORDS[field] || __(frappe.unscrub(field))}</td></tr>`
	);
	const unknown = preview.unknown_columns.map(
		(text) => `<tr><td>${escape(text)}</td><td class="text-muted">${__("not read")}</td></tr>`
	);
	const lines = preview.lines.map((line) => {
		const rest = Object.entries(line)
			.filter(([name]) => !["row", "invoice", "problems"].includes(name))
			.map(([name, value]) => {
				const text = ["status", "type"].includes(name) ? __(frappe.unscrub(value)) : value;
				return `${__(frappe.unscrub(name))} ${escape(String(text))}`;
			});
		const problems = preview.problems
			.filter((problem) => problem.row === line.row)
			.map((problem) => `<div class="text-danger">! ${escape(problem.text)}</div>`);
		return `<tr><td>${line.row}</td><td>${escape(line.invoice || "")}</td><td>${rest.join(", ")} ${problems.join(" ")}</td></tr>`;
	});
	frappe.msgprint({
		title: __("{0}: {1} rows, header in row {2}", [
			escape(preview.file),
			preview.line_count,
			preview.header_row,
		]),
		wide: true,
		message: `<p>${metadata.join("; ")}</p>
			<table class="table table-sm table-bordered small"><thead><tr><th>${__("Header in the File")}</th><th>${__("Read As")}</th></tr></thead>
			<tbody>${columns.concat(unknown).join("")}</tbody></table>
			<table class="table table-sm table-bordered small"><thead><tr><th>${__("Row")}</th><th>${__("Invoice")}</th><th>${__("What It Says")}</th></tr></thead>
			<tbody>${lines.join("")}</tbody></table>`,
	});
}
