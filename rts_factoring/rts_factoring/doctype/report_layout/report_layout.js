// "Try It on a File": how this layout, saved or not, reads the columns and first rows of a file. The preview follows changes.

frappe.ui.form.on("Report Layout", {
	setup(frm) {
		rts_factoring.follow_layout(frm, draw);
	},

	refresh(frm) {
		rts_factoring.show_words(frm);
		draw(frm);
		frm.add_custom_button(__("Try It on a File"), () => {
			new frappe.ui.FileUploader({
				folder: "Home",
				make_attachments_public: false,
				restrictions: {
					allowed_file_types: [".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv"],
				},
				on_success: (file) => {
					frm.tried = { layout: frm.doc.name, file_url: file.file_url };
					draw(frm);
				},
			});
		});
	},
});

async function draw(frm) {
	const $preview = frm.get_field("preview").$wrapper;
	if (frm.tried?.layout !== frm.doc.name) {
		$preview.html(
			`<p class="text-muted mb-0">${__("Try the layout on a file to see here how it reads.")}</p>`
		);
		return;
	}
	const asked = (frm.preview_asked = (frm.preview_asked || 0) + 1);
	const { message } = await frappe.call({
		doc: frm.doc,
		method: "preview_file",
		args: { file_url: frm.tried.file_url },
		headers: rts_factoring.APART,
	});
	if (message && asked === frm.preview_asked) $preview.html(as_read(message));
}

function as_read(preview) {
	const escape = frappe.utils.escape_html;
	if (preview.problem)
		return `<p class="mb-0" role="status"><span class="indicator-pill no-indicator-dot red">✗</span> ${escape(preview.problem)}</p>`;
	const words = rts_factoring.in_words;
	const title = __("{0}: {1} rows, header in row {2}", [
		escape(preview.file),
		preview.line_count,
		preview.header_row,
	]);
	const metadata = Object.entries(preview.facts)
		.filter(([, value]) => value)
		.map(([name, value]) => `${words(name)}: <b>${escape(String(value))}</b>`);
	const columns = Object.entries(preview.columns).map(
		([field, texts]) => `<tr><td>${escape(texts.join(" + "))}</td><td>${words(field)}</td></tr>`
	);
	const unknown = preview.unknown_columns.map(
		(text) => `<tr><td>${escape(text)}</td><td class="text-muted">${__("not read")}</td></tr>`
	);
	const lines = preview.lines.map((line) => {
		const rest = Object.entries(line)
			.filter(([name]) => !["row", "invoice", "problems"].includes(name))
			.map(([name, value]) => {
				const text = ["status", "type"].includes(name) ? words(value) : value;
				return `${words(name)} ${escape(String(text))}`;
			});
		const problems = preview.problems
			.filter((problem) => problem.row === line.row)
			.map(
				(problem) =>
					`<div><span class="indicator-pill no-indicator-dot red">!</span> ${escape(problem.text)}</div>`
			);
		return `<tr><td>${line.row}</td><td>${escape(line.invoice || "")}</td><td>${rest.join(", ")} ${problems.join(" ")}</td></tr>`;
	});
	const table = (heads, rows) =>
		`<table class="table table-sm table-bordered small"><thead><tr>${heads
			.map((head) => `<th scope="col">${head}</th>`)
			.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
	return `<p class="mb-1"><b>${title}</b> ${metadata.join("; ")}</p><div class="row">
		<div class="col-md-5">${table([__("Header in the File"), __("Read As")], columns.concat(unknown))}</div>
		<div class="col-md-7 table-responsive">${table([__("Row"), __("Invoice"), __("What It Says")], lines)}</div></div>`;
}
