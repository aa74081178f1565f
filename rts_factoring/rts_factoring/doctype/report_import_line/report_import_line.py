from rts_factoring.services.common.documents import CompanyDocument
from rts_factoring.services.reports import report_import


class ReportImportLine(CompanyDocument):
	def validate(self):
		report_import.validate_line(self)

	def on_trash(self):
		report_import.on_trash_line(self)
