// The schedule as this layout, saved or not, writes it for two made-up invoices.

frappe.ui.form.on("Schedule Layout", {
	setup(frm) {
		rts_factoring.follow_layout(frm, draw);
	},

	refresh(frm) {
		rts_factoring.show_words(frm);
		draw(frm);
	},
});

async function draw(frm) {
	const asked = (frm.preview_asked = (frm.preview_asked || 0) + 1);
	const { message: made } = await frappe.call({
		doc: frm.doc,
		method: "preview_schedule",
		headers: rts_factoring.APART,
	});
	if (!made || asked !== frm.preview_asked) return;
	const e = frappe.utils.escape_html;
	const names = [made.schedule, made.zip, made.packet].filter(Boolean).map(e).join(", ");
	frm.get_field("preview").$wrapper.html(
		made.problem
			? `<p class="mb-0" role="status"><span class="indicator-pill no-indicator-dot red">✗</span> ${e(made.problem)}</p>`
			: `<p class="text-muted small mb-1">${__("Two made-up invoices, written with this layout: {0}", [names])}</p>
				<pre class="mb-0" style="color: var(--text-color); overflow-x: auto" tabindex="0">${e(made.text)}</pre>`
	);
}
