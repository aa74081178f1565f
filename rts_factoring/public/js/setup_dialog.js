// The guided setup: one dialog that asks what a company needs before its first batch. The checklist on the form leads on.

frappe.provide("rts_factoring");

// Frappe loads this file with the form and the list. Run it once.
if (!rts_factoring.set_up_company) {
	const SETTINGS = "Subsidiary Factoring Settings";
	const RATES = ["advance_rate", "reserve_rate", "fee_rate"];
	const LATER = "Later";
	const CREDENTIALS = "RTS's Credentials";
	const DOWNLOAD = "Download";

	rts_factoring.set_up_company = function (company = "") {
		const admin = frappe.user.has_role("System Manager");
		const accountant = frappe.model.can_create("Account");
		const rate = (fieldname, label) => ({ fieldname, label, fieldtype: "Float", precision: 2 });
		const server = (df) => ({ ...df, depends_on: `eval:doc.connection === "${CREDENTIALS}"` });
		const dialog = new frappe.ui.Dialog({
			title: __("Set Up a Company"),
			size: "large",
			fields: [
				{
					fieldname: "company",
					fieldtype: "Link",
					options: "Company",
					label: __("Company"),
					default: company,
					reqd: 1,
					get_query: () => ({ filters: { name: ["not in", frappe.boot.factoring_companies] } }),
					filter_description: __("Companies that are not set up yet"),
				},
				{ fieldtype: "Column Break" },
				{
					fieldname: "client_number",
					fieldtype: "Data",
					label: __("Client Number"),
					description: __("RTS gives one to each subsidiary. Without it, nothing is sent."),
				},
				{ fieldtype: "Section Break", label: __("Rates of the Agreement") },
				rate("advance_rate", __("Advance")),
				{ fieldtype: "Column Break" },
				rate("reserve_rate", __("Reserve")),
				{ fieldtype: "Column Break" },
				rate("fee_rate", __("Fee")),
				{ fieldtype: "Section Break" },
				{ fieldtype: "HTML", fieldname: "example" },
				{ fieldtype: "Section Break", label: __("Accounts and Documents") },
				{
					fieldname: "make_accounts",
					fieldtype: "Check",
					label: __("Make the Missing Accounts"),
					default: accountant ? 1 : 0,
					read_only: accountant ? 0 : 1,
					description: accountant
						? __("One for each role, such as Factor Clearing. You can choose others later.")
						: __("Somebody with the role Accounts Manager makes them."),
				},
				{ fieldtype: "Column Break" },
				{
					fieldname: "needs_pod",
					fieldtype: "Check",
					label: __("Proof of Delivery Is Required"),
					default: 1,
				},
				{ fieldtype: "Section Break", label: __("Connection") },
				{
					fieldname: "connection",
					fieldtype: "Select",
					label: __("How Files Go to RTS"),
					default: LATER,
					options: [
						{ value: LATER, label: __("Later: RTS has sent no credentials yet") },
						...(admin
							? [{ value: CREDENTIALS, label: __("By SFTP, with RTS's credentials") }]
							: []),
						...(admin
							? [{ value: DOWNLOAD, label: __("A person downloads and hands over the files") }]
							: []),
					],
				},
				{ fieldtype: "HTML", fieldname: "rehearse" },
				{ fieldtype: "Column Break" },
				server({ fieldname: "host", fieldtype: "Data", label: __("Host") }),
				server({ fieldname: "port", fieldtype: "Int", label: __("Port"), default: 22 }),
				server({ fieldname: "username", fieldtype: "Data", label: __("User Name") }),
				server({ fieldname: "password", fieldtype: "Password", label: __("Password") }),
				server({ fieldname: "remote_folder", fieldtype: "Data", label: __("Remote Folder") }),
			],
			primary_action_label: __("Set Up"),
			primary_action: (values) => set_up(dialog, values),
			secondary_action_label: __("Full Form"),
			secondary_action() {
				dialog.hide();
				frappe.new_doc(SETTINGS, { company: dialog.get_value("company") || "" });
			},
		});
		offer_rehearsal(dialog);
		for (const name of RATES) {
			percent_sign(dialog.get_field(name));
			dialog.get_field(name).df.onchange = () => show_example(dialog);
		}
		dialog.show();
		show_example(dialog);
	};

	function percent_sign(field) {
		field.$input
			.addClass("pr-5")
			.wrap(`<div style="position: relative"></div>`)
			.after(
				`<span class="text-muted" style="position: absolute; right: 10px; top: 5px" aria-hidden="true">%</span>`
			);
		field.$input.attr("aria-label", __("{0}, percent", [field.df.label]));
	}

	// What the rates mean for an invoice of 1,000
	function show_example(dialog) {
		const values = RATES.map((name) => flt(dialog.get_value(name)));
		const amounts = values.map((value) => format_number(10 * value, null, 2));
		const total = values.reduce((sum, value) => sum + value, 0);
		const warning =
			values.some(Boolean) && Math.abs(total - 100) > 0.005
				? `<div class="font-weight-bold">${__(
						"The three rates add up to {0} %. In most agreements they make 100 %.",
						[format_number(total, null, 2)]
					)}</div>`
				: "";
		const text = values.some(Boolean)
			? __("Of an invoice of {0} RTS pays {1}, holds back {2} and keeps a fee of {3}.", [
					format_number(1000, null, 2),
					...amounts,
				])
			: __(
					"Without rates a batch cannot say what RTS will pay, and Expected vs Actual compares with nothing."
				);
		dialog.get_field("example").$wrapper.html(`<p class="mb-1" role="status">${text}</p>${warning}`);
	}

	function offer_rehearsal(dialog) {
		if (!rts_factoring.may_rehearse() || frappe.boot.factoring_rehearsal) return;
		dialog
			.get_field("rehearse")
			.$wrapper.html(
				`<p class="text-muted">${__("See a whole week first, with an example company and a sandbox:")}
				<button type="button" class="btn btn-xs btn-default">${__("Start Rehearsal")}</button></p>`
			)
			.on("click", "button", () => {
				dialog.hide();
				rts_factoring.start_rehearsal();
			});
	}

	async function set_up(dialog, values) {
		const sftp = values.connection === CREDENTIALS;
		const doc = { doctype: SETTINGS, company: values.company, client_number: values.client_number };
		for (const name of RATES) doc[name] = flt(values[name]);
		if (values.needs_pod) doc.document_kinds = [{ kind: "Proof of Delivery", required: 1 }];
		if (values.connection === DOWNLOAD) doc.protocol = DOWNLOAD;
		if (sftp) for (const name of ["host", "port", "username", "remote_folder"]) doc[name] = values[name];
		const $button = dialog.get_primary_btn().prop("disabled", true); // a second click would make a second one
		const { name } = await frappe
			.xcall("frappe.client.insert", { doc })
			.finally(() => $button.prop("disabled", false));
		dialog.hide();
		frappe.boot.factoring_companies = [...new Set([...frappe.boot.factoring_companies, name])];
		try {
			if (sftp && values.password) await store_password(name, values.password);
			if (values.make_accounts) await make_accounts(name);
		} finally {
			dialog.set_value("password", "");
			show_form(name); // what could not be done is a step of its checklist
		}
	}

	const store_password = (company, password) =>
		frappe.xcall("rts_factoring.api.store_password", { company, password });

	const make_accounts = (name) =>
		frappe.call({
			method: "run_doc_method",
			args: { dt: SETTINGS, dn: name, method: "create_accounts", args: {} },
			headers: rts_factoring.APART,
			freeze: true,
		});

	function show_form(name) {
		rts_factoring.checklist_of = name;
		frappe.set_route("Form", SETTINGS, name);
	}
}
