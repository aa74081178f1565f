// Factoring on a Sales Invoice: its state, what is missing, its documents, and the buttons of the queue.

const WAITING = ["", "Not Factored", "Not Ready", "Queued", "Held"];

frappe.ui.form.on("Sales Invoice", {
	refresh(frm) {
		// A batch that lists the invoice as held or denied is history; a live one stops the cancel, and says so.
		frm.ignore_doctypes_on_cancel_all = [
			...new Set([...(frm.ignore_doctypes_on_cancel_all || []), "Factoring Batch"]),
		];
		if (
			!frm.fields_dict.factoring_status ||
			!frappe.user.has_role(["Factoring User", "Factoring Manager"])
		)
			return;
		rts_factoring.help(frm, "/factoring-help/user-guide#monday-invoices-and-documents");
		pill(frm);
		paper_drop(frm);
		explain(frm);
		rts_factoring.show_overview(frm);
		frm.layout.wrapper.find(".factoring-warnings").remove();
		if (frm.is_new()) return;
		if (
			WAITING.concat("Submitted").includes(frm.doc.factoring_status || "") &&
			frm.doc.factoring_documents?.length
		)
			rts_factoring.warn(frm);
		if (frm.doc.docstatus === 1 && !frm.doc.is_return && frm.perm[0]?.write) actions(frm);
	},
});

function pill(frm) {
	const $title = frm.page.$title_area;
	frm.page.wrapper.find(".factoring-pill").remove(); // on a narrow screen it stands beside the title area
	const status = frm.doc.factoring_status;
	if (!rts_factoring.STATUS[status]) return;
	const [colour, sign] = rts_factoring.STATUS[status];
	const $shown = $title.find(".indicator-pill").last();
	const narrow = frappe.is_mobile(); // there it stands under the title
	if (narrow && $shown.text().includes(__(status))) return; // Frappe 15 shows what the list says on a telephone
	$(`<span class="indicator-pill no-indicator-dot whitespace-nowrap factoring-pill ${narrow ? "" : "ml-2"} ${colour}"
		title="${__("Factoring Status")}"><span>${sign} ${__(status)}</span></span>`).insertAfter(
		narrow ? $shown.parent() : $shown
	);
}

// The reasons why it is not ready, each with its fix

async function explain(frm) {
	frm.layout.wrapper.find(".factoring-reasons").remove();
	if (frm.doc.docstatus !== 1 || !["Not Ready", "Held", "Denied"].includes(frm.doc.factoring_status))
		return;
	const { message: reasons } = await frappe.call("rts_factoring.api.get_reasons", {
		invoice: frm.doc.name,
	});
	// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
	if (cur_frm !== frm || !reasons?.length) return;
	const e = frappe.utils.escape_html;
	const items = reasons.map((reason, index) => {
		const fix = reason.fix ? ` <span class="text-muted">${e(reason.fix)}</span>` : "";
		const open = may_mend(reason)
			? ` <button type="button" class="btn btn-xs btn-default" data-fix="${index}">${place_of(
					frm,
					reason
				)}</button>`
			: "";
		return `<li class="mb-1"><b>${e(reason.text)}</b>${fix}${open}</li>`;
	});
	const title = {
		"Not Ready": __("Not ready for factoring"),
		Held: __("Held by RTS: fix it and queue it again"),
		Denied: __("Denied by RTS: bill the customer directly, or send it again after a credit review"),
	}[frm.doc.factoring_status];
	frm.layout.wrapper.find(".factoring-reasons").remove(); // another refresh may have come first
	const $box = $(`<div class="factoring-reasons form-message orange" role="status">
		<div>${title}</div><ul class="mb-0 pl-4">${items.join("")}</ul></div>`);
	frm.layout.wrapper.prepend($box);
	$box.on("click", "[data-fix]", (event) => go_to_fix(frm, reasons[event.currentTarget.dataset.fix]));
}

function place_of(frm, { doctype, field }) {
	if (field) return __(frm.get_field(field).df.label);
	return doctype ? __(doctype) : __("Documents");
}

function may_mend({ doctype, name, code, field }) {
	if (field) return true;
	if (!doctype) return ["missing_document", "paperwork"].includes(code);
	return name ? frappe.model.can_read(doctype) : frappe.model.can_create(doctype);
}

function go_to_fix(frm, reason) {
	if (reason.field) return frm.scroll_to_field(reason.field);
	if (!reason.doctype) return frm.scroll_to_field("factoring_documents");
	if (reason.name) return frappe.set_route("Form", reason.doctype, reason.name);
	frappe.new_doc(reason.doctype, { company: frm.doc.company });
}

// In and out of the queue

function actions(frm) {
	const status = frm.doc.factoring_status || "";
	const group = __("Factoring");
	const call = (method, freeze_message) => async () => {
		if (frm.is_dirty()) await frm.save("Update");
		await frappe.call({
			method: `rts_factoring.api.${method}`,
			args: { invoice: frm.doc.name },
			freeze: true,
			freeze_message,
		});
		rts_factoring.renew(frm);
	};
	if (WAITING.includes(status) && !frm.doc.factoring_batch) {
		if (status !== "Queued") frm.add_custom_button(__("Queue"), call("queue_invoice"), group);
		if (["Queued", "Not Ready"].includes(status))
			frm.add_custom_button(__("Unqueue"), call("unqueue_invoice"), group);
	}
	if (status === "Held" && frm.doc.factoring_batch)
		frm.add_custom_button(__("Queue"), call("queue_invoice"), group);
	if (["Denied", "Charged Back"].includes(status))
		frm.add_custom_button(__("Send Again"), call("queue_invoice"), group);
	if (status === "Queued" && !frm.doc.factoring_batch && frappe.model.can_submit("Factoring Batch")) {
		frm.add_custom_button(
			__("Send Now"),
			() =>
				frappe.confirm(
					__("Send {0} to the factor now, in its own batch?", [frm.doc.name.bold()]),
					async () => {
						const { message } = await frappe.call({
							method: "rts_factoring.api.send_now",
							args: { invoice: frm.doc.name },
							freeze: true,
						});
						frappe.set_route("Form", "Factoring Batch", message);
					}
				),
			group
		);
	}
}

// Documents by drag and drop, several at once

function paper_drop(frm) {
	const field = frm.fields_dict.factoring_documents;
	field.$wrapper.find(".factoring-drop").remove();
	if (frm.is_new() || frm.doc.docstatus === 2 || !frm.perm[0]?.write) return;
	const $drop =
		$(`<div class="factoring-drop text-center text-muted rounded p-3 mb-2" style="border: 1px dashed var(--gray-500)">
		${__("Drop rate confirmation, BOL, POD and other documents here (PDF or pictures).")}
		<label class="btn btn-xs btn-default ml-2 mb-0" tabindex="0" role="button">${__("Choose Files")}
			<input type="file" multiple accept=".pdf,image/*,.heic,.heif,.avif,.tif,.tiff" hidden></label></div>`);
	field.$wrapper.prepend($drop);
	$drop.find("label").on("keydown", (event) => {
		if (["Enter", " "].includes(event.key)) $drop.find("input").trigger("click");
	});
	$drop.on("dragover", (event) => event.preventDefault());
	$drop.on("drop", (event) => {
		event.preventDefault();
		event.stopPropagation(); // the form would open Frappe's own upload dialog for the same files
		add_papers(frm, event.originalEvent.dataTransfer?.files);
	});
	$drop.find("input").on("change", (event) => add_papers(frm, event.target.files));
}

async function add_papers(frm, files) {
	if (!files?.length) return;
	if (frm.is_dirty()) await frm.save(frm.doc.docstatus === 1 ? "Update" : "Save");
	await rts_factoring.attach(frm.doc.name, [...files]);
	rts_factoring.renew(frm);
}
