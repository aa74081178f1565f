// The choices of a layout in words. What is stored stays the short name, which exports and the command line use.

frappe.provide("rts_factoring");

rts_factoring.LAYOUT_WORDS = {
	// columns of a schedule
	today: __("Date of the Schedule"),
	customer_mc: __("Customer's MC Number"),
	customer_code: __("Customer's Number at the Factor"),
	load_no: __("Load Number"),
	file_name: __("File Name of the Packet"),
	constant: __("The Same Text in Each Row"),
	// what words mean
	matched: __("Purchased"),
	payment: __("Paid in Full"),
	partial: __("Partly Paid"),
	non_factored: __("Payment of an Invoice That Was Not Factored"),
	difference: __("Goes to Differences"),
	non_payment: __("Row without Money"),
	purchase: __("Purchase"),
	// formats
	MDY: "11/26/2026",
	DMY: "26/11/2026",
	YMD: "2026/11/26",
	minimal: __("Where Needed"),
	all: __("Around Every Value"),
	none: __("Never"),
	decimal: "1850.00",
	cents: __("185000 (Cents)"),
	CRLF: __("Windows (CRLF)"),
	LF: __("Unix (LF)"),
	left: __("Left"),
	right: __("Right"),
};

rts_factoring.in_words = (value) =>
	rts_factoring.COLUMN_WORDS[value] ||
	rts_factoring.LAYOUT_WORDS[value] ||
	__(/^[a-z_]+$/.test(value) ? frappe.unscrub(value) : value);

const LAYOUT_CHOICES = {
	"Report Layout": ["date_order"],
	"Report Layout Header": ["field"],
	"Report Layout Word": ["list", "means"],
	"Schedule Layout": ["quoting", "amounts", "line_end", "delimiter"],
	"Schedule Layout Column": ["field", "align"],
};
const DATE_FORMATS = {
	"%m/%d/%Y": "11/26/2026",
	"%m-%d-%Y": "11-26-2026",
	"%m/%d/%y": "11/26/26",
	"%m%d%Y": "11262026",
	"%Y-%m-%d": "2026-11-26",
	"%Y%m%d": "20261126",
	"%d/%m/%Y": "26/11/2026",
	"%d.%m.%Y": "26.11.2026",
};

const pairs = (values, words) =>
	rts_factoring.options(values.filter(Boolean).map((value) => ({ value, label: words(value) })));

// Lists, and cells of a table that is not being edited
for (const [doctype, names] of Object.entries(LAYOUT_CHOICES)) {
	for (const name of names) {
		const df = frappe.meta.docfield_map[doctype]?.[name];
		if (df) df.formatter = (value) => frappe.utils.escape_html(rts_factoring.in_words(value || ""));
	}
}
const date_format = frappe.meta.docfield_map["Schedule Layout"]?.date_format;
if (date_format)
	date_format.formatter = (value) => frappe.utils.escape_html(DATE_FORMATS[value] || value || "");

// The choices of the form and of its tables
rts_factoring.show_words = function (frm) {
	const values = (doctype, name) => frappe.meta.docfield_map[doctype][name].options.split("\n");
	for (const name of LAYOUT_CHOICES[frm.doctype]) {
		frm.set_df_property(name, "options", pairs(values(frm.doctype, name), rts_factoring.in_words));
	}
	for (const { grid } of Object.values(frm.fields_dict).filter((field) => field.grid)) {
		for (const name of LAYOUT_CHOICES[grid.doctype] || []) {
			const options = pairs(values(grid.doctype, name), rts_factoring.in_words);
			grid.update_docfield_property(name, "options", options);
		}
	}
	if (frm.doctype !== "Schedule Layout") return;
	frm.set_df_property("date_format", "ignore_validation", 1); // any pattern of strftime
	const formats = Object.entries(DATE_FORMATS).map(([value, label]) => ({ value, label }));
	const field = frm.get_field("date_format");
	field.set_data(formats);
	field.set_formatted_input(frm.doc.date_format);
};

// A preview that follows what is typed: `draw` half a second after the last change. For a form's `setup`
rts_factoring.follow_layout = function (frm, draw) {
	const changed = frappe.utils.debounce(() => draw(frm), 500);
	const fields = (doctype) => Object.keys(frappe.meta.docfield_map[doctype]);
	const handlers = (names) => Object.fromEntries(names.map((name) => [name, changed]));
	frappe.ui.form.on(frm.doctype, handlers(fields(frm.doctype)));
	for (const { fieldname, options } of frm.meta.fields.filter((df) => df.fieldtype === "Table")) {
		frappe.ui.form.on(
			options,
			handlers([...fields(options), `${fieldname}_remove`, `${fieldname}_move`])
		);
	}
};
