"""The sample reports, read by the command line as a user would, give what the expected files say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rts_factoring.cli import main
from tests.support.workbooks import COMPANY, FIXTURES

PURCHASES = {"purchase_clean": "A1", "purchase_mixed": "A2"}
NEEDS = {
	"purchase_clean": [],
	"payment_clean": ["purchase_clean"],
	"purchase_mixed": ["purchase_clean"],
	"payment_messy": ["purchase_clean", "payment_clean", "purchase_mixed"],
}
BAD = {
	name: code
	for name, code in json.loads((FIXTURES / "bad" / "expected.json").read_text()).items()
	if "/" not in name
}
SECONDS, MEGABYTES = 5, 500
LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
from rts_factoring.cli import main
status = main(sys.argv[1:])
peak = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
assert peak < {MEGABYTES} * 1024, f"{{peak}} kB"
sys.exit(status)
"""


def reconciled(capsys, names, policy, company=COMPANY):
	"""The JSON of each report in turn."""
	files = [
		f"{FIXTURES / name}.xlsx" + (f"@{PURCHASES[name]}" if name in PURCHASES else "") for name in names
	]
	options = [
		"--receivables",
		str(FIXTURES / "receivables.csv"),
		"--batches",
		str(FIXTURES / "batches.json"),
	]
	status = main(["reconcile", *options, "--company", company, "--policy", policy, "--json", *files])
	out = capsys.readouterr().out
	assert status == 0, out
	return [json.loads(line) for line in out.splitlines()]


def differing(expected: dict, found: dict) -> dict:
	return {key: (value, found.get(key)) for key, value in expected.items() if found.get(key) != value}


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
@pytest.mark.parametrize("name", NEEDS)
def test_every_expected_key_of_a_sample_report_is_found(capsys, name, policy):
	expected = json.loads((FIXTURES / f"{name}.expected.json").read_text())
	expected["postings"] = expected["postings"][policy]
	wanted = expected.pop("lines")
	said = {key: value for key, value in expected.items() if key not in ("note", "needs")}
	found = reconciled(capsys, [*NEEDS[name], name], policy)[-1]
	assert not differing(said, found)
	assert [line["row"] for line in found["lines"]] == [line["row"] for line in wanted]
	assert not [d for line, ours in zip(wanted, found["lines"], strict=True) if (d := differing(line, ours))]


@pytest.mark.parametrize("policy", ["borrowing", "sale"])
def test_a_report_given_twice_posts_nothing_the_second_time(capsys, policy):
	names = [*NEEDS["payment_messy"], "payment_messy"]
	found = reconciled(capsys, names + names, policy)
	for first, again in zip(found[: len(names)], found[len(names) :], strict=True):
		assert again["postings"] == {}
		posted = [line["row"] for line in first["lines"] if line["outcome"] == "matched"]
		assert [line["row"] for line in again["lines"] if line["outcome"] == "duplicate"] == posted


def test_the_report_of_another_subsidiary_is_refused_for_this_one(capsys):
	options = [
		"--receivables",
		str(FIXTURES / "receivables.csv"),
		"--batches",
		str(FIXTURES / "batches.json"),
	]
	report = f"{FIXTURES / 'payment_clean.xlsx'}"
	assert (
		main(
			[
				"reconcile",
				*options,
				"--company",
				"Bluebird Logistics Inc",
				"--policy",
				"sale",
				"--json",
				report,
			]
		)
		== 1
	)
	assert json.loads(capsys.readouterr().out)["error"]["code"] == "wrong_client"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gives_its_code_within_its_limits_and_writes_nothing(name, tmp_path):
	file = FIXTURES / "bad" / name
	command = [sys.executable, "-B", "-c", LIMITED, "inspect", "--json", str(file)]
	ran = subprocess.run(
		command,
		cwd=tmp_path,
		capture_output=True,
		text=True,
		timeout=60,
		env={"PYTHONPATH": _root(), "HOME": str(tmp_path)},
	)
	assert ran.returncode == 1, ran.stderr
	error = json.loads(ran.stdout)["error"]
	assert error["code"] == BAD[name]
	assert error["message"] and error["hint"] and name in error["where"]
	assert ran.stderr.count("\n") == 1, "one sentence for a person, no traceback"
	assert list(tmp_path.iterdir()) == []


def test_a_report_of_the_other_kind_is_refused(capsys):
	assert main(["inspect", "--json", "--kind", "payment", str(FIXTURES / "purchase_clean.xlsx")]) == 1
	assert json.loads(capsys.readouterr().out)["error"]["code"] == "wrong_kind"


@pytest.mark.parametrize("name", NEEDS)
def test_inspect_accounts_for_every_row(capsys, name):
	import openpyxl

	assert main(["inspect", "--json", str(FIXTURES / f"{name}.xlsx")]) == 0
	found = json.loads(capsys.readouterr().out)
	rows = [line["row"] for line in found["lines"]] + [total["row"] for total in found["totals"]]
	rows += found["title_rows"] + found["header_rows"]
	sheet = openpyxl.load_workbook(FIXTURES / f"{name}.xlsx").active
	filled = [row[0].row for row in sheet.iter_rows() if any(cell.value is not None for cell in row)]
	assert sorted(rows) == filled
	assert found["blank_rows"] == sheet.max_row - len(filled)


def _root() -> str:
	return str(Path(__file__).parents[3])
