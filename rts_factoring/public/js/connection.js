// The connection to RTS's server: its host key, compared and confirmed by a person, a test login, password and private key.

frappe.provide("rts_factoring");

rts_factoring.confirm_site = function (frm) {
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
};

rts_factoring.save_changes = async function (frm) {
	if (frm.is_dirty()) await frm.save();
};

rts_factoring.test_connection = async function (frm) {
	await rts_factoring.save_changes(frm);
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
};

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

rts_factoring.set_password = function (frm) {
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
			await rts_factoring.save_changes(frm);
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
};

rts_factoring.set_private_key = function (frm) {
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
			await rts_factoring.save_changes(frm);
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
};
