"""The companies that factor and the user may see, one line each: what waits, what is with RTS, and what it costs."""

from frappe import _
from frappe.utils import escape_html, getdate

from rts_factoring.permissions import allowed_companies, require_company
from rts_factoring.rts_factoring.report import columns as col
from rts_factoring.services.views import by_company


def execute(filters=None):
	company = (filters or {}).get("company")
	companies = [require_company(company)] if company else allowed_companies()
	rows = by_company.rows(companies, getdate())
	return columns(), rows, None if rows else _nothing(company)


def _nothing(company: str | None) -> str:
	if not company:
		return _("No company is set up for factoring.")
	return _("{0} is not set up for factoring.").format(escape_html(company))


def columns() -> list[dict]:
	return [
		col.words("company", _("Company"), 160),
		col.money("queued", _("Queued"), 100),
		col.money("unanswered", _("Unanswered"), 100),
		col.money("financed", _("Open with RTS")),
		col.money("reserve", _("Reserve"), 100),
		col.money("fees", _("Fees This Month")),
		col.money("buyback", _("Buyback Due"), 100),
		col.count("waiting_rows", _("Waiting Rows")),
		col.currency(),
	]
