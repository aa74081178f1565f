// The opening on the form of an adjustment: from which list its lines come, and what it leaves on Temporary Opening.

const OPENING_ROLES = {
	reserve: __("Reserve"),
	clearing: __("Payouts Still to Come"),
	advances: __("Open Invoices at RTS"),
	cash_advances: __("Cash Advances"),
};

frappe.ui.form.on("Factoring Adjustment", {
	setup(frm) {
		frm.set_query("account", "balances", () => ({
			filters: {
				company: frm.doc.company || "",
				is_group: 0,
				root_type: ["in", ["Asset", "Liability"]],
			},
		}));
	},

	refresh(frm) {
		const is_opening = frm.doc.purpose === "Opening";
		if (is_opening && frm.doc.docstatus === 0 && frm.perm[0]?.write) opening_buttons(frm);
		show_opening(frm);
	},

	purpose(frm) {
		frm.refresh();
	},
});

function opening_buttons(frm) {
	const get = __("Get Invoices");
	frm.add_custom_button(__("From ERPNext's Invoices"), () => choose_invoices(frm), get);
	frm.add_custom_button(
		__("From RTS's List of Open Invoices"),
		() => frappe.new_doc("Report Import", { kind: "Open Invoices", company: frm.doc.company }),
		get
	);
	frm.add_custom_button(
		__("Download an Empty List"),
		() => window.open("/api/method/rts_factoring.api.get_opening_template"),
		get
	);
}

function choose_invoices(frm) {
	if (!frm.doc.company) return frappe.msgprint(__("Choose a company first."));
	frappe.prompt(
		[
			{ fieldname: "customer", fieldtype: "Link", options: "Customer", label: __("Customer") },
			{ fieldname: "from_date", fieldtype: "Date", label: __("From Date") },
			{ fieldname: "to_date", fieldtype: "Date", label: __("To Date"), default: frm.doc.posting_date },
		],
		async (values) => {
			const lines = await frappe.xcall("rts_factoring.api.get_opening_lines", {
				company: frm.doc.company,
				...values,
			});
			const has = new Set((frm.doc.lines || []).map((row) => row.sales_invoice));
			const added = lines.filter((line) => !has.has(line.sales_invoice));
			frm.doc.lines = (frm.doc.lines || []).filter((row) => row.event || row.sales_invoice);
			for (const line of added) frm.add_child("lines", line);
			frm.refresh_field("lines");
			frm.dirty();
			frappe.show_alert({
				message: __("{0} invoices added. Remove those that are not at RTS.", [added.length]),
				indicator: added.length ? "green" : "orange",
			});
		},
		__("Outstanding Invoices"),
		__("Add")
	);
}

// What RTS says, what the books hold, and what stays on Temporary Opening; then the invoices that ERPNext does not have

async function show_opening(frm) {
	const $wrapper = frm.get_field("opening_compared").$wrapper;
	if (frm.doc.purpose !== "Opening" || frm.is_new() || frm.is_dirty() || frm.doc.docstatus !== 0) {
		$wrapper.empty();
		return;
	}
	const [{ balances }, unknown] = await Promise.all([
		frappe.xcall("rts_factoring.api.preview_adjustment", { adjustment: frm.doc.name }),
		frm.doc.report_import
			? frappe.xcall("rts_factoring.api.get_unknown_invoices", { report_import: frm.doc.report_import })
			: null,
	]);
	$wrapper.html(compared_balances(frm, balances || []) + missing_invoices(frm, unknown));
}

function compared_balances(frm, balances) {
	const money = (value) => `<td class="text-right">${format_currency(value, frm.doc.currency)}</td>`;
	const total = balances.reduce(
		(sum, { role, difference }) => sum + (role.endsWith("advances") ? -difference : difference),
		0
	);
	const rows = balances.map(
		({
			role,
			stated,
			held,
			difference,
		}) => `<tr data-role="${role}"><th scope="row">${OPENING_ROLES[role] || role}</th>
			${money(stated)}${money(held)}${money(difference)}</tr>`
	);
	const side = total < 0 ? __("debit") : __("credit");
	const rest = Math.abs(total) < 0.005;
	const text = rest
		? `<p class="text-success">${__("RTS and the books agree. Nothing stays on Temporary Opening.")}</p>`
		: `<p class="text-danger" data-rest>${__(
				"{0} stays on Temporary Opening ({1}). Look for its cause before you submit.",
				[format_currency(Math.abs(total), frm.doc.currency), side]
			)}</p>`;
	if (!rows.length) return "";
	return `<table class="table table-sm table-bordered small" data-opening><thead><tr><th></th>
		<th scope="col" class="text-right">${__("RTS")}</th><th scope="col" class="text-right">${__("Our Books")}</th>
		<th scope="col" class="text-right">${__("Difference")}</th></tr></thead><tbody>${rows.join("")}</tbody></table>${text}`;
}

function missing_invoices(frm, unknown) {
	if (!unknown?.count) return "";
	const e = frappe.utils.escape_html;
	const rows = unknown.rows.map(
		(row) => `<tr><td>${row.row}</td><td>${e(row.invoice || "")}</td><td>${e(row.debtor || "")}</td>
			<td class="text-right">${format_currency(row.open, frm.doc.currency)}</td></tr>`
	);
	const tool = `<a href="${frappe.utils.get_form_link("Opening Invoice Creation Tool", "Opening Invoice Creation Tool")}">${__(
		"Opening Invoice Creation Tool"
	)}</a>`;
	const more = unknown.count - unknown.rows.length;
	return `<h6>${__("{0} invoices of the list are not in ERPNext", [unknown.count])}</h6>
		<p>${__("Make them with ERPNext's {0}, under RTS's numbers. Then press Update Rows on the list and make the opening again.", [tool])}</p>
		<table class="table table-sm table-bordered small" data-unknown><thead><tr><th scope="col">${__("Row")}</th>
		<th scope="col">${__("Invoice")}</th><th scope="col">${__("Debtor")}</th><th scope="col" class="text-right">${__("Open")}</th>
		</tr></thead><tbody>${rows.join("")}</tbody></table>${more > 0 ? `<p class="text-muted small">${__("and {0} more", [more])}</p>` : ""}`;
}
