"""Who may send reports by e-mail, and what the receiving mail server says of a sender."""

import pytest

from rts_factoring.core.reports.senders import authentication, is_listed

ADDRESS = "reports@rtsinc.com"


@pytest.mark.parametrize(
	("address", "listed"),
	[
		("reports@rtsinc.com", True),
		("REPORTS@RTSINC.COM ", True),
		("other@factor.example", True),
		("reports@factor.example.evil.com", False),
		("reports@sub.factor.example", False),
		("boss@rtsinc.com", False),
		("rtsinc.com", False),
		("@factor.example", False),
		("", False),
	],
)
def test_a_sender_is_allowed_by_address_or_by_exact_domain(address, listed):
	assert is_listed(address, ["reports@rtsinc.com", "Factor.example"]) is listed


@pytest.mark.parametrize(
	("results", "confirmed"),
	[
		("dmarc=pass header.from=rtsinc.com", True),
		("dmarc=pass (p=REJECT sp=NONE; dis=NONE) header.from=rtsinc.com", True),
		("dmarc=pass header.from=evil.com", False),
		("dmarc=pass", False),  # of which address is not said
		("dmarc=fail header.from=rtsinc.com; dkim=pass header.d=rtsinc.com", False),
		("dkim=pass header.d=rtsinc.com header.s=s1", True),
		("dkim=pass (2048-bit key) header.i=@rtsinc.com", True),
		("dkim=pass header.d=com", False),
		("dkim=pass header.d=evil.com", False),
		("dkim=fail header.d=rtsinc.com", False),
		("spf=pass smtp.mailfrom=bounce@rtsinc.com", True),
		("spf=pass smtp.mailfrom=bounce@evil.com", False),
		("spf=pass smtp.helo=rtsinc.com", False),
		("none", False),
		("dkim/1=pass header.d=rtsinc.com", True),
		('dkim=fail reason="dmarc=pass header.from=rtsinc.com" header.d=rtsinc.com', False),
		("dkim=fail (dmarc=pass) header.d=evil.com; iprev=pass", False),
	],
)
def test_a_sender_is_confirmed_by_a_check_of_its_own_domain(results, confirmed):
	assert authentication([f"mx.acme.com 1; {results}"], "mx.acme.com", ADDRESS).confirmed is confirmed


def test_only_the_topmost_header_of_the_named_server_counts():
	mine, fake = (
		"mx.acme.com; dmarc=fail header.from=rtsinc.com",
		"mx.acme.com; dmarc=pass header.from=rtsinc.com",
	)
	assert not authentication([mine, fake], "mx.acme.com", ADDRESS).confirmed
	assert not authentication(
		["mx.evil.com; dmarc=pass header.from=rtsinc.com"], "mx.acme.com", ADDRESS
	).confirmed
	assert not authentication([fake], "", ADDRESS).confirmed
	assert not authentication([], "mx.acme.com", ADDRESS).confirmed


def test_the_statement_repeats_the_checks_and_nothing_else():
	header = (
		"mx.acme.com; arc=none; spf=pass (ok) smtp.mailfrom=a@rtsinc.com;\n\tdkim=pass header.d=rtsinc.com"
	)
	found = authentication([header], "MX.acme.com", ADDRESS)
	assert found.statement == "spf=pass smtp.mailfrom=a@rtsinc.com; dkim=pass header.d=rtsinc.com"


def test_a_mail_of_a_domain_below_the_signer_is_confirmed():
	assert authentication(
		["mx.acme.com; dkim=pass header.d=rtsinc.com"], "mx.acme.com", "a@mail.rtsinc.com"
	).confirmed
