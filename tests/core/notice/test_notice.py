from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rts_factoring.core.errors import NoticeError
from rts_factoring.core.model import WITH_FACTOR, InvoiceStanding, InvoiceState
from rts_factoring.core.notice.due import NoticeCase, in_force, is_due
from rts_factoring.core.notice.html_rendering import prepend_once, render_html
from rts_factoring.core.notice.notice import TEMPLATE_TEXT, Notice, NoticeValues
from rts_factoring.core.notice.remit_to import remit_conflict
from rts_factoring.core.notice.text import MAX_TEXT, parse, validate

FACTS = NoticeValues("Blue Ridge Freight LLC", "7788", "Acme & Sons <b>", "INV-1")
NOTICE = Notice("Blue Ridge Freight LLC", "Pay {invoice} to the factor.", name="NOA-1")


def html_of(text, remit_to="", facts=FACTS):
	return render_html(Notice("Co", text, remit_to, name="NOA-1"), facts)


def words(html):
	"""What a reader sees, and the tags that were used."""

	class Reader(HTMLParser):
		def __init__(self):
			super().__init__()
			self.text, self.tags, self.attributes, self.open = "", [], set(), []

		def handle_starttag(self, tag, attrs):
			self.tags.append(tag)
			self.attributes |= {name for name, _ in attrs}
			if tag == "br":
				self.text += "\n"
			else:
				self.open.append(tag)

		def handle_endtag(self, tag):
			assert self.open.pop() == tag, "tags must be closed in order"

		def handle_data(self, data):
			self.text += data

	reader = Reader()
	reader.feed(html)
	assert not reader.open
	return reader


class TestWhenItIsDue:
	def case(self, **changes):
		values = {"company_factored": True, "customer_factored": True, "invoice_factored": True}
		return NoticeCase(**(values | {"in_force": NOTICE} | changes))

	def test_due_on_a_factored_invoice_of_a_factored_customer_and_company(self):
		decision = is_due(self.case())
		assert (decision.due, decision.notice, decision.problem) == (True, NOTICE, None)

	@pytest.mark.parametrize("who", ["company", "customer", "invoice"])
	def test_not_due_if_any_of_the_three_is_not_factored(self, who):
		decision = is_due(self.case(**{f"{who}_factored": False}))
		assert (decision.due, decision.reason, decision.notice) == (False, f"{who}_not_factored", None)

	@pytest.mark.parametrize(
		("change", "reason"),
		[
			({"state": InvoiceState.DENIED}, "denied"),
			({"state": InvoiceState.CHARGED_BACK}, "bought_back"),
			({"state": InvoiceState.COMPLETED, "rest_is_ours": True}, "rest_is_ours"),
			({"standing": InvoiceStanding.RETURNED}, "returned"),
			({"standing": InvoiceStanding.CANCELLED}, "cancelled"),
		],
	)
	def test_not_due_once_the_invoice_is_ours_again_even_if_a_packet_was_made(self, change, reason):
		decision = is_due(self.case(frozen=NOTICE, **change))
		assert (decision.due, decision.reason) == (False, reason)

	@pytest.mark.parametrize("state", sorted(WITH_FACTOR))
	def test_a_credit_in_full_does_not_take_it_off_what_the_factor_holds(self, state):
		assert is_due(self.case(frozen=NOTICE, state=state, standing=InvoiceStanding.RETURNED)).due
		on_its_way = self.case(frozen=NOTICE, on_its_way=True, standing=InvoiceStanding.RETURNED)
		assert is_due(on_its_way).due
		assert not is_due(self.case(frozen=NOTICE, state=state, standing=InvoiceStanding.CANCELLED)).due

	@pytest.mark.parametrize(
		"state",
		[s for s in InvoiceState if s not in (InvoiceState.DENIED, InvoiceState.CHARGED_BACK)],
	)
	def test_due_in_every_other_state(self, state):
		assert is_due(self.case(state=state)).due

	def test_due_without_a_notice_in_force_is_an_error_that_says_what_to_set_up(self):
		decision = is_due(self.case(in_force=None))
		assert decision.due and decision.notice is None
		assert decision.problem.code == "notice_missing"
		assert "Notice of Assignment" in decision.problem.hint

	def test_an_invoice_older_than_the_first_notice_has_none_and_prints(self):
		decision = is_due(self.case(in_force=None, before_first=True))
		assert (decision.due, decision.reason, decision.problem) == (False, "before_first_notice", None)
		assert is_due(self.case(in_force=NOTICE, before_first=True)).due
		assert is_due(self.case(in_force=None, frozen=NOTICE, before_first=True)).due

	def test_the_version_of_the_packet_stays_when_a_newer_one_comes(self):
		newer = Notice("Blue Ridge Freight LLC", "New text", name="NOA-2")
		assert is_due(self.case(in_force=newer, frozen=NOTICE)).notice is NOTICE
		assert is_due(self.case(in_force=newer)).notice is newer


class TestWhichIsInForce:
	def notices(self):
		return [
			Notice("A", "old", language="en", valid_from=date(2025, 1, 1), name="1"),
			Notice("A", "new", language="en", valid_from=date(2026, 1, 1), name="2"),
			Notice("A", "nuevo", language="es", valid_from=date(2025, 6, 1), name="3"),
			Notice("B", "other", language="en", valid_from=date(2026, 5, 1), name="4"),
		]

	@pytest.mark.parametrize(
		("company", "language", "on", "text"),
		[
			("A", "en", date(2025, 12, 31), "old"),
			("A", "en", date(2026, 1, 1), "new"),
			("A", "es", date(2026, 3, 1), "nuevo"),
			("A", "es-MX", date(2026, 3, 1), "nuevo"),
			("A", "es_MX", date(2026, 3, 1), "nuevo"),
			("A", "es", date(2025, 2, 1), "old"),
			("A", "fr", date(2026, 3, 1), "new"),
			("B", "es", date(2026, 6, 1), "other"),
		],
	)
	def test_the_newest_valid_notice_of_the_company_nearest_in_language_is_in_force(
		self, company, language, on, text
	):
		assert in_force(self.notices(), company, language, on).text == text

	@pytest.mark.parametrize(("company", "on"), [("A", date(2024, 12, 31)), ("C", date(2026, 6, 1))])
	def test_no_notice_is_in_force_before_the_first_or_from_another_company(self, company, on):
		assert in_force(self.notices(), company, "en", on) is None


class TestText:
	def test_placeholders_are_filled_and_never_read_again(self):
		facts = NoticeValues("{customer}", "7", "<b>{invoice}</b> & {{ x }}", "I")
		read = words(html_of("{company} / {customer} / { Invoice } / {client_number}", facts=facts))
		assert read.text == "{customer} / <b>{invoice}</b> & {{ x }} / I / 7"
		assert "b" not in read.tags

	@pytest.mark.parametrize("name", ["amount", "company.name", "invoice!r", "customer:>9", "__class__"])
	def test_an_unknown_placeholder_is_refused_by_name(self, name):
		with pytest.raises(NoticeError) as caught:
			validate(Notice("Co", f"Pay {{{name}}} now"))
		assert caught.value.code == "unknown_placeholder"
		assert f"{{{name}}}" in caught.value.message

	@pytest.mark.parametrize(
		"code",
		[
			"{{ company }}",
			"{% for x in y %}{% endfor %}",
			"{# note #}",
			"{{company}}",
			"{{ frappe.db.sql('x') }}",
			"a { b } {} {1} }{",
		],
	)
	def test_template_code_is_text(self, code):
		html = html_of(f"before {code.replace('{ b }', '{ 2 }')} after")
		assert words(html).text == f"before {code.replace('{ b }', '{ 2 }')} after"
		assert "{" not in html and "}" not in html, "whoever renders the page next must not see template code"

	@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "<br>", "<br/>\n", "<BR />"])
	def test_line_breaks_are_kept(self, end):
		assert words(html_of(f"one{end}two")).text == "one\ntwo"

	def test_paragraphs_are_kept_apart(self):
		for text in ("<p>one</p>\n<p>two</p>", "one\n\n\n\ntwo", "<p>one<p>two"):
			html = html_of(text)
			assert html.count(">one</div><div") == 1 and html.count(">two</div>") == 1

	def test_harmless_markup_is_kept_without_its_attributes_and_closed(self):
		read = words(
			html_of('<b onclick="x()">bold</b> <em>em <u>both</em> <strong style="position:fixed">open')
		)
		assert read.text == "bold em both open"
		assert {"b", "i", "u"} <= set(read.tags)
		assert read.attributes == {"data-rts-notice", "style"}

	@pytest.mark.parametrize(
		"markup",
		[
			"<script>alert(1)</script>",
			'<img src="http://x/y.png">',
			'<a href="x">y</a>',
			"<style>*{}</style>".replace("{}", ""),
			"<body>",
			"<p-x>",
			"<br",
			"a < b > c & d",
			"<!-- x -->",
		],
	)
	def test_everything_else_is_shown_as_typed(self, markup):
		read = words(html_of(f"x {markup} y"))
		assert read.text == f"x {markup} y"
		assert set(read.tags) <= {"div", "b"}

	def test_entities_a_sanitiser_put_in_are_read_as_their_characters(self):
		assert words(html_of("Smith &amp; Sons &lt;x&gt;")).text == "Smith & Sons <x>"

	def test_characters_that_turn_the_reading_direction_are_left_out(self):
		assert words(html_of("pay \u202eyap\u202c us\x00")).text == "pay yap us"

	def test_remit_to_stands_under_its_heading(self):
		html = render_html(Notice("Co", "Text", "RTS\nPO Box 1", remit_label="Pagar a"), FACTS)
		assert words(html).text == "TextPagar a:\nRTS\nPO Box 1"

	@pytest.mark.parametrize("text", ["", " \n ", "<b></b>", "\u202e"])
	def test_an_empty_notice_is_refused(self, text):
		with pytest.raises(NoticeError) as caught:
			validate(Notice("Co", text))
		assert caught.value.code == "notice_empty"

	def test_a_text_over_the_limit_is_refused(self):
		with pytest.raises(NoticeError) as caught:
			validate(Notice("Co", "x" * (MAX_TEXT + 1)))
		assert caught.value.code == "notice_too_long"

	def test_the_shipped_template_is_valid_and_leaves_the_wording_to_the_factor(self):
		validate(Notice("Co", TEMPLATE_TEXT))
		assert "RTS" not in TEMPLATE_TEXT and "[" in TEMPLATE_TEXT
		assert "INV-1" in words(html_of(TEMPLATE_TEXT)).text

	@given(st.text(alphabet="ab{}<>/% \n&;#bipu\"'=", max_size=60))
	def test_any_text_gives_closed_inert_html_or_a_clear_refusal(self, text):
		try:
			html = html_of(text)
		except NoticeError as error:
			assert error.code == "unknown_placeholder"
			return
		assert set(words(html).tags) <= {"div", "b", "i", "u", "br"}
		assert words(html).attributes <= {"data-rts-notice", "style"}
		assert "{" not in html


class TestStandsOnce:
	stamp = render_html(NOTICE, FACTS)

	def test_the_notice_stands_before_the_body(self):
		assert prepend_once("<p>x</p>", self.stamp) == self.stamp + "<p>x</p>"

	def test_a_second_time_changes_nothing(self):
		once = prepend_once("<p>x</p>", self.stamp)
		assert prepend_once(once, self.stamp) == once

	@pytest.mark.parametrize(
		"hidden", ["<!-- {} -->", "<head>{}</head>", "<script>{}</script>", "<style>/* {} */</style>"]
	)
	def test_a_notice_that_nobody_sees_does_not_count(self, hidden):
		body = f"<p>Invoice</p>{hidden.format(self.stamp)}<p>Total</p>"
		assert prepend_once(body, self.stamp) == self.stamp + body
		seen_too = f"{body}<div>{self.stamp}</div>"
		assert prepend_once(seen_too, self.stamp) == seen_too

	def test_a_forged_mark_in_the_remarks_does_not_keep_the_notice_off(self):
		body = '<p data-rts-notice="1">x</p><div data-rts-notice="">'
		assert prepend_once(body, self.stamp).startswith(self.stamp)

	def test_the_notice_of_another_invoice_does_not_count(self):
		other = render_html(NOTICE, NoticeValues(invoice_no="INV-2"))
		assert prepend_once(other, self.stamp) == self.stamp + other


class TestRemitTo:
	notice = Notice(
		"Co", "This invoice of {company} is assigned.", "RTS Financial, Inc.\nP.O. Box 840267, Dallas"
	)

	def found(self, text, notice=None):
		return remit_conflict(text, notice or self.notice, FACTS)

	@pytest.mark.parametrize(
		"text",
		[
			"Please remit to: Blue Ridge Freight LLC, PO Box 9",
			"Make checks payable to Blue Ridge Freight",
			"PLEASE SEND ALL PAYMENTS TO\nBlue Ridge",
			"Remit-To: Blue Ridge Freight LLC",
			"REMITTANCE ADDRESS:\nBlue Ridge Freight LLC",
			"Remit To Address: Blue Ridge Freight",
			"Mail checks to Blue Ridge Freight LLC, PO Box 9",
			"Wire to: Blue Ridge Freight LLC, account 12345",
			"Remit to us: Blue Ridge Freight LLC",
			"Make payment to Blue Ridge",
			"Remit to: J.B. Blue Ridge",
			"Remit to: PO Box 9, Blue Ridge",
		],
	)
	def test_an_invoice_that_names_another_payee_under_a_label_contradicts(self, text):
		found = self.found(f"Freight 1,000.00\n{text}. Thanks.")
		assert "Blue Ridge" in found.passage and found.certain

	@pytest.mark.parametrize(
		"text", ["Payable to: Blue Ridge", "Pay to the order of Blue Ridge", "Payments to: Blue Ridge"]
	)
	def test_less_clear_words_name_a_payee_that_is_not_certain(self, text):
		found = self.found(text)
		assert "Blue Ridge" in found.passage and not found.certain

	def test_a_payee_under_a_label_comes_before_less_clear_words(self):
		assert self.found("Payable to: Some Driver\nRemit to: Blue Ridge").passage == "Remit to: Blue Ridge"

	@pytest.mark.parametrize(
		"text",
		[
			"Remit to: RTS Financial, PO Box 840267",
			"Remit to:\xa0RTS Financial",
			"Remit To Address: RTS Financial",
			"Remit to: c/o RTS Financial",
			"Remit to PO Box 840267, Dallas",
			"Remit payment to our factor RTS Financial",
			"Please remit payment to the factor named in the notice above.",
			"Remit to\nRTS Financial\nTotal",
			"Total due 1,000.00",
			"payable in 30 days",
			"Detention is payable to the driver",
			"Lumper paid to unloader; payable to broker upon receipt",
		],
	)
	def test_an_invoice_that_names_the_same_payee_or_none_does_not_contradict(self, text):
		assert self.found(text) is None

	def test_a_payee_ends_with_its_line(self):
		assert self.found("Remit to: RTS\nInvoice 1", Notice("Co", "Assigned.", "RTS")) is None

	def test_without_a_remit_to_the_text_of_the_notice_says_who_is_to_be_paid(self):
		for wording in (
			"Assigned by {company}. Remit payment to RTS Financial only.",
			"{company} sold it to RTS Financial.",
		):
			notice = Notice("Co", wording)
			assert self.found("Remit to RTS Financial, Dallas", notice) is None
			assert self.found("Remit to Blue Ridge Freight LLC", notice)


def test_parse_keeps_styles_per_run():
	(line,) = parse("a <b>b <i>c</i></b> d", FACTS)
	assert [(run.text, run.styles) for run in line] == [("a ", ""), ("b ", "b"), ("c", "bi"), (" d", "")]
