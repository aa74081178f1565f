from rts_factoring.services import imports
from rts_factoring.services.guard import CompanyDocument


class ReportImportLine(CompanyDocument):
	def validate(self):
		imports.validate_line(self)

	def on_trash(self):
		imports.on_trash_line(self)
