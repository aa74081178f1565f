"""Every field the app adds to ERPNext's DocTypes; install, uninstall and the numbered patches use this one list."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from rts_factoring.core.model import InvoiceState
from rts_factoring.services.common import file_companies

METHODS = "\nFactoring\nDirect"


def custom_fields() -> dict[str, list[dict]]:
	"""DocType → its added fields, in the order of the form."""
	return {
		"Sales Invoice": _sales_invoice(),
		"Customer": _customer(),
		"Payment Entry": _payment_entry(),
		"File": [
			_field(
				file_companies.FIELD,
				"Link",
				"Company of the Document",
				insert_after="attached_to_name",
				options="Company",
				ignore_user_permissions=1,
				read_only=1,
				hidden=1,
				no_copy=1,
			)
		],
		"Journal Entry": _journal_entry(),
	}


def create() -> None:
	"""Add or update all fields; safe to run again."""
	create_custom_fields(custom_fields(), ignore_validate=True)


def delete() -> None:
	"""Remove all fields and their columns' data."""
	for doctype, fields in custom_fields().items():
		names = [field["fieldname"] for field in fields]
		frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": ("in", names)})
		frappe.db.delete("Property Setter", {"doc_type": doctype, "field_name": ("in", names)})
		columns = [name for name in names if name in frappe.db.get_table_columns(doctype)]
		if columns:
			drop_columns(f"tab{doctype}", columns)
		frappe.clear_cache(doctype=doctype)


def drop_columns(table: str, columns: list[str]) -> None:
	"""Drop columns and write the table anew. Without `force`, MariaDB keeps the room of each in the row, until one more install finds
	the row too large."""
	dropped = ", ".join(f"drop column `{name}`" for name in columns)
	# nosemgrep: frappe-using-db-sql -- the names are this file's own
	frappe.db.sql_ddl(f"alter table `{table}` {dropped}, force")


def _field(fieldname: str, fieldtype: str, label: str = "", **values) -> dict:
	return {
		"fieldname": fieldname,
		"fieldtype": fieldtype,
		"label": label,
		"module": "RTS Factoring",
	} | values


def _chain(fields: list[dict], after: str) -> list[dict]:
	"""Put each field after the one before it."""
	for field in fields:
		field["insert_after"] = after
		after = field["fieldname"]
	return fields


def _sales_invoice() -> list[dict]:
	states = "\n".join(["", *(state.value for state in InvoiceState)])
	ours = {"read_only": 1, "no_copy": 1, "print_hide": 1}
	fields = [
		_field("factoring_tab", "Tab Break", "Factoring"),
		_field(
			"factoring_method",
			"Select",
			"Invoicing Method",
			options=METHODS,
			allow_on_submit=1,
			print_hide=1,
			description="Empty: as the customer, else as the company's factoring settings say",
		),
		_field(
			"factoring_status",
			"Select",
			"Factoring Status",
			options=states,
			in_standard_filter=1,
			search_index=1,
			**ours,
		),
		_field("factoring_reasons", "Small Text", "Not Ready Because", **ours),
		_field("factoring_column", "Column Break"),
		_field("factoring_load_no", "Data", "Load Number", allow_on_submit=1, no_copy=1, print_hide=1),
		_field(
			"factoring_batch",
			"Link",
			"Factoring Batch",
			options="Factoring Batch",
			search_index=1,
			**ours,
		),
		_field("factoring_notice", "Link", "Notice Used", options="Notice of Assignment", **ours),
		_field("factoring_packet", "Link", "Packet", options="File", **ours),
		_field("factoring_packet_key", "Data", "Packet Key", hidden=1, **ours),
		*(
			_field(name, "Data", label, hidden=1, length=40, search_index=1, allow_on_submit=1, **ours)
			for name, label in (
				("factoring_number_key", "Number Key"),
				("factoring_po_key", "PO Key"),
				("factoring_load_key", "Load Key"),
			)
		),
		_field("factoring_documents_section", "Section Break", "Documents"),
		_field(
			"factoring_documents",
			"Table",
			"Documents",
			options="Factoring Document",
			allow_on_submit=1,
			no_copy=1,
			print_hide=1,
		),
	]
	return _chain(fields, _last_before("Sales Invoice", "connections_tab"))


def _journal_entry() -> list[dict]:
	ours = {"read_only": 1, "no_copy": 1, "print_hide": 1}
	fields = [
		_field(
			"factoring_report_import",
			"Link",
			"Report Import",
			options="Report Import",
			search_index=1,
			**ours,
		),
		_field(
			"factoring_adjustment",
			"Link",
			"Factoring Adjustment",
			options="Factoring Adjustment",
			search_index=1,
			**ours,
		),
		_field(
			"factoring_is_held",
			"Check",
			"Held for the Factor",
			default="0",
			depends_on="factoring_is_held",
			description="A debtor's payment of a factored invoice, kept until RTS takes it",
			**ours,
		),
		_field(
			"factoring_payouts",
			"Table",
			"Payouts",
			options="Factoring Payout",
			depends_on="eval:(doc.factoring_payouts || []).length",
			description="Whose payout this bank entry deposits. Filled by Record Deposit on a Report Import and Record Payment on a Factoring Adjustment",
			allow_on_submit=1,
			no_copy=1,
			print_hide=1,
		),
	]
	return _chain(fields, "user_remark")


def _payment_entry() -> list[dict]:
	fields = [
		_field(
			"factoring_is_ours",
			"Check",
			"Payment Is Ours",
			default="0",
			no_copy=1,
			print_hide=1,
			description="The invoice is with the factor, and the money is ours all the same",
		),
		_field(
			"factoring_ours_reason",
			"Small Text",
			"Reason It Is Ours",
			no_copy=1,
			print_hide=1,
			depends_on="factoring_is_ours",
			mandatory_depends_on="factoring_is_ours",
		),
	]
	return _chain(fields, "remarks")


def _customer() -> list[dict]:
	fields = [
		_field("factoring_section", "Section Break", "Factoring", collapsible=1),
		_field("factoring_method", "Select", "Invoicing Method", options=METHODS),
		_field(
			"factoring_excluded",
			"Check",
			"Excluded from Factoring",
			default="0",
			description="RTS does not buy this customer's invoices",
		),
		_field("factoring_column", "Column Break"),
		_field("factoring_debtor_name", "Data", "Name at the Factor", description="If it differs"),
		_field("factoring_debtor_code", "Data", "Code at the Factor"),
		_field("mc_number", "Data", "MC Number"),
		_field("dot_number", "Data", "DOT Number"),
		_field(
			"factoring_required_documents",
			"Table",
			"Documents Required for Factoring",
			options="Factoring Document Kind",
			description="Besides those of the company's factoring settings",
		),
	]
	return _chain(fields, "accounts")


def _last_before(doctype: str, fieldname: str) -> str:
	"""The standard field above `fieldname`; it differs between ERPNext versions."""
	names = frappe.get_all(
		"DocField",
		filters={"parent": doctype, "parenttype": "DocType"},
		fields=["fieldname"],
		order_by="idx",
		pluck="fieldname",
	)
	position = names.index(fieldname) if fieldname in names else 0
	return names[position - 1]
