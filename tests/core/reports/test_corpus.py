"""One report in more than two hundred files, by as many writers and habits as there are: each is read, and gives the same rows."""

import time
from decimal import Decimal

import pytest

from rts_factoring.core.errors import FileRefused
from rts_factoring.core.reports.report import read_report
from tests.support.workbook_variants import EXPECTED, variants

SLOWEST = 5  # seconds of processor time for one small file


@pytest.fixture(scope="module")
def corpus():
	return variants()


def test_every_file_gives_the_same_rows(corpus):
	wrong = {}
	for name, (ending, content) in corpus.items():
		began = time.process_time()
		try:
			report = read_report(content, f"report.{ending}")
		except FileRefused as refusal:
			wrong[name] = f"refused: {refusal}"
			continue
		found = [(line.invoice_no, line.purchased, line.fee, line.reserve, line.net) for line in report.lines]
		expected = [(number, *map(Decimal, amounts)) for number, *amounts in EXPECTED]
		problems = [line.problems for line in report.lines if line.problems]
		if found != expected or problems or report.total_differences:
			wrong[name] = f"{found} {problems} {report.total_differences}"
		elif {line.debtor_name for line in report.lines} != {"Café Marlow, Co", "Ridgeline Foods"}:
			wrong[name] = f"{[line.debtor_name for line in report.lines]}"
		elif {str(line.date) for line in report.lines} != {"2026-11-03"}:
			wrong[name] = f"{[line.date for line in report.lines]}"
		if time.process_time() - began > SLOWEST:
			wrong[name] = "took too long"
	assert wrong == {}


def test_the_corpus_is_large(corpus):
	assert len(corpus) >= 200 and len({content for _ending, content in corpus.values()}) >= 200
