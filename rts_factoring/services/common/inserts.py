"""Many rows of one table in few statements."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import islice

import frappe

CHUNK = 2_000  # rows in one INSERT; a row has about 2 kB, a packet of the database 16 MB


def insert_many(doctype: str, fields: list[str], rows: Iterable[tuple]) -> None:
	"""Insert rows that have their name as the first field. Nothing is validated, and no hook runs.

	The driver escapes the values, but those that all rows of a statement share, which are more than half, are escaped once. Frappe's
	bulk_insert builds an object for every value, which takes most of the time of staging a large report (benchmarks/staging.py).
	"""
	columns = ", ".join(f"`{field}`" for field in fields)
	rows = iter(rows)
	while part := list(islice(rows, CHUNK)):
		by_column = list(zip(*part, strict=True))
		# The first is the name. Without a value for the driver a percent sign would stay written twice.
		shared = [False, *(values.count(values[0]) == len(part) for values in by_column[1:])]
		places = [
			_literal(values[0]) if same else "%s" for values, same in zip(by_column, shared, strict=True)
		]
		place = f"({', '.join(places)})"
		statement = f"insert into `tab{doctype}` ({columns}) values {', '.join([place] * len(part))}"  # nosec B608 # escaped
		varying = [values for values, same in zip(by_column, shared, strict=True) if not same]
		# nosemgrep: frappe-using-db-sql -- the text holds our own names and escaped values only
		frappe.db.sql(statement, [value for row in zip(*varying, strict=True) for value in row])


def _literal(value) -> str:
	"""A value as it stands in a statement that has other values beside it."""
	if value is None:
		return "null"
	return str(value) if isinstance(value, int | float | Decimal) else frappe.db.escape(str(value))
