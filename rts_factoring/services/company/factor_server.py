"""How the factor's server is reached: the one of the settings, or for a rehearsal a sandbox that lives as long as it is needed.

The sandbox listens on loopback, with a free port and a password of its own, in the process that asks. What it received stays in
the site's folder until the rehearsal is removed.
"""

from __future__ import annotations

import secrets
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import frappe
from frappe.utils import getdate

from rts_factoring.core.delivery import Connection
from rts_factoring.core.model import InvoiceState
from rts_factoring.sandbox.agreement import Agreement, Scenario
from rts_factoring.sandbox.factor import Factor
from rts_factoring.sandbox.server import SandboxServer
from rts_factoring.services.company import credentials, layouts, rehearsal_company, settings, site_binding

LOOPBACK = ("127.0.0.0/8",)
BOUGHT = (InvoiceState.FINANCED.value, InvoiceState.PARTLY_PAID.value)


@contextmanager
def reached(agreement, remote_folder: str | None = None) -> Iterator[Connection]:
	"""Where and how to log in, secrets included, while the block lasts. Raises DeliveryError on a site that may not reach the
	factor."""
	if not rehearsal_company.is_rehearsal(agreement.company):
		yield credentials.connection(agreement, remote_folder)
		return
	site_binding.require(agreement)
	password = secrets.token_urlsafe(24)
	with rehearsal_company.alone(patience=60):  # it is not removed meanwhile
		rehearsal_company.require_marked()
		with SandboxServer(
			rehearsal_company.folder(), username=agreement.username, password=password
		) as server:
			yield Connection(
				host=server.host,
				port=server.port,
				username=server.username,
				password=password,
				host_key_sha256=server.fingerprint,
				remote_folder=agreement.remote_folder if remote_folder is None else remote_folder,
				private_networks=LOOPBACK,
			)


def let_answer(agreement) -> None:
	"""Let the sandbox of a rehearsal buy what it received, and collect what these books have as bought; its reports then lie in the
	outbox. To be called while it is reached. Does nothing for a real factor. Raises FactoringError for a schedule that the sandbox cannot read."""
	if not rehearsal_company.is_rehearsal(agreement.company):
		return
	site_binding.require(agreement)
	factor = _factor(agreement)
	for archive in factor.inbox.glob("*.zip"):
		with suppress(zipfile.BadZipFile), zipfile.ZipFile(archive) as packed:
			packed.extractall(factor.inbox)
	today = getdate()
	for schedule in factor.new_schedules():
		factor.buy(schedule, today)
	posted = _posted(line.invoice_no for line in factor.bought)
	waiting = frozenset(line.invoice_no for line in factor.bought) - posted
	factor.scenario = Scenario(unpaid=waiting)
	factor.pay(agreement.client_number, today, today, today)


def _factor(agreement) -> Factor:
	return Factor(
		rehearsal_company.folder(),
		clients={agreement.client_number: agreement.company},
		layout=layouts.schedule_layout(agreement.schedule_layout),
		agreement=Agreement(settings.rate(agreement, "reserve"), settings.rate(agreement, "fee")),
	)


def _posted(numbers: Iterable[str]) -> frozenset[str]:
	"""Those of the invoices whose purchase is posted."""
	filters = {
		"company": rehearsal_company.COMPANY,
		"name": ("in", [*numbers, ""]),
		"factoring_status": ("in", BOUGHT),
	}
	return frozenset(frappe.get_all("Sales Invoice", filters=filters, pluck="name"))
