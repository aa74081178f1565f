from rts_factoring.services.guard import CompanyDocument


class FactoringLog(CompanyDocument):
	pass
