"""Sentences that can be said in another language stay the English text, with template and values at hand."""

import pytest

from rts_factoring.core.documents.limits import limited
from rts_factoring.core.errors import PaperworkError, Sentence, Text
from rts_factoring.core.messages import ERRORS


def test_a_sentence_is_its_english_text():
	said = Sentence("{0} of {1} is paid.", "5.00", "9.00")
	assert (
		said == "5.00 of 9.00 is paid."
		and said.template == "{0} of {1} is paid."
		and said.values == ("5.00", "9.00")
	)


def test_its_parts_make_it_again():
	said = Sentence("It is too large: {0}.", Sentence("it has {0} rows", "1,000"))
	made = Sentence.of_parts(said.parts())
	assert (made, made.template, made.values[0].template) == (said, said.template, "it has {0} rows")


def test_an_error_of_another_process_is_still_a_sentence():
	def fail(progress):
		count = Text("{much} too many", {"much": Text("by {n}", {"n": 7})})
		raise PaperworkError("too_complex.pages", where="a.pdf", count=count, most=500)

	with pytest.raises(PaperworkError) as caught:
		limited(fail, "b.pdf")
	error = caught.value
	assert (error.code, error.where) == ("too_complex", "a.pdf")
	assert error.message == "The PDF has by 7 too many pages. At most 500 are accepted."
	assert error.message.template == ERRORS["too_complex.pages"].text
	assert error.message.values["count"].values["much"].template == "by {n}"
	assert error.hint == ERRORS["too_complex.pages"].fix
