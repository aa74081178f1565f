import frappe

from rts_factoring.services.common import help_pages

no_cache = 1
sitemap = 0


def get_context(context):
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = f"/login?redirect-to={help_pages.ROUTE}"
		raise frappe.Redirect
	page = frappe.form_dict.page or help_pages.FIRST
	context.update(
		{
			"page": page,
			"pages": help_pages.pages(),
			"address": help_pages.address,
			"html": help_pages.as_html(page),
		}
	)
	context.title = context.pages[page]
