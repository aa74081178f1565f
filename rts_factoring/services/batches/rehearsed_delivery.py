"""A rehearsed delivery: what the factor would receive by these settings, tried on a sandbox that the call starts and ends.

It runs within the request, takes a second or two, and writes nothing: no document, no file, no log. The sandbox listens on
loopback, with a password of its own, while the call lasts.
"""

import base64

from frappe.utils import getdate

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.reports.inspection import describe
from rts_factoring.sandbox.agreement import Agreement
from rts_factoring.sandbox.rehearsal import Client, Rehearsal, rehearse
from rts_factoring.services.batches.batch_files import ZIP_MODE
from rts_factoring.services.common.errors import core_errors_as_frappe, translate
from rts_factoring.services.company import layouts, settings
from rts_factoring.services.invoices import notices

SHOWN = 10  # lines of the schedule


def rehearse_delivery(doc) -> dict:
	"""Send an example batch with the layout, notice and document kinds of these settings; returns what the factor received, and
	its purchase report. Throws what a delivery would fail with."""
	with core_errors_as_frappe():
		client = _client(doc)
		return _shown(client, rehearse(client, getdate()))


def _client(doc) -> Client:
	layout = layouts.schedule_layout(doc.schedule_layout)
	kinds = [DocumentKind(row.kind) for row in doc.document_kinds] or [DocumentKind.POD]
	return Client(
		company=doc.company,
		client_number=doc.client_number or "",
		layout=layout,
		as_zip=layout.as_zip or doc.zip_mode == ZIP_MODE,
		notice=notices.in_force_today(doc.company),
		kinds=list(dict.fromkeys(kinds)),
		agreement=Agreement(settings.rate(doc, "reserve"), settings.rate(doc, "fee")),
	)


def _shown(client: Client, rehearsal: Rehearsal) -> dict:
	text = rehearsal.schedule.decode(client.layout.encoding).removeprefix("\ufeff")
	problem = rehearsal.problem
	return {
		"files": [
			{"name": file.name, "size": len(file.content), "whole": file.whole} for file in rehearsal.files
		],
		"schedule": text.splitlines()[:SHOWN],
		"packets": [
			{"name": name, "content": base64.b64encode(content).decode()}
			for name, content in rehearsal.packets.items()
		],
		"notice": client.notice.name if client.notice else "",
		"report": describe(rehearsal.report) if rehearsal.report else None,
		"problem": translate(problem.message) if problem else "",
	}
