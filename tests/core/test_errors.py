"""Sentences that can be said in another language stay the English text, with template and values at hand."""

from rts_factoring.core.documents.limits import limited
from rts_factoring.core.errors import PaperworkError, Sentence


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
		raise PaperworkError("too_big", Sentence("This file has {0} pages.", 7), "Send less.", "a.pdf")

	try:
		limited(fail, "a.pdf")
	except PaperworkError as error:
		assert error.message.template == "This file has {0} pages." and error.hint == "Send less."
	else:
		raise AssertionError("nothing was raised")
