// What the server changed, taken into an open form without losing what a person types meanwhile.
// Frappe puts the documents of an answer over the open form, and reloads a form a second after it heard of a change.

frappe.provide("rts_factoring");

// A call with this header leaves the open form alone: the documents of its answer are in `stored`.
rts_factoring.APART = { "X-Factoring-Documents": "apart" };

// Frappe loads this file with each form. Register the handlers once.
if (!rts_factoring.renew) {
	$.ajaxPrefilter((options) => {
		if (!options.headers?.["X-Factoring-Documents"]) return;
		options.dataFilter = (text) => {
			const { docs, ...answer } = JSON.parse(text);
			return JSON.stringify({ ...answer, stored: docs });
		};
	});
	for (const doctype of [...rts_factoring.forms_with_help, "Sales Invoice"]) {
		frappe.ui.form.on(doctype, {
			setup(frm) {
				frm.debounced_reload_doc = frappe.utils.debounce(() => rts_factoring.renew(frm), 1000);
			},
			refresh(frm) {
				if (!frm.is_dirty()) frm.values_stored = copy(frm.doc);
			},
		});
	}
	const copy = (value) => JSON.parse(JSON.stringify(value ?? null));
	const NOT_TYPED = /^(__|modified|idx$)/;
	const same = (one, other) => {
		const text = (value) =>
			JSON.stringify(value ?? "", (key, part) => (NOT_TYPED.test(key) ? undefined : part));
		return text(one) === text(other);
	};

	// The control that has the keyboard, after its text went into the document
	const take_typing = async function (frm) {
		const control = Object.values(frm.fields_dict).find(
			(field) => field.$input && field.$input[0] === document.activeElement
		);
		if (!control?.get_input_value || !control.parse_validate_and_set_in_model) return null;
		await control.parse_validate_and_set_in_model(control.get_input_value());
		return control;
	};

	// Read the document again. A field that was typed into since the form showed what is stored keeps its text. When
	// the server changed the same field, Frappe's own notice asks the person.
	rts_factoring.renew = async function (frm) {
		if (frm.is_new()) return;
		const { stored } = await frappe.call({
			method: "frappe.desk.form.load.getdoc",
			type: "GET",
			args: { doctype: frm.doctype, name: frm.doc.name },
			headers: rts_factoring.APART,
		});
		const theirs = stored?.find((doc) => doc.doctype === frm.doctype && doc.name === frm.doc.name);
		if (!theirs) return;
		const control = await take_typing(frm);
		const before = frm.values_stored || {};
		const names = frm.is_dirty() ? frm.meta.fields.map((df) => df.fieldname) : [];
		const typed = names.filter(
			(name) => !same(frm.doc[name], before[name]) && !same(frm.doc[name], theirs[name])
		);
		const disputed = typed.some((name) => !same(theirs[name], before[name]));
		const merged = copy(theirs);
		for (const name of typed) merged[name] = copy(frm.doc[name]);
		if (typed.length) merged.__unsaved = 1;
		if (disputed) Object.assign(merged, { modified: before.modified, __needs_refresh: true });
		frappe.model.sync({ docs: [merged] });
		frm.values_stored = theirs;
		// a refresh writes the value over the text, and the cursor jumps
		if (control) control.set_formatted_input = () => {};
		frm.refresh();
		await frappe.timeout(0.3); // it goes on in the background
		await frappe.after_ajax(() => {});
		if (disputed) frm.show_conflict_message();
		if (control) delete control.set_formatted_input;
	};
}
