"""The integration log: what was done on the factor's server, and the result. It never holds a secret."""

from time import monotonic

import frappe
from frappe.utils import now_datetime

from rts_factoring.core.errors import FactoringError


def latest_entry(action: str, company: str, **also):
	"""Status and message of the newest entry about this, or None."""
	entries = frappe.get_all(
		"Factoring Log",
		filters={"action": action, "company": company, **also},
		fields=["status", "message"],
		order_by="creation desc",
		limit=1,
	)
	return entries[0] if entries else None


class Attempt:
	"""One entry of the log. Its clock starts here; the caller saves it, in its own transaction."""

	def __init__(self, action: str, company: str | None, batch: str | None = None, number: int = 0):
		# None would become the site's default company
		self.values = {"action": action, "company": company or "", "batch": batch, "attempt": number}
		self._started_on, self._started = now_datetime(), monotonic()

	def succeeded(self, message: str = "", size: int = 0) -> None:
		"""Save it as a success; `size` in bytes."""
		self._save("Success", message, size)

	def failed(self, error: Exception) -> None:
		"""Save it with the error. Messages of the core hold no secret; those of other errors are not kept."""
		known = isinstance(error, FactoringError)
		self._save(
			"Retry" if getattr(error, "retry", not known) else "Failed",
			str(error) if known else f"{type(error).__name__}; see the Error Log.",
		)

	def refused(self, message: str) -> None:
		"""Save it as a failure that another attempt would not change."""
		self._save("Failed", message)

	def _save(self, status: str, message: str, size: int = 0) -> None:
		values = {"started_on": self._started_on, "duration": round(monotonic() - self._started, 3)}
		values |= {"status": status, "message": message, "bytes": size}
		frappe.get_doc({"doctype": "Factoring Log", **self.values, **values}).insert(ignore_permissions=True)
