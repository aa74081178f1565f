"""Two batches that RTS has, and a report of each that is to come by itself."""

from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.report_case import ReportCase


class InboxCase(ReportCase):
	"""RTS has two batches of an invoice each; it reports on them in two files."""

	def setUp(self):
		super().setUp()
		factories.make_invoices(["AF-10001", "AF-10002"])
		for batch, invoice in (("A1", "AF-10001"), ("A2", "AF-10002")):
			report_factories.sent_batch(batch, [invoice])
		self.report = report_factories.purchase_rows("A1", ("AF-10001", 2450, 73.5, 122.5))
		self.other = report_factories.purchase_rows("A2", ("AF-10002", 1875.5, 56.25, 93.75))
