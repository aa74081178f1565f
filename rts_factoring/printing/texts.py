"""Prints of the app's own DocTypes: Frappe's print formats take their texts for HTML."""

from frappe.utils import escape_html

TEXTS = ("Data", "Small Text", "Text", "Code", "Attach")


def before_print(doc, method=None, print_settings=None):
	"""Escape the texts of the document that is printed, and of its tables. It is not saved after this."""
	for row in (doc, *doc.get_all_children()):
		for field in row.meta.fields:
			value = row.get(field.fieldname)
			if field.fieldtype in TEXTS and isinstance(value, str):
				row.set(field.fieldname, escape_html(value))
