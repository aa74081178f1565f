// A rehearsal lived through: the buttons that make and remove the example company, and on its forms the next step.

frappe.provide("rts_factoring");

// Frappe loads this file with each form and the list. Run it once.
if (!rts_factoring.guided) {
	const REHEARSAL = (method) =>
		`rts_factoring.rts_factoring.doctype.subsidiary_factoring_settings.subsidiary_factoring_settings.${method}`;

	rts_factoring.is_rehearsal = (company) => Boolean(company) && company === frappe.boot.factoring_rehearsal;

	rts_factoring.may_rehearse = () => frappe.user.has_role("System Manager");

	rts_factoring.start_rehearsal = function () {
		const manager = frappe.user.has_role("Factoring Manager")
			? ""
			: `<p>${__("To submit batch and reports you need the role Factoring Manager too.")}</p>`;
		const points = [
			__(
				"A company of its own, with accounts, two customers, three invoices with papers, a notice and settings."
			),
			__("Its factor is a sandbox on this site. Nothing is sent to RTS."),
			__(
				"You submit a batch, fetch and post both reports, and look at the tie-out: on the screens of every week."
			),
			__(
				"Remove Rehearsal takes all of it away again. Until then, figures over all companies include it."
			),
		];
		frappe.confirm(
			`<p>${__("Make an example company to rehearse with?")}</p>
			<ul class="pl-4">${points.map((point) => `<li>${point}</li>`).join("")}</ul>${manager}`,
			async () => {
				const { message: company } = await frappe.call({
					method: REHEARSAL("start_rehearsal"),
					type: "POST",
					freeze: true,
					freeze_message: __("Making the example company. This takes about ten seconds."),
				});
				frappe.boot.factoring_rehearsal = company;
				frappe.boot.factoring_companies = [...new Set([...frappe.boot.factoring_companies, company])];
				frappe.set_route("Form", "Subsidiary Factoring Settings", company);
			}
		);
	};

	rts_factoring.remove_rehearsal = function () {
		frappe.confirm(
			__(
				"Remove {0} with everything in it: its invoices, batches, reports, entries, files, accounts and customers? Other companies stay as they are.",
				[frappe.utils.escape_html(frappe.boot.factoring_rehearsal).bold()]
			),
			async () => {
				await frappe.call({
					method: REHEARSAL("remove_rehearsal"),
					type: "POST",
					freeze: true,
					freeze_message: __("Removing the rehearsal."),
				});
				frappe.boot.factoring_rehearsal = "";
				await frappe.set_route("List", "Subsidiary Factoring Settings");
				window.location.reload(); // the browser forgets what it kept of the company
			}
		);
	};

	// The button of a list or a form
	rts_factoring.add_rehearsal_button = function (page) {
		if (!rts_factoring.may_rehearse()) return;
		if (frappe.boot.factoring_rehearsal)
			page.add_inner_button(__("Remove Rehearsal"), () => rts_factoring.remove_rehearsal());
		else page.add_inner_button(__("Start Rehearsal"), () => rts_factoring.start_rehearsal());
	};

	// Steps in order: what is to be done, the button's label, and what it does

	function rehearsal_steps({ company, batch, purchase, payment }) {
		const open = (doctype, doc) => () => frappe.set_route("Form", doctype, doc.name);
		const fetch = () => fetch_reports();
		return {
			batch: [
				__("Make a batch with Get Queued Invoices, and save."),
				__("New Batch"),
				() => frappe.new_doc("Factoring Batch", { company }),
			],
			submit_batch: [
				__("Look at Show Packets and Preview Schedule. Then submit the batch."),
				__("Open the Batch"),
				batch && open("Factoring Batch", batch),
			],
			delivery: [
				__("The site sends the batch to its sandbox. You may leave the page."),
				__("Open the Batch"),
				batch && open("Factoring Batch", batch),
			],
			fetch_purchase: [__("Fetch the purchase report."), __("Fetch the Purchase Report"), fetch],
			post_purchase: [
				__("Look at the rows of the purchase report. Then submit it."),
				__("Open the Report"),
				purchase && open("Report Import", purchase),
			],
			fetch_payment: [__("Fetch the payment report."), __("Fetch the Payment Report"), fetch],
			post_payment: [
				__("Look at the rows of the payment report. Then submit it."),
				__("Open the Report"),
				payment && open("Report Import", payment),
			],
			tie_out: [
				__("Look at the tie-out. Then remove the rehearsal."),
				__("Open the Tie-out"),
				() => frappe.set_route("query-report", "Factoring Tie-out", { company }),
			],
		};
	}

	async function fetch_reports() {
		const before = await frappe.xcall(REHEARSAL("get_rehearsal"));
		await frappe.call({
			method: REHEARSAL("fetch_rehearsal_reports"),
			type: "POST",
			freeze: true,
			freeze_message: __("Fetching the report."),
		});
		const now = await frappe.xcall(REHEARSAL("get_rehearsal"));
		const report = before.step === "fetch_purchase" ? now.purchase : now.payment;
		if (report) frappe.set_route("Form", "Report Import", report.name);
		else frappe.msgprint(__("The sandbox has written no report yet. Try again in a minute."));
	}

	// The next step, as a box on top of a form of the rehearsal. On the settings all steps.

	async function guide(frm) {
		frm.layout.wrapper.find(".factoring-guide").remove();
		if (!rts_factoring.is_rehearsal(frm.doc.company)) return;
		const request = (frm.guide_requests = (frm.guide_requests || 0) + 1);
		const state = await frappe.xcall(REHEARSAL("get_rehearsal"));
		// nosemgrep: frappe-cur-frm-usage -- asks whether this form is still the one shown
		if (request !== frm.guide_requests || cur_frm !== frm || !state.company) return;
		const steps = rehearsal_steps(state);
		const all = frm.doctype === "Subsidiary Factoring Settings";
		const $box = $(`<div class="factoring-guide form-message blue" role="status">
			<div class="mb-1"><b>${__("Rehearsal")}</b>: ${__("nothing of it leaves this site.")}</div></div>`);
		if (all) $box.append(all_steps(steps, state.step));
		else $box.append(`<div class="factoring-next">${__("Next")}: ${steps[state.step][0]}</div>`);
		const here = [state.batch, state.purchase, state.payment].find((doc) => doc?.name === frm.doc.name);
		const [, label, act] = steps[state.step];
		const is_here = !all && (frm.is_new() || (here && /^(submit|post|delivery)/.test(state.step)));
		if (act && !is_here) button($box, label, act, "btn-primary");
		if (!all)
			button($box, __("All Steps"), () =>
				frappe.set_route("Form", "Subsidiary Factoring Settings", state.company)
			);
		else if (rts_factoring.may_rehearse())
			button($box, __("Remove Rehearsal"), () => rts_factoring.remove_rehearsal());
		frm.layout.wrapper.find(".factoring-guide").remove();
		frm.layout.wrapper.prepend($box);
	}

	function all_steps(steps, next) {
		const names = Object.keys(steps);
		const rows = names.map((name, at) => {
			const done = at < names.indexOf(next);
			const sign = done ? "✓" : name === next ? "→" : "○";
			const said = done ? __("done") : name === next ? __("next") : __("to do");
			const text = name === next ? steps[name][0].bold() : steps[name][0];
			return `<li class="mb-1" data-done="${done ? 1 : 0}"><span role="img" aria-label="${said}">${sign}</span> ${text}</li>`;
		});
		return `<ol class="list-unstyled mb-2">${rows.join("")}</ol>`;
	}

	function button($box, label, act, style = "btn-default") {
		$(`<button type="button" class="btn btn-xs ${style} mr-2 mt-1">${label}</button>`)
			.on("click", act)
			.appendTo($box);
	}

	rts_factoring.guided = ["Factoring Batch", "Report Import", "Subsidiary Factoring Settings"];
	for (const doctype of rts_factoring.guided) frappe.ui.form.on(doctype, { refresh: guide });
	const list = (frappe.listview_settings["Subsidiary Factoring Settings"] ||= {});
	list.primary_action = () => rts_factoring.set_up_company();
	list.onload = (listview) => rts_factoring.add_rehearsal_button(listview.page);
	list.refresh = (listview) => {
		// Frappe's label repeats the list's title, and there would be no room for the button beside it.
		if (listview.can_create) listview.page.set_primary_action(__("Set Up"), list.primary_action, "add");
	};
}
