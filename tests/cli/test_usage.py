"""The command as a process: `inspect` and `reconcile`, what it refuses, and its exit status."""

import json
import re

import pytest

from tests.support.command_line import FIXTURES, command, refused


def reconcile(policy, *reports, company="Acme Freight LLC", batches=FIXTURES / "batches.json"):
	return command(
		*("reconcile", "--receivables", FIXTURES / "receivables.csv", "--batches", batches),
		*("--company", company, "--policy", policy, "--json", *reports),
	)


def given(name, expected):
	path = FIXTURES / f"{name}.xlsx"
	return f"{path}@{expected['batch']}" if "batch" in expected else str(path)


def test_a_report_is_reconciled_by_the_command_as_expected():
	expected = json.loads((FIXTURES / "purchase_clean.expected.json").read_text())
	found = reconcile("sale", f"{FIXTURES / 'purchase_clean.xlsx'}@A1").data
	assert found["postings"] == expected["postings"]["sale"]
	assert [line["invoice"] for line in found["lines"]] == [line["invoice"] for line in expected["lines"]]


def test_a_bad_report_is_refused_in_one_line_and_with_a_code():
	result = command("inspect", FIXTURES / "bad" / "truncated.xlsx", "--json")
	assert "truncated.xlsx" in refused(result)
	assert result.data["error"]["code"] == "not_xlsx"


def test_a_report_of_the_other_kind_is_refused():
	result = command("inspect", FIXTURES / "purchase_clean.xlsx", "--kind", "payment", "--json")
	refused(result)
	assert result.data["error"]["code"] == "wrong_kind"


def test_inspect_names_the_header_and_types_each_line():
	found = command("inspect", FIXTURES / "purchase_clean.xlsx", "--json").data
	assert (found["kind"], found["header_row"]) == ("purchase", 5)
	assert found["lines"][0]["invoice"] == "AF-10001" and found["lines"][0]["net"] == "2239.00"


def test_an_unknown_company_and_a_broken_batches_file_are_refused(tmp_path):
	report = f"{FIXTURES / 'purchase_clean.xlsx'}@A1"
	assert "Nobody Inc" in refused(reconcile("sale", report, company="Nobody Inc"))
	(tmp_path / "batches.json").write_text("[1, 2")
	assert "batches.json" in refused(reconcile("sale", report, batches=tmp_path / "batches.json"))


@pytest.mark.parametrize(
	"arguments",
	[
		(),
		("fly",),
		("inspect",),
		("reconcile", "x.xlsx"),
		("inspect", "x.xlsx", "--kind", "other"),
		("stamp", "in.pdf", "out.pdf"),
		("packet", "out.pdf"),
		("packet", "out.pdf", "in.pdf", "--max-mb", "big"),
		("probe",),
		("probe", "host:port"),
		("probe", "host", "--password", "secret"),
		("sandbox", "--port", "1"),
		("sandbox", "--port", "x", "--root", "y"),
		("sandbox", "--port", "0", "--root", "y", "--client", "104233"),
		("demo", "somewhere"),
	],
)
def test_wrong_usage_ends_with_status_2_and_changes_nothing(arguments, tmp_path):
	result = command(*arguments, cwd=tmp_path)
	assert result.status == 2
	assert result.error.startswith("usage: ")
	assert list(tmp_path.iterdir()) == []


def test_help_names_every_command():
	result = command("--help")
	assert result.status == 0
	for name in ("inspect", "reconcile", "stamp", "packet", "probe", "sandbox", "demo"):
		assert re.search(rf"^    {name}\b", result.out, re.MULTILINE), name


def test_a_missing_file_is_named():
	assert refused(command("inspect", "nowhere.xlsx")) == "nowhere.xlsx: there is no such file."
