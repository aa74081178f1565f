"""The points of a Factoring Close: what is done, and what is not with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import fmt_money, formatdate

from rts_factoring.core.model import ReportKind, Role
from rts_factoring.core.money import ZERO, money
from rts_factoring.services.accounting import ledger_sums, periods
from rts_factoring.services.company import settings
from rts_factoring.services.reports.report_lines import WAITING_OUTCOMES
from rts_factoring.services.views import completeness
from rts_factoring.services.views.close_figures import Month, money_of

SHOWN = 5  # of each kind in one point; the workbook has all


class Point(NamedTuple):
	key: str
	title: str
	is_done: bool
	detail: str
	report_import: str | None = None  # the statement of RTS that the point is about


def points(month: Month, close) -> list[Point]:
	"""Every point in the order in which they are worked off. `close` is the document, with what RTS states."""
	missing = completeness.find(month.company, month.last)
	steps: tuple[Callable[[], Point], ...] = (
		lambda: _reports(missing),
		lambda: _batches(missing),
		lambda: _waiting(month),
		lambda: _by_hand(month),
		lambda: _deposits(month, missing),
		lambda: _stated(month, ReportKind.RESERVE, close.rts_reserve, close.rts_reserve_source),
		lambda: _stated(month, ReportKind.OPEN_INVOICES, close.rts_open, close.rts_open_source),
		lambda: _tie_out(month),
		lambda: _others(month),
		lambda: _differences(month),
		lambda: _entries(close),
		lambda: _books(month),
	)
	return [step() for step in steps]


def _reports(missing: list[dict]) -> Point:
	kinds = (completeness.GAP, completeness.LATE, completeness.UNCOVERED)
	texts = [item["text"] for item in missing if item["kind"] in kinds]
	overlaps = [item["text"] for item in missing if item["kind"] == completeness.OVERLAP]
	return _point("reports", _("Payment reports cover the month"), texts, more=overlaps)


def _batches(missing: list[dict]) -> Point:
	texts = [item["text"] for item in missing if item["kind"] == completeness.NO_PURCHASE]
	return _point("batches", _("Every batch has its purchase report"), texts)


def _waiting(month: Month) -> Point:
	line, parent = frappe.qb.DocType("Report Import Line"), frappe.qb.DocType("Report Import")
	query = (
		frappe.qb.from_(line)
		.inner_join(parent)
		.on(parent.name == line.report_import)
		.where((line.company == month.company) & (line.posted == 0))
		.where((parent.docstatus < 2) & (line.date.isnull() | (line.date <= month.last)))
		.orderby(line.report_import)
		.orderby(line.row_no)
	)
	rows = query.where((parent.docstatus == 1) & line.outcome.isin(WAITING_OUTCOMES))
	texts = [
		_("{0}, row {1} waits for a decision").format(name, row)
		for name, row in rows.select(line.report_import, line.row_no).run()
	]
	drafts = query.where(parent.docstatus == 0).select(line.report_import).distinct().run()
	unsubmitted = [name for (name,) in drafts] + [row.name for row in month.adjustments if not row.docstatus]
	texts += [_("{0} is not submitted").format(name) for name in sorted(unsubmitted)]
	return _point("waiting", _("Every row of the reports is decided"), texts)


def _by_hand(month: Month) -> Point:
	"""Not open while each has a reason; who decided and why stands in the workbook, row by row."""
	by_person: dict[tuple[str, str], tuple[int, Decimal]] = {}
	for row in month.decided:
		key = (row.decided_by or "", row.resolution)
		count, amount = by_person.get(key, (0, ZERO))
		by_person[key] = (count + 1, amount + abs(money_of(row)))
	lines = [
		_("{0}: {1} rows over {2}, {3}").format(person, count, _money(month, amount), _(resolution))
		for (person, resolution), (count, amount) in sorted(by_person.items())
	]
	lines += [
		_("{0}: {1} ({2}), {3}").format(row.owner, row.name, _(row.purpose), row.reason)
		for row in month.adjustments
		if row.docstatus
	]
	silent = [
		_("{0}, row {1}: ignored by {2} without a reason").format(
			row.report_import, row.row_no, row.decided_by
		)
		for row in month.decided
		if row.resolution == "Ignored" and not (row.resolution_reason or "").strip()
	]
	return _point("by_hand", _("Ignored and hand-set rows have a reason"), silent, more=lines)


def _deposits(month: Month, missing: list[dict]) -> Point:
	late = [item["text"] for item in missing if item["kind"] == completeness.NO_DEPOSIT]
	found = month.clearing
	if found.unexplained:
		late.append(
			_("{0} on clearing belongs to no payout that RTS announced.").format(
				_money(month, found.unexplained)
			)
		)
	under_way = [
		_("{0} of {1}: {2} under way").format(row.source, formatdate(row.day), _money(month, row.left))
		for row in found.payouts
	]
	balance = _("Balance of clearing: {0}").format(_money(month, found.balance))
	return _point("deposits", _("Deposits are matched to clearing"), late, more=[balance, *under_way])


def _stated(month: Month, kind: ReportKind, typed, source: str | None) -> Point:
	"""What the books hold beside what RTS states: by the statement that was imported, else as a person typed it from a source."""
	key, column, title = {
		ReportKind.RESERVE: ("rts_reserve", "reserve", _("Reserve agrees with RTS's statement")),
		ReportKind.OPEN_INVOICES: ("rts_open", "open_change", _("Open invoices agree with RTS's aging")),
	}[kind]
	if found := _statement(month, kind):
		return _by_statement(month, found, column)._replace(key=key, title=title)
	ours = month.sums[column]
	if not (source or "").strip():
		text = _("Books: {0}. Enter what RTS states, and the statement it is from.")
		return Point(key, title, False, text.format(_money(month, ours)))
	difference = ours - money(typed or 0)
	text = _("Books: {0}. RTS: {1}, by {2}. Difference: {3}.").format(
		_money(month, ours), _money(month, typed or 0), source, _money(month, difference)
	)
	return Point(key, title, not difference, text)


def _statement(month: Month, kind: ReportKind):
	"""The statement of a kind that was compared as of the month's last day, or of the latest day before it in the month."""
	rows = frappe.get_all(
		"Report Import",
		filters={
			"company": month.company,
			"kind": kind.value.title(),
			"docstatus": 1,
			"status": "Compared",
			"as_of": ("between", [month.first, month.last]),
		},
		fields=["name", "as_of", "compared"],
		order_by="as_of desc, creation desc",
		limit=1,
	)
	return rows[0] if rows else None


def _by_statement(month: Month, statement, column: str) -> Point:
	"""The books are those of the statement's day, as they are now: what was posted since it was compared counts."""
	sums = ledger_sums.of_company(month.company, statement.as_of, only=(column,))
	ours, stated = sums[column], money(json.loads(statement.compared)["stated"])
	text = _("Books on {0}: {1}. RTS: {2}, by {3}. Difference: {4}.").format(
		formatdate(statement.as_of),
		_money(month, ours),
		_money(month, stated),
		statement.name,
		_money(month, ours - stated),
	)
	if statement.as_of < month.last:
		at_end = _("Books on {0}: {1}.").format(formatdate(month.last), _money(month, month.sums[column]))
		text = f"{text}\n{at_end}"
	return Point("", "", ours == stated, text, statement.name)


def _tie_out(month: Month) -> Point:
	wrong = [
		f"{row['role']}: {_money(month, row['difference'])} ({row['account']})"
		for row in month.tie_out
		if row["difference"]
	]
	return _point("tie_out", _("Ledger, journal and invoices agree"), wrong)


def _others(month: Month) -> Point:
	texts = [
		_("{0} {1} of {2}: {3} on {4}, by {5}").format(
			_(row.voucher_type),
			row.voucher_no,
			formatdate(row.posting_date),
			_money(month, money(row.debit) - money(row.credit)),
			row.account,
			row.owner,
		)
		for row in month.others
		if not row.is_deposit
	]
	return _point("others", _("Nobody else posted to control accounts"), texts)


def _differences(month: Month) -> Point:
	rows = [row for row in month.tie_out if row["account"] == _account(month, Role.DIFFERENCES)]
	balance = rows[0]["balance"] if rows else ZERO
	texts = [_("The account has a balance of {0}.").format(_money(month, balance))] if balance else []
	return _point("differences", _("The differences account is cleared"), texts)


def _account(month: Month, role: Role) -> str:
	return month.agreement.get(settings.ACCOUNT_FIELDS[role]) or "-"


def _entries(close) -> Point:
	names = [name for row in close.entries for name in (row.journal_entry, row.turned_back) if name]
	drafts = frappe.get_all(
		"Journal Entry", {"name": ("in", names or [""]), "docstatus": 0}, pluck="name", order_by="name"
	)
	texts = [_("{0} is still a draft").format(name) for name in drafts]
	offered = [_("{0}: not made").format(_(row.kind)) for row in close.entries if not row.journal_entry]
	return _point("entries", _("Period-end entries are submitted"), texts, more=offered)


def _books(month: Month) -> Point:
	until = periods.erpnext_closed_until(month.company, month.last)
	if until:
		text = _("ERPNext's books are closed up to {0}.").format(formatdate(until))
	else:
		text = _(
			"ERPNext's books are open on {0}. Close them when the period-end entries are submitted."
		).format(formatdate(month.last))
	return Point("books", _("ERPNext's own closing"), True, text)


def _point(key: str, title: str, problems: list[str], more: Iterable[str] = ()) -> Point:
	"""Done when there are no problems; `more` is told either way."""
	return Point(key, title, not problems, "\n".join((*_first(problems), *_first(list(more)))))


def _first(texts: list[str]) -> list[str]:
	rest = len(texts) - SHOWN
	return texts[:SHOWN] + ([_("and {0} more").format(rest)] if rest > 0 else [])


def _money(month: Month, amount) -> str:
	return fmt_money(amount, currency=month.agreement.currency)
