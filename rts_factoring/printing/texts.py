"""Prints of the app's own DocTypes: Frappe's print formats take their texts for HTML."""

from frappe.utils import escape_html

TEXTS = ("Data", "Small Text", "Text", "Attach")


def before_print(doc, method=None, print_settings=None):
	"""Escape the texts of the document that is printed, and of its tables. It is not saved after this."""
	for row in (doc, *doc.get_all_children()):
		for field in row.meta.fields:
			value = row.get(field.fieldname)
			if not isinstance(value, str):
				continue
			if field.fieldtype in TEXTS:
				row.set(field.fieldname, escape_html(value))
			elif (
				field.fieldtype == "Code"
			):  # JSON; one of Frappe's two kinds of prints escapes it, the other does not
				row.set(field.fieldname, value.replace("<", "\\u003c"))
