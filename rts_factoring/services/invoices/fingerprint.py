"""One hash of everything an invoice's print is made of. It changes when a new print would look different."""

import hashlib
import json

import frappe

from rts_factoring.core.notice.notice import Notice

# Fields that do not appear on the print.
_IGNORED = {
	*("modified", "modified_by", "creation", "owner", "idx", "docstatus", "status", "doctype"),
	*("outstanding_amount", "total_advance", "_user_tags", "_comments", "_assign", "_liked_by", "_seen"),
	*("dunning_level", "payment_url", "amended_from"),
}

PRINTED = ("Sales Invoice", "Sales Invoice Item", "Sales Taxes and Charges")
_SHOWN = (
	*("label", "fieldtype", "options", "hidden", "permlevel", "precision"),
	*("print_hide", "print_hide_if_no_value", "print_width", "width", "insert_after"),
)


def of_print(doc, print_format: str | None, language: str | None) -> str:
	"""Of the invoice's content and of everything it is printed with."""
	return _hash([_content(doc), language, of_format(doc, print_format)])


def of_format(doc, print_format: str | None) -> str:
	"""Of what every invoice's print depends on: print format, style, letter head, customised fields and settings."""
	print_format = print_format or doc.meta.default_print_format
	letter_head = doc.get("letter_head") or frappe.db.get_value("Letter Head", {"is_default": 1})
	settings = frappe.get_single("Print Settings")
	parts = [
		print_format,
		_modified("Print Format", print_format),
		letter_head,
		_modified("Letter Head", letter_head),
		_content(settings),
		_modified("Print Style", settings.print_style),
		_customised(),
		frappe.__version__.split(".")[0],
	]
	return _hash(parts)


def of_text(notice: Notice) -> str:
	return _hash([notice.text, notice.remit_to, notice.remit_label])


def _content(doc) -> dict:
	values = {}
	for key, value in doc.as_dict(convert_dates_to_str=True, no_nulls=True).items():
		if key in _IGNORED or key.startswith("factoring_"):
			continue
		if isinstance(value, list):
			value = [{k: v for k, v in row.items() if k not in _IGNORED} for row in value]
		values[key] = value
	return values


def _customised() -> list:
	"""Property setters and custom fields. Not the meta, because ERPNext changes it while it prints."""
	properties = frappe.get_all(
		"Property Setter",
		filters={"doc_type": ("in", PRINTED), "property": ("in", (*_SHOWN, "field_order"))},
		fields=["doc_type", "field_name", "row_name", "property", "value"],
		order_by="name",
	)
	fields = frappe.get_all(
		"Custom Field", filters={"dt": ("in", PRINTED)}, fields=["name", *_SHOWN], order_by="name"
	)
	return [properties, fields]


def _modified(doctype: str, name: str | None) -> str:
	return str(frappe.db.get_value(doctype, name, "modified")) if name else ""


def _hash(parts) -> str:
	return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
