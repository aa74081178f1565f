"""What other systems and the app's own forms may call, as `rts_factoring.api.NAME`: docs/api.md has those for other systems.

Each function first checks the permission on the document itself. Forms ask by name, so a document that is old in the browser does
no harm.
"""

from rts_factoring.api.accounting import (
	download_close,
	find_repairs,
	get_card,
	get_closing_lines,
	get_opening_lines,
	get_opening_template,
	get_position,
	get_unknown_invoices,
	hold_for_factor,
	make_opening,
	preview_adjustment,
	repair_payments,
)
from rts_factoring.api.batches import (
	download_batch,
	get_batch_state,
	get_queued_invoices,
	make_batch,
	preview_schedule,
	send_now,
)
from rts_factoring.api.company import (
	get_checklist,
	get_notice_template,
	preview_notice,
	store_password,
	store_private_key,
)
from rts_factoring.api.invoices import (
	attach_document,
	attach_documents,
	get_document_warnings,
	get_invoice_overview,
	get_invoice_state,
	get_reasons,
	queue_invoice,
	queue_invoices,
	unqueue_invoice,
	unqueue_invoices,
)
from rts_factoring.api.reports import (
	expected_deposit,
	get_correction,
	get_report_columns,
	get_report_row,
	get_report_rows,
	get_teachable,
	import_received,
	preview_entries,
	save_report_columns,
	try_report_columns,
)
