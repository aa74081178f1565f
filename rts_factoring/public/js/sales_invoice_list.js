// The invoice list: a factoring column, bulk actions, and documents dropped onto a row.
(() => {
	const settings = (frappe.listview_settings["Sales Invoice"] =
		frappe.listview_settings["Sales Invoice"] || {});
	const erpnext_onload = settings.onload;

	settings.add_fields = [
		...(settings.add_fields || []),
		"factoring_status",
		"factoring_batch",
		"factoring_reasons",
	];
	settings.formatters = {
		...settings.formatters,
		factoring_status(value, df, doc) {
			if (!rts_factoring.STATUS[value]) return "";
			const [colour, sign] = rts_factoring.STATUS[value];
			const why = frappe.utils.escape_html(doc.factoring_reasons || __(value));
			return `<span class="indicator-pill no-indicator-dot ${colour} filterable ellipsis" title="${why}"
				data-filter="factoring_status,=,${value}"><span class="ellipsis">${sign} ${__(value)}</span></span>`;
		},
	};

	// A narrow screen has room for one indicator: both states stand in it
	const erpnext_indicator = settings.get_indicator;
	settings.get_indicator = function (doc) {
		const indicator = erpnext_indicator?.(doc);
		if (!indicator || !frappe.is_mobile() || !rts_factoring.STATUS[doc.factoring_status])
			return indicator;
		return [`${indicator[0]} · ${__(doc.factoring_status)}`, ...indicator.slice(1)];
	};

	// ... and the customer's name gives way to it
	const NARROW = `<style>@media (max-width: 767px) {
		.factoring-list .list-row .level-left { flex: 1 1 0; min-width: 0; }
		.factoring-list .list-row .level-right { flex: 0 0 auto; }
	}</style>`;

	settings.onload = function (list) {
		erpnext_onload?.(list);
		if (!frappe.user.has_role(["Factoring User", "Factoring Manager"])) return;
		show_column(list);
		$(list.page.wrapper).addClass("factoring-list").append(NARROW);
		if (!frappe.model.can_write("Sales Invoice")) return;
		bulk_actions(list);
		drop_papers(list);
	};

	function show_column(list) {
		const df = frappe.meta.get_docfield("Sales Invoice", "factoring_status");
		if (!df || !Array.isArray(list.columns)) return;
		list.columns = list.columns.filter((column) => column.df?.fieldname !== "factoring_status");
		const status = list.columns.findIndex((column) => column.type === "Status");
		list.columns.splice(status + 1 || 1, 0, { type: "Field", df: { ...df, label: "Factoring" } });
		list.render_header?.(true);
	}

	function bulk_actions(list) {
		const names = () => list.get_checked_items(true);
		list.page.add_actions_menu_item(
			__("Queue for Factoring"),
			() => in_bulk(list, "queue_invoices", names()),
			false
		);
		list.page.add_actions_menu_item(
			__("Take out of Factoring"),
			() => in_bulk(list, "unqueue_invoices", names()),
			false
		);
		if (!frappe.model.can_create("Factoring Batch")) return;
		list.page.add_actions_menu_item(
			__("Make Factoring Batch"),
			async () => {
				const { message } = await frappe.call({
					method: "rts_factoring.api.make_batch",
					args: { invoices: names() },
					freeze: true,
				});
				if (message) frappe.set_route("Form", "Factoring Batch", message);
			},
			false
		);
	}

	async function in_bulk(list, method, invoices) {
		const { message } = await frappe.call({
			method: `rts_factoring.api.${method}`,
			args: { invoices },
			freeze: true,
		});
		const e = frappe.utils.escape_html;
		const refused = message.refused.map((row) => `<li><b>${e(row.invoice)}</b>: ${e(row.reason)}</li>`);
		if (refused.length) {
			frappe.msgprint({
				title: __("{0} done, {1} refused", [message.done.length, refused.length]),
				message: `<ul>${refused.join("")}</ul>`,
				indicator: "orange",
			});
		} else {
			frappe.show_alert({
				message: __("{0} invoices done", [message.done.length]),
				indicator: "green",
			});
		}
		list.clear_checked_items?.();
		list.refresh();
	}

	// A file dropped on a row goes to that invoice. Elsewhere the invoice number in the file name decides.
	function drop_papers(list) {
		const $result = $(list.page.wrapper);
		$result.on("dragover", (event) => event.preventDefault());
		$result.on("drop", async (event) => {
			const files = [...(event.originalEvent.dataTransfer?.files || [])];
			if (!files.length) return;
			event.preventDefault();
			const row = $(event.target)
				.closest(".list-row-container")
				.find(".list-row-checkbox")
				.attr("data-name");
			const by_invoice = {};
			for (const file of files) {
				const name = row ? decodeURIComponent(row) : await invoice_for(file.name);
				if (name) (by_invoice[name] = by_invoice[name] || []).push(file);
			}
			for (const [name, its_files] of Object.entries(by_invoice))
				await rts_factoring.attach(name, its_files);
			list.refresh();
		});
	}

	// The invoice whose number is in the file name, on this page or not. A person chooses if there are several.
	async function invoice_for(file_name) {
		const parts = rts_factoring.possible_numbers(file_name);
		const invoices = await frappe.xcall("frappe.client.get_list", {
			doctype: "Sales Invoice",
			filters: { name: ["in", ["", ...parts]], docstatus: ["<", 2] },
			limit_page_length: 20,
		});
		const matches = rts_factoring.longest_only(invoices.map((doc) => doc.name));
		if (matches.length === 1) return matches[0];
		const e = frappe.utils.escape_html;
		if (matches.length) return chosen(file_name, matches);
		frappe.msgprint(
			__(
				"{0}: no invoice matches the file name. Drop the file on the row of its invoice, or put the invoice number into its name.",
				[e(file_name)]
			)
		);
	}

	function chosen(file_name, matches) {
		return new Promise((resolve) => {
			const dialog = new frappe.ui.Dialog({
				title: __("{0}: which invoice?", [frappe.utils.escape_html(file_name)]),
				fields: [
					{
						fieldname: "invoice",
						fieldtype: "Select",
						label: __("Invoice"),
						options: rts_factoring.options(["", ...matches]),
						reqd: 1,
					},
				],
				primary_action_label: __("Attach"),
				primary_action({ invoice }) {
					resolve(invoice);
					dialog.hide();
				},
				on_hide: () => resolve(null),
			});
			dialog.show();
		});
	}
})();
