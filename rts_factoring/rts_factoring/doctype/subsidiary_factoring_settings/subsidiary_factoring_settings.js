// The setup of one subsidiary: checklist, connection with its host key, private key, accounts.

const ROOT_TYPES = {
	clearing_account: "Asset",
	reserve_account: "Asset",
	advances_account: "Liability",
	fee_account: "Expense",
	charges_account: "Expense",
	cash_advances_account: "Liability",
	customer_deductions_account: "Expense",
	differences_account: ["in", ["Liability", "Asset"]],
	prepaid_discount_account: "Asset",
	accrued_fees_account: "Liability",
	recourse_loss_account: "Expense",
	recourse_obligation_account: "Liability",
};

frappe.ui.form.on("Subsidiary Factoring Settings", {
	setup(frm) {
		for (const [field, root_type] of Object.entries(ROOT_TYPES)) {
			frm.set_query(field, () => ({
				filters: { company: frm.doc.company, root_type, is_group: 0, disabled: 0 },
			}));
		}
		frm.set_query("cost_center", () => ({ filters: { company: frm.doc.company, is_group: 0 } }));
		frm.set_query("purchase_report_layout", () => ({ filters: { kind: "Purchase", ...own(frm) } }));
		frm.set_query("payment_report_layout", () => ({ filters: { kind: "Payment", ...own(frm) } }));
		frm.set_query("open_invoices_layout", () => ({ filters: { kind: "Open Invoices", ...own(frm) } }));
		frm.set_query("reserve_statement_layout", () => ({ filters: { kind: "Reserve", ...own(frm) } }));
		frm.set_query("schedule_layout", () => ({ filters: own(frm) }));
		frm.set_query("print_format", () => ({ filters: { doc_type: "Sales Invoice", disabled: 0 } }));
	},

	refresh(frm) {
		warn(frm);
		if (frm.is_new())
			frm.add_custom_button(__("Guided Setup"), () => rts_factoring.set_up_company(frm.doc.company));
		if (frm.is_new() || rts_factoring.is_rehearsal(frm.doc.company)) return; // the guide shows its steps
		checklist(frm);
		if (frm.perm[0]?.write) {
			if (frappe.model.can_create("Account")) {
				frm.add_custom_button(__("Create Accounts"), () => create_accounts(frm), __("Set Up"));
			}
			frm.add_custom_button(__("Request Credentials"), () => request_credentials(frm), __("Set Up"));
			frm.add_custom_button(
				__("Rehearse Delivery"),
				() => rts_factoring.rehearse_delivery(frm),
				__("Set Up")
			);
		}
		if (!frappe.user.has_role("System Manager")) return;
		if (frm.doc.protocol !== "Download") {
			frm.add_custom_button(__("Test Connection"), () => test_connection(frm));
			frm.add_custom_button(__("Password"), () => set_password(frm), __("Set Up"));
		}
		if (frm.doc.protocol === "SFTP") {
			frm.add_custom_button(__("Private Key"), () => private_key(frm), __("Set Up"));
		}
	},

	before_save(frm) {
		frm.show_checklist = frm.is_new();
	},

	protocol: warn,
	insecure: warn,
});

function own(frm) {
	return { company: ["in", ["", frm.doc.company || ""]] }; // shared layouts and the company's own
}

function warn(frm) {
	frm.set_intro("");
	if (frm.doc.protocol === "FTP") {
		frm.set_intro(
			__(
				"Plain FTP sends credentials and invoices unencrypted. Anyone between here and the server can read them."
			),
			"red"
		);
	}
	const site_problem = frm.doc.__onload?.site_problem;
	if (site_problem) {
		frm.set_intro(frappe.utils.escape_html(site_problem), "red");
		if (frappe.user.has_role("System Manager"))
			frm.add_custom_button(__("Confirm This Site"), () => confirm_site(frm));
	}
	for (const problem of frm.doc.__onload?.print_problems || []) {
		frm.set_intro(frappe.utils.escape_html(problem.message || problem), "red");
	}
}

async function checklist(frm) {
	const request = (frm.checklist_requests = (frm.checklist_requests || 0) + 1);
	const steps = await frappe.xcall("rts_factoring.api.get_checklist", { settings: frm.doc.name });
	if (request !== frm.checklist_requests) return; // a form just saved is refreshed twice
	// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
	if (cur_frm !== frm || !steps?.some((step) => !step.done && !step.optional)) return;
	const rows = steps.map((step) => {
		const [label, may] = step.done ? [] : actions(frm)[step.step] || [];
		const button =
			label && may
				? `<button type="button" class="btn btn-xs btn-default ml-2" data-step="${step.step}">${label}</button>`
				: "";
		const sign = step.done ? `<span class="text-success">✓</span>` : "○";
		const missing = step.done
			? ""
			: `<span class="text-muted">${frappe.utils.escape_html(step.missing)}</span>`;
		return `<li class="mb-2" data-done="${step.done ? 1 : 0}"><span role="img" aria-label="${
			step.done ? __("done") : __("to do")
		}">${sign}</span> <b>${frappe.utils.escape_html(step.title)}</b> ${missing}${button}</li>`;
	});
	const $section = frm.dashboard.add_section(
		`<ol class="list-unstyled mb-0">${rows.join("")}</ol>`,
		__("Setup")
	);
	$section.on("click", "[data-step]", (event) => actions(frm)[event.currentTarget.dataset.step][2]());
	frm.dashboard.show();
	if (frm.show_checklist || rts_factoring.checklist_of === frm.doc.name)
		$section[0].scrollIntoView({ block: "center" });
	rts_factoring.checklist_of = frm.show_checklist = false;
}

// For each step of the checklist: the button's label, whether this user may press it, what it does
function actions(frm) {
	const write = Boolean(frm.perm[0]?.write);
	const admin = frappe.user.has_role("System Manager");
	const requested = Boolean(frm.doc.request_stage);
	return {
		terms: [
			__("Enter the Terms"),
			write,
			() => frm.scroll_to_field(frm.doc.client_number ? "advance_rate" : "client_number"),
		],
		notice: [
			__("New Notice"),
			frappe.model.can_create("Notice of Assignment"),
			() => frappe.new_doc("Notice of Assignment", { company: frm.doc.company }),
		],
		credentials: requested
			? [__("Set the Stage"), write, () => frm.scroll_to_field("request_stage")]
			: [__("Request Credentials"), write, () => request_credentials(frm)],
		connection: connection_action(frm, admin),
		accounts: [
			__("Create Accounts"),
			write && frappe.model.can_create("Account"),
			() => create_accounts(frm),
		],
		documents: [__("List Documents"), write, () => frm.scroll_to_field("document_kinds")],
		opening: [
			__("Make Opening"),
			frappe.model.can_create("Factoring Adjustment"),
			() => frappe.new_doc("Factoring Adjustment", { company: frm.doc.company, purpose: "Opening" }),
		],
		rehearsal: [
			__("How to Rehearse"),
			true,
			() => rts_factoring.how_to_rehearse(frm, save_changes, set_password),
		],
		live: frm.doc.enabled
			? [__("Enter the Server"), admin, () => frm.scroll_to_field("host")]
			: [__("Enable"), write, () => frm.set_value("enabled", 1).then(() => frm.save())],
	};
}

function connection_action(frm, admin) {
	const { host, password, private_key_fingerprint } = frm.doc;
	if (!host) return [__("Enter the Server"), admin, () => frm.scroll_to_field("host")];
	if (!password && !private_key_fingerprint)
		return [__("Store the Password"), admin, () => set_password(frm)];
	return [__("Test Connection"), admin, () => test_connection(frm)];
}

function confirm_site(frm) {
	const e = frappe.utils.escape_html;
	const open = frm.doc.__onload?.open_batches || [];
	const batches = open.length
		? `<p>${__("These batches are not delivered as far as these books know: {0}. They go on: the app looks at the server first and sends no file again that lies there. If the factor takes files away at once, ask RTS what it has, and mark a batch that it has as delivered before you confirm.", [e(open.join(", "))])}</p>`
		: "";
	frappe.confirm(
		`<p>${e(frm.doc.__onload.site_problem)}</p>${batches}<p>${__("Is {0} the only site that is to work with the factor for {1}?", [e(window.location.host), e(frm.doc.company)])}</p>`,
		async () => {
			await rts_factoring.call_method(frm, "confirm_site");
			rts_factoring.renew(frm);
		}
	);
}

async function save_changes(frm) {
	if (frm.is_dirty()) await frm.save();
}

async function test_connection(frm) {
	await save_changes(frm);
	if (frm.doc.protocol !== "SFTP") return log_in(frm);
	const key = await rts_factoring.call_method(frm, "show_host_key");
	if (key.confirmed) return log_in(frm);
	const changed = key.pinned
		? `<div class="alert alert-danger">${__(
				"This key differs from the one that was confirmed before ({0}). Ask RTS by telephone whether it changed.",
				[frappe.utils.escape_html(key.pinned)]
			)}</div>`
		: "";
	const escaped = [key.host, key.type, key.fingerprint].map((text) => frappe.utils.escape_html(text));
	const dialog = new frappe.ui.Dialog({
		title: __("Is This the Right Server?"),
		fields: [
			{
				fieldtype: "HTML",
				options: `${changed}<p>${__("The server {0} shows this {1} key:", [escaped[0].bold(), escaped[1]])}</p>
					<p><code style="overflow-wrap: anywhere">${escaped[2]}</code></p>
					<p>${__("Compare it, character by character, with the key RTS gave you.")}</p>`,
			},
			{
				fieldtype: "Check",
				fieldname: "compared",
				label: __("I have compared it, and it is the same"),
				reqd: 1,
			},
		],
		primary_action_label: __("Confirm and Test"),
		async primary_action({ compared }) {
			if (!compared) return;
			dialog.hide();
			await rts_factoring.call_method(frm, "confirm_host_key", { fingerprint: key.fingerprint });
			await rts_factoring.renew(frm);
			log_in(frm);
		},
	});
	dialog.show();
}

async function log_in(frm) {
	const message = await rts_factoring.call_method(frm, "test_connection");
	if (!message) return;
	frappe.show_alert({
		message: __("Logged in. {0} files in {1}.", [
			message.files,
			frappe.utils.escape_html(message.folder || "/"),
		]),
		indicator: "green",
	});
	rts_factoring.renew(frm);
}

function set_password(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Password"),
		fields: [
			{
				fieldtype: "Password",
				fieldname: "password",
				label: __("Password"),
				description: __("Of {0} on {1}. Leave it empty to remove the stored one.", [
					frappe.utils.escape_html(frm.doc.username || "?"),
					frappe.utils.escape_html(frm.doc.host || "?"),
				]),
			},
		],
		primary_action_label: __("Store"),
		async primary_action({ password }) {
			await save_changes(frm);
			await frappe.xcall("rts_factoring.api.store_password", {
				company: frm.doc.name,
				password: password || "",
			});
			dialog.set_value("password", "");
			dialog.hide();
			rts_factoring.renew(frm);
		},
	});
	dialog.show();
}

function private_key(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Private Key"),
		fields: [
			{
				fieldtype: "HTML",
				options: frm.doc.private_key_fingerprint
					? __("A key is stored: {0}", [frappe.utils.escape_html(frm.doc.private_key_fingerprint)])
					: __("No key is stored."),
			},
			{
				fieldtype: "Text",
				fieldname: "key",
				label: __("Key"),
				reqd: 1,
				description: __(
					"OpenSSH or PEM; Ed25519, ECDSA or RSA. It is stored encrypted and never shown again."
				),
			},
			{ fieldtype: "Password", fieldname: "passphrase", label: __("Passphrase") },
		],
		primary_action_label: __("Store"),
		async primary_action({ key, passphrase }) {
			await save_changes(frm);
			await frappe.xcall("rts_factoring.api.store_private_key", {
				company: frm.doc.name,
				key,
				pwd: passphrase || "",
			});
			dialog.set_values({ key: "", passphrase: "" });
			dialog.hide();
			rts_factoring.renew(frm);
		},
	});
	if (frm.doc.private_key_fingerprint) {
		dialog.set_secondary_action_label(__("Remove"));
		dialog.set_secondary_action(async () => {
			await rts_factoring.call_method(frm, "remove_private_key");
			dialog.hide();
			rts_factoring.renew(frm);
		});
	}
	dialog.show();
}

async function create_accounts(frm) {
	await save_changes(frm);
	const made = await rts_factoring.call_method(frm, "create_accounts");
	const names = Object.values(made || {});
	frappe.show_alert({
		message: names.length
			? __("Created: {0}", [names.map(frappe.utils.escape_html).join(", ")])
			: __("No account was missing."),
		indicator: "green",
	});
	rts_factoring.renew(frm);
}

async function request_credentials(frm) {
	if (!frm.doc.representative_email) {
		frappe.msgprint(__("Enter the e-mail address of your RTS representative, and save."));
		return;
	}
	await save_changes(frm);
	frappe.confirm(
		__("Mail {0} and ask for the transfer credentials of {1}?", [
			frappe.utils.escape_html(frm.doc.representative_email),
			frappe.utils.escape_html(frm.doc.company),
		]),
		async () => {
			await rts_factoring.call_method(frm, "request_credentials");
			rts_factoring.renew(frm);
		}
	);
}
