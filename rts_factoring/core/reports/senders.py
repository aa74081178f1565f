"""Who sent a report by e-mail: whether the address is one that a company expects, and what the receiving mail server found
when it checked that the mail comes from there (RFC 8601, Authentication-Results).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_COMMENT = re.compile(r"\([^()]*\)")
_METHODS = ("dmarc", "dkim", "spf")


@dataclass(frozen=True, slots=True)
class Authentication:
	"""The receiving server's verdict on a sender's address; `statement` is what it wrote, and empty when it wrote nothing."""

	confirmed: bool
	statement: str = ""


def is_listed(address: str, senders: Iterable[str]) -> bool:
	"""Whether an address is one of these addresses, or of one of these domains.

	>>> is_listed("Reports@RTSInc.com", ["rtsinc.com"]), is_listed("a@mail.rtsinc.com", ["rtsinc.com"])
	(True, False)
	"""
	address = address.strip().casefold()
	local, at, domain = address.rpartition("@")
	if not (local and at and domain):
		return False
	return any(sender in (address, domain) for sender in (text.strip().casefold() for text in senders))


def authentication(headers: Sequence[str], server: str, address: str) -> Authentication:
	"""What the mail server named `server` says of `address`. `headers` are the mail's Authentication-Results, topmost first:
	a server puts its own above all others, so only the first of its name counts, and those of other names never do."""
	for header in headers:
		name, results = _parse(header)
		if server and name.casefold() == server.strip().casefold():
			statement = "; ".join(" ".join(result) for result in results if _method(result) in _METHODS)
			return Authentication(_confirms(results, address), statement)
	return Authentication(False)


def _parse(header: str) -> tuple[str, list[list[str]]]:
	"""The server's name, and each result as words: `dkim=pass`, `header.d=rtsinc.com`."""
	text, before = header, ""
	while text != before:
		text, before = _COMMENT.sub(" ", text), text
	first, *results = text.replace('"', "").split(";")
	return (first.split() or [""])[0], [words for result in results if (words := result.split())]


def _confirms(results: list[list[str]], address: str) -> bool:
	domain = address.strip().casefold().rpartition("@")[2]
	verdicts = [_verdict(result) for result in results]
	if any(method == "dmarc" for method, _verdict_, _values in verdicts):
		return any(
			method == "dmarc" and verdict == "pass" and values.get("header.from") == domain
			for method, verdict, values in verdicts
		)
	return any(
		verdict == "pass"
		and (
			(
				method == "dkim"
				and _covers(values.get("header.d") or _domain(values.get("header.i", "")), domain)
			)
			or (method == "spf" and _domain(values.get("smtp.mailfrom", "")) == domain)
		)
		for method, verdict, values in verdicts
	)


def _verdict(result: list[str]) -> tuple[str, str, dict[str, str]]:
	values = dict(word.casefold().partition("=")[::2] for word in result[1:] if "=" in word)
	return _method(result), result[0].casefold().partition("=")[2], values


def _method(result: list[str]) -> str:
	return result[0].casefold().partition("=")[0].partition("/")[0]


def _domain(address: str) -> str:
	return address.rpartition("@")[2]


def _covers(signer: str, domain: str) -> bool:
	"""Whether a signature of this domain speaks for mails of the other: its own, or those of a domain under it."""
	return bool(domain) and (signer == domain or ("." in signer and domain.endswith(f".{signer}")))
