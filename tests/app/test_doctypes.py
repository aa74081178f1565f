"""The DocTypes as files: consistent, guarded by roles, and saying the same as the core."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.model import Event, InvoiceState, Outcome
from rts_factoring.core.reports.layout import AMOUNT_FIELDS, DATE_FIELDS, NOT_COUNTED, TEXT_FIELDS
from rts_factoring.core.schedule.layout import FIELDS

PACKAGE = Path(__file__).resolve().parents[2] / "rts_factoring"
FILES = sorted((PACKAGE / "rts_factoring" / "doctype").glob("*/*.json"))
DOCTYPES = {path: json.loads(path.read_text()) for path in FILES}
BY_NAME = {doctype["name"]: doctype for doctype in DOCTYPES.values()}
NO_VALUE = ("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Table")
SECRETS = ("password", "passphrase", "private_key", "username", "host", "insecure")
CHILDREN = [doctype["name"] for doctype in BY_NAME.values() if doctype.get("istable")]


def name_of(path: Path) -> str:
	return path.stem


def options(doctype: str, fieldname: str) -> list[str]:
	field = next(field for field in BY_NAME[doctype]["fields"] if field["fieldname"] == fieldname)
	return [option for option in field["options"].split("\n") if option]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_doctype_is_where_its_name_says(path):
	doctype = DOCTYPES[path]
	scrubbed = doctype["name"].lower().replace(" ", "_")
	assert path.stem == path.parent.name == scrubbed
	assert doctype["module"] == "RTS Factoring"
	controller = path.with_suffix(".py").read_text()
	assert f"class {doctype['name'].replace(' ', '')}(" in controller
	assert (path.parent / "__init__.py").exists()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_fields_are_listed_once_and_in_order(path):
	doctype = DOCTYPES[path]
	names = [field["fieldname"] for field in doctype["fields"]]
	assert names == doctype["field_order"]
	assert len(names) == len(set(names))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_links_and_tables_lead_somewhere(path):
	for field in DOCTYPES[path]["fields"]:
		if field["fieldtype"] in ("Link", "Table"):
			assert field.get("options"), field["fieldname"]
		if field["fieldtype"] == "Table":
			assert field["options"] in CHILDREN, field["fieldname"]
		if field["fieldtype"] not in NO_VALUE:
			assert field.get("label"), field["fieldname"]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_rights_name_our_roles_and_children_have_none(path):
	doctype = DOCTYPES[path]
	roles = {permission["role"] for permission in doctype["permissions"]}
	if doctype.get("istable"):
		assert not roles
		return
	assert {"Factoring User", "Factoring Manager"} <= roles
	for permission in doctype["permissions"]:
		assert permission["role"] not in ("All", "Guest", "Desk User")
		if permission["role"] == "Factoring User":
			assert not permission.get("submit") and not permission.get("cancel")
			assert not permission.get("permlevel")


def test_connection_and_secrets_are_the_system_managers():
	doctype = BY_NAME["Subsidiary Factoring Settings"]
	levels = {field["fieldname"]: field.get("permlevel", 0) for field in doctype["fields"]}
	assert all(levels[name] == 1 for name in SECRETS if name in levels)
	writers = {
		permission["role"]
		for permission in doctype["permissions"]
		if permission.get("permlevel") == 1 and permission.get("write")
	}
	assert writers == {"System Manager"}
	kinds = {field["fieldname"]: field["fieldtype"] for field in doctype["fields"]}
	assert kinds["password"] == kinds["passphrase"] == "Password"
	assert "private_key" not in kinds  # a field would drop its line ends, and show it to the form
	hosts = [field for field in doctype["fields"] if field["fieldname"] == "host"]
	assert not hosts[0].get("default")


def test_selects_offer_what_the_core_knows():
	assert options("Report Import Line", "outcome") == [outcome.value for outcome in Outcome]
	assert options("Report Import Line", "event_type") == [event.value for event in Event]
	assert set(options("Report Layout Header", "field")) == TEXT_FIELDS | DATE_FIELDS | AMOUNT_FIELDS | {
		NOT_COUNTED
	}
	assert options("Schedule Layout Column", "field") == list(FIELDS)
	kinds = [kind.value for kind in DocumentKind]
	assert options("Factoring Document", "kind") == options("Factoring Document Kind", "kind") == kinds


def test_custom_fields_offer_every_state():
	text = (PACKAGE / "custom_fields.py").read_text()
	assert "InvoiceState" in text and "Not Ready" not in text.split("description")[0]
	assert len(InvoiceState) == 10


def test_what_posts_and_what_logs_is_never_made_by_hand():
	for name in ("Report Import Line", "Factoring Ledger Entry", "Factoring Daily Total", "Factoring Log"):
		assert BY_NAME[name].get("in_create")
		for permission in BY_NAME[name]["permissions"]:
			assert not permission.get("write") and not permission.get("create"), (name, permission)


def test_controllers_state_the_types_of_their_fields():
	script = PACKAGE.parent / "scripts" / "write_type_blocks.py"
	done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
	assert done.returncode == 0, f"Run python3 scripts/write_type_blocks.py for:\n{done.stdout}{done.stderr}"


def test_a_batch_shows_an_invoice_number_of_erpnext_whole():
	"""ACC-SINV-2026-00001 does not fit two of the ten columns of a grid."""
	fields = BY_NAME["Factoring Batch Invoice"]["fields"]
	widths = {field["fieldname"]: field.get("columns", 0) for field in fields if field.get("in_list_view")}
	assert widths["sales_invoice"] >= 3 and sum(widths.values()) <= 10
