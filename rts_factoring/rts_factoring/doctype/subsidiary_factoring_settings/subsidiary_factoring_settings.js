// The setup of one subsidiary: its checklist, whose steps have buttons, accounts, and the request for credentials.

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
			frm.add_custom_button(__("Test Connection"), () => rts_factoring.test_connection(frm));
			frm.add_custom_button(__("Password"), () => rts_factoring.set_password(frm), __("Set Up"));
		}
		if (frm.doc.protocol === "SFTP") {
			frm.add_custom_button(__("Private Key"), () => rts_factoring.set_private_key(frm), __("Set Up"));
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
			frm.add_custom_button(__("Confirm This Site"), () => rts_factoring.confirm_site(frm));
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
		rehearsal: [__("How to Rehearse"), true, () => rts_factoring.how_to_rehearse(frm)],
		live: frm.doc.enabled
			? [__("Enter the Server"), admin, () => frm.scroll_to_field("host")]
			: [__("Enable"), write, () => frm.set_value("enabled", 1).then(() => frm.save())],
	};
}

function connection_action(frm, admin) {
	const { host, password, private_key_fingerprint } = frm.doc;
	if (!host) return [__("Enter the Server"), admin, () => frm.scroll_to_field("host")];
	if (!password && !private_key_fingerprint)
		return [__("Store the Password"), admin, () => rts_factoring.set_password(frm)];
	return [__("Test Connection"), admin, () => rts_factoring.test_connection(frm)];
}

async function create_accounts(frm) {
	await rts_factoring.save_changes(frm);
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
	await rts_factoring.save_changes(frm);
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
