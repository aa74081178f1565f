from rts_factoring.services.common.documents import CompanyDocument


class FactoringLog(CompanyDocument):
	pass
