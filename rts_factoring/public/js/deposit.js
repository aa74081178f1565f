// The dialog that records the payout of an import at the bank: a new entry, or one that exists already.

frappe.provide("rts_factoring");

rts_factoring.record_deposit = async function (frm) {
	const expected = await frappe.xcall("rts_factoring.api.expected_deposit", {
		report_import: frm.doc.name,
	});
	const banks = { company: frm.doc.company, account_type: "Bank", is_group: 0 };
	const has_bank = await frappe.db.count("Account", { filters: banks, limit: 1 });
	const money = (amount) => format_currency(amount, frm.doc.currency);
	const is_new = "eval:!doc.entry";
	const dialog = new frappe.ui.Dialog({
		title: __("Record Deposit"),
		fields: [
			{
				fieldname: "announced",
				fieldtype: "HTML",
				options: `<p>${__("The import announces a payout of {0}. {1} of it is recorded.", [
					money(expected.payout),
					money(expected.recorded),
				])}</p>`,
			},
			{
				fieldname: "entry",
				fieldtype: "Select",
				label: __("Bank Entry"),
				options: rts_factoring.options([
					{ value: "", label: __("Make a new one") },
					...expected.entries.map((entry) => ({
						value: entry.journal_entry,
						label: __("{0} of {1}: {2} belongs to no import yet", [
							[entry.journal_entry, entry.reference].filter(Boolean).join(", "),
							frappe.datetime.str_to_user(entry.day),
							money(entry.left),
						]),
					})),
				]),
				hidden: !expected.entries.length,
				description: __("If the bank line is booked already, choose its entry."),
				onchange: () => set_amount(dialog, expected),
			},
			{
				fieldname: "others",
				fieldtype: "MultiCheck",
				label: __("Other Imports That the Same Deposit Pays in Full"),
				columns: 1,
				options: expected.others.map((other) => ({
					value: other.report_import,
					label: frappe.utils.escape_html(
						`${other.report_import}, ${frappe.datetime.str_to_user(other.day)}: ${money(other.left)}`
					),
				})),
				hidden: !expected.others.length,
				depends_on: is_new,
				on_change: () => set_amount(dialog, expected),
			},
			{
				fieldname: "bank_account",
				fieldtype: "Link",
				options: "Account",
				label: __("Bank Account"),
				depends_on: is_new,
				mandatory_depends_on: is_new,
				get_query: () => ({ filters: banks }),
				description: has_bank
					? ""
					: __("{0} has no account of the type Bank. Create one in its Chart of Accounts.", [
							frappe.utils.escape_html(frm.doc.company),
						]),
			},
			{
				fieldname: "amount",
				fieldtype: "Currency",
				options: "currency",
				label: __("Amount at the Bank"),
				default: expected.left,
				reqd: 1,
				description: __("Negative if you paid RTS"),
			},
			{ fieldname: "currency", fieldtype: "Data", default: frm.doc.currency, hidden: 1 },
			{
				fieldname: "day",
				fieldtype: "Date",
				label: __("Date"),
				default: frappe.datetime.get_today(),
				depends_on: is_new,
				mandatory_depends_on: is_new,
			},
			{
				fieldname: "reference",
				fieldtype: "Data",
				label: __("Bank Reference"),
				depends_on: is_new,
				description: __("As the bank statement has it, so that bank reconciliation finds the entry"),
			},
		],
		primary_action_label: __("Record"),
		primary_action: (values) => confirm_more(frm, dialog, expected, values),
	});
	dialog.show();
};

function chosen_others(dialog, expected) {
	const names = dialog.get_value("entry") ? [] : dialog.get_value("others") || [];
	return expected.others.filter((other) => names.includes(other.report_import));
}

// What the deposit comes to: what is left of this import and of the others, or of the chosen entry where that is less

function set_amount(dialog, expected) {
	const entry = expected.entries.find((found) => found.journal_entry === dialog.get_value("entry"));
	const sum = chosen_others(dialog, expected).reduce((total, other) => total + other.left, expected.left);
	const amount = entry && Math.abs(entry.left) < Math.abs(sum) ? entry.left : sum;
	dialog.set_df_property("amount", "label", entry ? __("Amount of This Import") : __("Amount at the Bank"));
	dialog.set_value("amount", flt(amount, 2));
}

async function confirm_more(frm, dialog, expected, values) {
	const others = chosen_others(dialog, expected);
	const own = flt(values.amount - others.reduce((total, other) => total + other.left, 0), 2);
	const low = Math.min(0, expected.left);
	const high = Math.max(0, expected.left);
	const more = own < low || own > high;
	if (more && !(await asks_for_more(frm, own, expected.left))) return;
	const { bank_account, amount, day, reference } = values;
	const made = values.entry
		? await rts_factoring.call_method(frm, "link_deposit", {
				journal_entry: values.entry,
				amount,
				allow_more: more,
			})
		: await rts_factoring.call_method(frm, "record_deposit", {
				...{ bank_account, amount, day, reference, allow_more: more },
				others: others.map((other) => other.report_import),
			});
	dialog.hide();
	if (made.difference) {
		frappe.show_alert({
			message: __("Differs from the expected payout by {0}", [
				format_currency(made.difference, frm.doc.currency),
			]),
			indicator: "orange",
		});
	}
	frappe.set_route("Form", "Journal Entry", made.journal_entry);
}

function asks_for_more(frm, own, left) {
	const money = (amount) => format_currency(amount, frm.doc.currency);
	return new Promise((resolve) =>
		frappe.confirm(
			__("{0} of this deposit would be for {1}, of which {2} is left. Record it anyway?", [
				money(own),
				frappe.utils.escape_html(frm.doc.name),
				money(left),
			]),
			() => resolve(true),
			() => resolve(false)
		)
	);
}
