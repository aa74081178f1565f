"""Documents and packets of invoices, for tests."""

import frappe

from rts_factoring.tests.factories import FIXTURES

PAPERWORK = FIXTURES / "paperwork"


def upload(name: str, invoice: str = "", user: str = "") -> str:
	"""A private file as the upload dialog leaves it; its address."""
	content = next(path for path in PAPERWORK.rglob(name)).read_bytes()
	bad = (PAPERWORK / "bad" / name).exists()
	# Frappe refuses some broken files at upload; they still come by other ways, or break later on the disk.
	harmless = b"placeholder " + frappe.generate_hash().encode()
	file = frappe.get_doc({"doctype": "File", "file_name": name, "is_private": 1})
	file.content = harmless if bad else content
	if invoice:
		file.update({"attached_to_doctype": "Sales Invoice", "attached_to_name": invoice})
	file.flags.ignore_permissions = True
	if bad:
		file.file_name = name + ".txt"
	file.insert()
	if bad:
		file.db_set("file_name", name)
		with open(file.get_full_path(), "wb") as stream:
			stream.write(content)
	if user:
		file.db_set("owner", user)
	return file.file_url


def add_documents(invoice: str, *names: str, kind: str = "Proof of Delivery") -> None:
	doc = frappe.get_doc("Sales Invoice", invoice)
	for name in names:
		doc.append("factoring_documents", {"kind": kind, "file": upload(name, invoice)})
	doc.save()
	frappe.db.commit()


def packet_state(invoice: str):
	fields = ["factoring_status", "factoring_reasons", "factoring_packet", "factoring_notice"]
	return frappe.db.get_value("Sales Invoice", invoice, fields, as_dict=True)


def packet_content(invoice: str) -> bytes:
	return frappe.get_doc("File", packet_state(invoice).factoring_packet).get_content()


def print_count() -> int:
	return frappe.db.count("Access Log", {"method": "Print"})
