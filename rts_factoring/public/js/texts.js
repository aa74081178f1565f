// Texts of files, servers, documents and users are shown as text. Frappe takes them for HTML in labels of options, in the
// columns of lists and reports, in tables, and in fields that cannot be edited.

frappe.provide("rts_factoring");

// A text as HTML. What is escaped already stays the same, because Frappe escapes the values of some fields itself.
rts_factoring.as_html = (text) => String(text).replace(/[<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);

// Options of a Select: values, or pairs of a value and its label
rts_factoring.options = (options) =>
	options.map((option) => {
		const { value, label } = typeof option === "object" ? option : { value: option, label: option };
		return { value, label: frappe.utils.escape_html(label) };
	});

// A field of a dialog for a reason. A dialog keeps what was typed in a hidden element, too, as the formatter gives it.
rts_factoring.reason = (label) => ({
	fieldname: "reason",
	fieldtype: "Small Text",
	label,
	reqd: 1,
	formatter: (text) => rts_factoring.as_html(text || ""),
});

// An amount without markup, for the title of a list's row
rts_factoring.plain_amount = (amount, currency) => frappe.utils.html2text(format_currency(amount, currency));

// The formatter of the app's query reports
rts_factoring.formatter = function (value, row, column, data, default_formatter) {
	const escaped = (text) => (typeof text === "string" ? rts_factoring.as_html(text) : text);
	const texts =
		data && Object.fromEntries(Object.entries(data).map(([name, text]) => [name, escaped(text)]));
	return default_formatter(column.fieldtype === "Data" ? escaped(value) : value, row, column, texts);
};

// The formatters of the app's fields. Frappe loads this file with each of the DocTypes.
(() => {
	const DOCTYPES = [
		"Factoring Adjustment",
		"Factoring Adjustment Line",
		"Factoring Batch",
		"Factoring Batch File",
		"Factoring Batch Invoice",
		"Factoring Daily Total",
		"Factoring Document",
		"Factoring Ledger Entry",
		"Factoring Log",
		"Notice of Assignment",
		"Report Import",
		"Received Report",
		"Report Import Line",
		"Report Layout",
		"Report Layout Header",
		"Report Layout Word",
		"Schedule Layout",
		"Schedule Layout Column",
		"Subsidiary Factoring Settings",
	];
	const ADDED = /^(factoring_|mc_number$|dot_number$)/; // fields on DocTypes of ERPNext
	const line = (text) => rts_factoring.as_html(text || "");
	const lines = (text) => line(text).replace(/\n/g, "<br>");
	const link = (url) => (url ? `<a href="${line(url)}" target="_blank">${line(url)}</a>` : "");
	const FORMATTERS = { Data: line, "Small Text": lines, Text: lines, Attach: link };

	for (const [doctype, fields] of Object.entries(frappe.meta.docfield_map)) {
		for (const df of Object.values(fields)) {
			const ours = DOCTYPES.includes(doctype) || ADDED.test(df.fieldname);
			if (ours && FORMATTERS[df.fieldtype]) df.formatter = FORMATTERS[df.fieldtype];
		}
	}
})();
