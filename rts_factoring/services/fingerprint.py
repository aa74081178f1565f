"""What an invoice's print is made of, as one hash: it changes when a new print would show something else."""

import hashlib
import json

import frappe

from rts_factoring.core.notice import Notice

# What changes without changing the paper, and what is ours.
_IGNORED = {
	*("modified", "modified_by", "creation", "owner", "idx", "docstatus", "status", "doctype"),
	*("outstanding_amount", "total_advance", "_user_tags", "_comments", "_assign", "_liked_by", "_seen"),
	*("dunning_level", "payment_url", "amended_from"),
}


def of_print(doc, print_format: str | None, language: str | None) -> str:
	"""Of the invoice's content and of everything it is printed with."""
	return _hash([_content(doc), language, of_format(doc, print_format)])


def of_format(doc, print_format: str | None) -> str:
	"""Of print format, letter head and settings of printing: what decides on the looks of any invoice."""
	print_format = print_format or doc.meta.default_print_format
	letter_head = doc.get("letter_head") or frappe.db.get_value("Letter Head", {"is_default": 1})
	parts = [
		print_format,
		_modified("Print Format", print_format),
		letter_head,
		_modified("Letter Head", letter_head),
		_content(frappe.get_single("Print Settings")),
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


def _modified(doctype: str, name: str | None) -> str:
	return str(frappe.db.get_value(doctype, name, "modified")) if name else ""


def _hash(parts) -> str:
	return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
