from rts_factoring.services.invoices import customer_papers


def update_website_context(context):
	return customer_papers.show_on_portal(context)
