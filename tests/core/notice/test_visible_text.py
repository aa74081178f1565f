"""What a reader may see of a printed page, however broken its tags are."""

import pytest

from rts_factoring.core.notice.visible_text import visible_text


@pytest.mark.parametrize(
	"page, text",
	[
		("<p>Remit to</p><b>RTS</b> Financial", "\nRemit to\nRTS Financial"),
		("a<br>b<br/>c", "a\nb\nc"),
		("<style>p { color: red }</style>seen", "seen"),
		("<HEAD><title>x</title></HEAD>seen", "seen"),
		("<script>if (a < b) pay()</script>seen<!-- not <b> this -->, and this", "seen, and this"),
		("Smith &amp; Sons &lt;x&gt;", "Smith & Sons <x>"),
		("seen <style>never closed", "seen "),
		("seen <!-- never closed", "seen "),
		("seen <b never closed", "seen "),
		("header <headline>is no head</headline>", "header is no head"),
		("İ<STYLE>x</STYLE>", "İx"),
		("", ""),
	],
)
def test_tags_and_what_they_hide_are_left_out(page, text):
	assert visible_text(page).split() == text.split()
	assert visible_text(page).count("\n") == text.count("\n") or "\n" not in text


@pytest.mark.parametrize("part", ["<style ", "<!--", "<script>", "<p", "< ", "</head", "<b>x"])
def test_a_page_of_a_million_broken_tags_is_read_in_one_pass(part):
	assert "seen" in visible_text("seen" + part * 200_000)
