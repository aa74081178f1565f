"""Old rows without their cells: recognised as before, shown from the file, and a killed job goes on where it stopped."""

import os
import signal
from pathlib import Path

import frappe
from frappe.utils import add_months, now_datetime, today

from rts_factoring.services.reports import compaction, report_lines, row_details
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.race_case import CUSTOMER, RaceCase

ROWS = (("R-1", "1", "11/05/2026", "Partial Payment", 400), ("R-2", "1", "11/05/2026", "Payment", 1000))


class TestCompaction(RaceCase):
	def setUp(self):
		super().setUp()
		self.paid = self.draft(*ROWS)
		self.paid.reload()
		self.paid.submit()
		factories.make_settings(ACME, cells_kept_months=12)
		self.addCleanup(factories.make_settings, ACME)
		self.age(self.paid, 13)
		self.save()

	def age(self, doc, months: int):
		doc.db_set("creation", add_months(now_datetime(), -months), update_modified=False)

	def stored(self, doc, *fields) -> list:
		return report_factories.lines(doc, "row_no", *fields)

	def cells(self, doc) -> list[bool]:
		return [bool(row.cells) for row in self.stored(doc, "cells")]

	def test_only_old_imports_in_which_nothing_waits_are_due_and_none_without_the_setting(self):
		self.assertEqual(compaction.due(ACME), [self.paid.name])
		self.assertEqual(compaction.due(BLUEBIRD), [])
		self.age(self.paid, 11)
		self.assertEqual(compaction.due(ACME), [])
		self.age(self.paid, 13)
		self.paid.db_set("waiting_count", 1)
		self.assertEqual(compaction.due(ACME), [])
		self.paid.db_set("waiting_count", 0)
		factories.make_settings(ACME, cells_kept_months=0)
		self.assertEqual(compaction.due(ACME), [])

	def test_rows_lose_their_cells_and_nothing_else(self):
		meta = frappe.get_meta("Report Import Line")
		kept = [field.fieldname for field in meta.fields if field.fieldname in meta.get_valid_columns()]
		kept.remove("cells")
		before, shown = self.stored(self.paid, *kept), self.details()
		self.assertEqual([cell["text"] for cell in shown][:2], ["R-1", CUSTOMER])
		compaction.compact_job(ACME)
		self.assertEqual(self.cells(self.paid), [False, False])
		self.assertEqual(self.cells(self.bought), [True, True])
		self.assertEqual(self.stored(self.paid, *kept), before)
		self.paid.reload()
		self.assertEqual(str(self.paid.cells_removed_on), today())
		self.assertEqual(compaction.due(ACME), [])
		self.assertEqual(self.details(), shown)

	def details(self) -> list[dict]:
		self.paid.reload()
		return row_details.details(self.paid, self.stored(self.paid)[0].row_no)["cells"]

	def test_a_row_without_cells_is_not_posted_again_and_can_be_undone(self):
		compaction.compact_job(ACME)
		again = self.draft(*ROWS, ("R-1", "2", "11/06/2026", "Partial Payment", 100))
		rows = report_factories.lines(again)
		self.assertEqual([row.outcome for row in rows], ["duplicate", "duplicate", "matched"])
		again.reload()
		again.submit()
		self.assertEqual((self.position().collected, self.position("R-2").collected), (500, 1000))
		again.cancel()
		self.paid.reload()
		self.paid.cancel()
		self.assertEqual((self.position().collected, self.position("R-2").collected), (0, 0))
		self.assert_books_agree()

	def test_an_import_whose_file_is_gone_or_was_changed_keeps_its_cells(self):
		file = frappe.get_doc("File", {"file_url": self.paid.file})
		path = Path(file.get_full_path())
		original = path.read_bytes()
		self.addCleanup(path.write_bytes, original)
		path.write_bytes(original + b"x")
		compaction.compact_job(ACME)
		path.unlink()
		compaction.compact_job(ACME)
		self.assertEqual(self.cells(self.paid), [True, True])
		self.assertEqual(compaction.due(ACME), [self.paid.name])

	def test_a_job_that_is_killed_between_two_portions_goes_on_where_it_stopped(self):
		portion, compaction.PORTION = compaction.PORTION, 1
		self.addCleanup(setattr, compaction, "PORTION", portion)

		def killed():
			remove = report_lines.remove_cells

			def remove_and_die(names, done=[]):  # noqa: B006 -- counts the portions
				if done:
					os.kill(os.getpid(), signal.SIGKILL)
				done.append(remove(names))

			report_lines.remove_cells = remove_and_die
			compaction.compact_job(ACME)

		os.waitpid(self.process(killed), 0)
		frappe.db.rollback()
		self.assertEqual(sorted(self.cells(self.paid)), [False, True])
		self.assertEqual(compaction.due(ACME), [self.paid.name])
		compaction.compact_job(ACME)
		self.assertEqual((self.cells(self.paid), compaction.due(ACME)), ([False, False], []))

	def test_the_daily_tasks_start_a_job_for_what_is_due(self):
		started = []
		enqueue, compaction.background.enqueue_once = (
			compaction.background.enqueue_once,
			lambda method, **options: started.append((method, options["company"])),
		)
		self.addCleanup(setattr, compaction.background, "enqueue_once", enqueue)
		for step in compaction.steps():
			step()
		self.assertEqual(started, [("rts_factoring.services.reports.compaction.compact_job", ACME)])
