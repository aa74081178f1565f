// {% include "rts_factoring/public/js/report_filters.js" %}

// What RTS owes us, what we may owe it, what comes in the next four weeks, and what its money costs

(() => {
	frappe.pages["factoring-position"].on_page_load = function (wrapper) {
		const page = frappe.ui.make_app_page({
			parent: wrapper,
			title: __("Factoring Position"),
			single_column: true,
		});
		const body = $(
			'<div class="factoring-position" style="padding: 0 var(--padding-md)"></div>'
		).appendTo(page.main);
		const company = page.add_field({
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: rts_factoring.default_company(),
			change() {
				rts_factoring.use_company(company.get_value());
				show(body, company.get_value());
			},
		});
		page.set_secondary_action(__("Refresh"), () => show(body, company.get_value()), "refresh");
		page.add_menu_item(__("Debtor Scorecard"), () => open_report("Debtor Scorecard"));
		page.add_menu_item(__("Reserve Statement"), () => open_report("Reserve Statement"));
		page.add_menu_item(__("Help"), () => window.open("/factoring-help/user-guide#factoring-position"));

		function open_report(name) {
			frappe.set_route("query-report", name, { company: company.get_value() });
		}

		wrapper.show_position = () => {
			const asked = frappe.route_options?.company;
			frappe.route_options = null;
			if (asked && asked !== company.get_value()) company.set_value(asked);
			else show(body, company.get_value());
		};
	};

	frappe.pages["factoring-position"].on_page_show = (wrapper) => wrapper.show_position();

	const escape = (text) => frappe.utils.escape_html(String(text ?? ""));

	async function show(body, company) {
		if (!company) {
			body.html(note(__("Choose a company.")));
			return;
		}
		const asked = (body.asked = {}); // a slow answer does not replace a later one
		const found = await frappe.xcall("rts_factoring.api.get_position", { company });
		if (body.asked !== asked) return;
		if (!found.is_set_up) {
			body.html(note(__("{0} is not set up for factoring.", [escape(company)])));
			return;
		}
		const ended = found.is_enabled
			? ""
			: note(__("Factoring is off for this company. What RTS has is still shown here."));
		body.html(ended + owed(found) + recourse(found) + expected(found) + costs(found));
	}

	const note = (text) => `<p class="text-muted" style="padding: var(--padding-md) 0">${text}</p>`;

	const section = (title, about, content) => `
		<section style="margin-bottom: var(--margin-xl)">
			<h4 style="margin-top: var(--margin-md)">${title}</h4>
			<p class="text-muted small">${about}</p>
			${content}
		</section>`;

	const table = (head, rows) => `
		<div class="table-responsive"><table class="table table-sm table-bordered" style="width: auto; min-width: min(100%, 30rem)">
			<thead><tr>${head.map((text, place) => cell("th", text, place > 0, 'scope="col"')).join("")}</tr></thead>
			<tbody>${rows.join("")}</tbody>
		</table></div>`;

	const cell = (tag, html, right, more = "") =>
		`<${tag} ${more} class="${right ? "text-right text-nowrap" : ""}">${html}</${tag}>`;

	const row = (label, cells, bold = false) =>
		`<tr ${bold ? 'style="font-weight: 600"' : ""}>${cell("th", label, false, `scope="row" style="font-weight: inherit; min-width: 9rem"`)}${cells
			.map((html) => cell("td", html, true))
			.join("")}</tr>`;

	const amount = (value, found) => (value ? format_currency(value, found.currency) : "–");
	const figure = (value, digits = 1) => (value === null ? "–" : format_number(value, null, digits));

	function owed(found) {
		const rows = found.owed.map((line) =>
			row(escape(line.label), [format_currency(line.amount, found.currency)], line.is_sum)
		);
		return section(
			__("What RTS Owes You"),
			__("The clearing account by what it is made of, and the reserve, as of today."),
			table([__("What"), __("Amount")], rows)
		);
	}

	function recourse(found) {
		const { has_recourse, days, rows, open, reserve } = found.recourse;
		let about = __(
			"The agreement is without recourse. RTS can charge back disputed invoices all the same."
		);
		if (has_recourse && days)
			about = __("RTS may ask you to buy back an invoice that is not paid after {0} days.", [days]);
		else if (has_recourse)
			about = __(
				"The agreement is with recourse. Enter Repurchase After (Days) in the settings to see when invoices come due."
			);
		const lines = rows.map((line) =>
			row(
				escape(line.label),
				[line.count, amount(line.amount, found)],
				line.key === "overdue" && line.count
			)
		);
		lines.push(
			row(
				__("Open with RTS"),
				[rows.reduce((sum, line) => sum + line.count, 0), amount(open, found)],
				true
			)
		);
		lines.push(row(__("Reserve held on these invoices"), ["", amount(reserve, found)]));
		return section(
			has_recourse ? __("What You May Owe RTS") : __("Open with RTS"),
			about,
			table([__("Buyback"), __("Invoices"), __("Amount")], lines)
		);
	}

	function expected(found) {
		const day = (text) => frappe.datetime.str_to_user(text);
		const head = [
			__("What"),
			__("Due"),
			...found.weeks.map(
				(week) => `${day(week.from)}<br><span class="text-muted">– ${day(week.to)}</span>`
			),
			__("Later"),
			__("No Date"),
			__("Total"),
		];
		const rows = found.expected.map((line) =>
			row(
				escape(line.label),
				[line.due, ...line.weeks, line.later, line.undated, line.total].map((value) =>
					amount(value, found)
				),
				line.key === "total"
			)
		);
		return section(
			__("What Comes in the Next Four Weeks"),
			__(
				"Payouts by the agreed rates on the day RTS usually buys; the reserve of an open invoice on the day its debtor usually pays. Due: announced, late, or held on paid invoices; negative where RTS took more from the reserve. No Date: nobody has paid yet."
			),
			table(head, rows)
		);
	}

	function costs(found) {
		const { rows, total } = found.costs;
		if (!rows.length)
			return section(__("What the Money Costs"), __("No debtor has paid an invoice yet."), "");
		const cells = (line) => [
			line.invoices,
			amount(line.fee, found),
			amount(line.advance, found),
			figure(line.days),
			figure(line.rate, 2),
		];
		const lines = rows.map((line) =>
			row(
				`<a href="${frappe.utils.get_form_link("Customer", line.customer)}">${escape(line.customer_name)}</a>`,
				cells(line)
			)
		);
		lines.push(row(__("All debtors"), cells(total), true));
		return section(
			__("What the Money Costs"),
			__(
				"Fees as simple interest a year: fee / (advance × days / 365). Of invoices bought in the last 365 days and paid. The advance is what RTS bought less the reserve."
			),
			table(
				[
					__("Debtor"),
					__("Paid Invoices"),
					__("Fees"),
					__("Advanced"),
					__("Days from Purchase"),
					__("Rate a Year (%)"),
				],
				lines
			)
		);
	}
})();
