import frappe

from rts_factoring.services import manual

no_cache = 1
sitemap = 0


def get_context(context):
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = f"/login?redirect-to={manual.ROUTE}"
		raise frappe.Redirect
	page = frappe.form_dict.page or manual.FIRST
	context.update(
		{"page": page, "pages": manual.pages(), "address": manual.address, "html": manual.as_html(page)}
	)
	context.title = context.pages[page]
