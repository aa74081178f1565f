"""Where the making of an invoice's packet is, for the forms that wait for it."""

from collections.abc import Collection

import frappe

KEPT = 15 * 60  # seconds; a job that died is forgotten then


def tell(invoice: str, file: str, at: int, count: int) -> None:
	"""The work is at this file, the `at`th of `count`."""
	frappe.cache.set_value(
		_key(invoice), {"invoice": invoice, "file": file, "at": at, "count": count}, expires_in_sec=KEPT
	)


def clear(invoice: str) -> None:
	frappe.cache.delete_value(_key(invoice))


def current(invoices: Collection[str]) -> list[dict]:
	"""The packets that are being made: `invoice`, `file`, `at` and `count`."""
	found = (frappe.cache.get_value(_key(invoice), expires=True) for invoice in invoices)
	return [one for one in found if one]


def _key(invoice: str) -> str:
	return f"factoring_packet_progress:{invoice}"
