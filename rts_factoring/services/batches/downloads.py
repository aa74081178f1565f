"""The files of a batch for people, where the factor has no server or someone wants to see what was sent."""

import io
import zipfile

import frappe
from frappe import _

from rts_factoring.services.batches import batch_files
from rts_factoring.services.batches.batch_status import DOCTYPE
from rts_factoring.services.common.errors import core_errors_as_frappe


def of_batch(batch: str) -> tuple[str, bytes]:
	"""File name and content of one zip with every file of the batch, as they were or will be sent."""
	doc = frappe.get_doc(DOCTYPE, batch)
	if doc.docstatus == 0 or not doc.files:
		frappe.throw(
			_("The files of {0} are not made yet. Submit the batch, then wait until they are.").format(
				doc.name
			)
		)
	if len(doc.files) == 1:
		return doc.files[0].file_name, _content(doc, doc.files[0])
	target = io.BytesIO()
	with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
		for row in doc.files:
			archive.writestr(row.file_name, _content(doc, row))
	return f"{doc.name}.zip", target.getvalue()


def _content(doc, row) -> bytes:
	with core_errors_as_frappe():
		return batch_files.file_path(doc, row.file, row.file_name).read_bytes()
