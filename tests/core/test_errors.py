"""Texts that can be translated stay the English text, with template and values at hand."""

import pytest

from rts_factoring.core.documents.limits import limited
from rts_factoring.core.errors import DocumentError, Text
from rts_factoring.core.messages import ERRORS


def test_a_text_is_its_english_text():
	text = Text("{paid} of {amount} is paid.", {"paid": "5.00", "amount": "9.00"})
	assert (
		text == "5.00 of 9.00 is paid."
		and text.template == "{paid} of {amount} is paid."
		and text.values == {"paid": "5.00", "amount": "9.00"}
	)


def test_an_error_of_another_process_can_still_be_translated():
	def fail(progress):
		count = Text("{much} too many", {"much": Text("by {n}", {"n": 7})})
		raise DocumentError("too_complex.pages", where="a.pdf", count=count, most=500)

	with pytest.raises(DocumentError) as caught:
		limited(fail, "b.pdf")
	error = caught.value
	assert (error.code, error.where) == ("too_complex", "a.pdf")
	assert error.message == "The file has by 7 too many pages. At most 500 are accepted."
	assert error.message.template == ERRORS["too_complex.pages"].text
	assert error.message.values["count"].values["much"].template == "by {n}"
	assert error.hint == ERRORS["too_complex.pages"].fix
