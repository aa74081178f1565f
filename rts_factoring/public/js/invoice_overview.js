// What the factor has done with an invoice: one line on top of the Details tab, and on the Factoring tab the position, the
// documents as pictures, and the story.

frappe.provide("rts_factoring");

rts_factoring.show_overview = async function (frm) {
	frm.layout.wrapper.find(".factoring-line, .factoring-overview, .factoring-pictures").remove();
	if (frm.is_new() || !frm.doc.factoring_status || frm.doc.factoring_status === "Not Factored") return;
	const { name } = frm.doc;
	const shown = await frappe.xcall("rts_factoring.api.get_invoice_overview", { invoice: name });
	// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
	if (cur_frm !== frm || frm.doc.name !== name) return;
	frm.layout.wrapper.find(".factoring-line, .factoring-overview, .factoring-pictures").remove();
	const pane = (fieldname) => frm.get_field(fieldname).$wrapper.closest(".tab-pane");
	const figures = position(frm, shown);
	if (figures.length) {
		const [financed, open, reserve, fee] = figures;
		const days = figures.find(([label]) => label === __("Days Open"));
		const words = [financed, open, reserve, fee, ...(days ? [days] : [])]
			.map(([label, value]) => `${label} <b>${value}</b>`)
			.join(" · ");
		pane("customer").prepend(
			`<div class="factoring-line text-muted small px-3 pt-3" role="status">${words}</div>`
		);
	}
	const $tab = pane("factoring_status");
	$tab.prepend(overview(figures, shown.story));
	$tab.find(".factoring-overview a").css("text-decoration", "underline"); // their colour alone says little
	const $pictures = $(`<div class="factoring-pictures d-flex flex-wrap mb-2"></div>`);
	frm.get_field("factoring_documents").$wrapper.prepend($pictures);
	$pictures.html(shown.documents.map(picture_link).join(""));
};

// Labels and values of the position; none before the factor has bought it
function position(frm, shown) {
	if (!flt(shown.purchased)) return [];
	const amount = (value) => format_currency(value, shown.currency);
	const batch = shown.batch && frappe.utils.get_form_link("Factoring Batch", shown.batch, true);
	return [
		[__("Financed"), amount(shown.purchased)],
		[__("Open with RTS"), amount(shown.open)],
		[__("Reserve"), amount(shown.reserve)],
		[__("Fee"), amount(shown.fee)],
		...(flt(shown.charged_back) ? [[__("Charged Back"), amount(shown.charged_back)]] : []),
		[__("Purchased On"), frappe.datetime.str_to_user(shown.purchased_on)],
		...(shown.days === null ? [] : [[__("Days Open"), shown.days]]),
		...(batch ? [[__("Batch"), batch]] : []),
	];
}

function overview(figures, story) {
	const strip = figures.map(
		([label, value]) =>
			`<div class="mr-4 mb-2"><div class="text-muted small">${label}</div><div class="bold">${value}</div></div>`
	);
	// made by the server out of escaped text and links
	const events = story.map(
		({ creation, content }) =>
			`<li class="mb-1"><span class="text-muted mr-2">${
				creation ? frappe.datetime.str_to_user(creation.slice(0, 10)) : ""
			}</span>${content}</li>`
	);
	const told = events.length
		? `<details class="mt-1" ${events.length < 6 ? "open" : ""}><summary>${__("Story")} (${events.length})</summary>
			<ol class="list-unstyled small mt-2 mb-0">${events.join("")}</ol></details>`
		: "";
	if (!strip.length && !told) return "";
	return `<section class="factoring-overview border-bottom p-3" aria-label="${__("Position at the factor")}">
		<div class="d-flex flex-wrap">${strip.join("")}</div>${told}</section>`;
}

function picture_link({ kind, file_url, file_name, picture }) {
	const e = frappe.utils.escape_html;
	const label = `${__(kind)}: ${e(file_name)}`;
	const shown = picture
		? `<img src="${picture}" alt="" style="width: 120px; height: 150px; object-fit: cover; object-position: top">`
		: `<span class="d-flex align-items-center justify-content-center text-muted" style="width: 120px; height: 150px">${__(
				"No Picture"
			)}</span>`;
	return `<a class="border rounded mr-3 mb-2 d-block overflow-hidden" style="width: 122px" target="_blank"
		href="${e(encodeURI(decodeURI(file_url)))}" title="${label}" aria-label="${__("Open {0}", [label])}">${shown}
		<span class="d-block small p-1 border-top" style="overflow-wrap: anywhere">${__(kind)}</span></a>`;
}
