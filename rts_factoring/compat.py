"""The few places where Frappe 15 and 16 differ for the app."""

import frappe


def frappe_major() -> int:
	return int(frappe.__version__.split(".", 1)[0])


def desk_route(*parts: str) -> str:
	"""A desk path such as `/app/factoring-batch/FB-1` (v15) or `/desk/...` (v16)."""
	return "/".join(("/desk" if frappe_major() >= 16 else "/app", *parts))
