"""Names of debtors, compared as people compare them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SUFFIXES = frozenset(("inc", "llc", "llp", "lp", "ltd", "co", "corp", "corporation", "company"))
_SUFFIXES |= {"incorporated", "limited", "sa", "the"}


@lru_cache(maxsize=8192)
def debtor_key(name: str) -> str:
	"""A debtor's name without punctuation and legal form: `T.J. Marlow Co., Inc.` and `TJ Marlow` are one."""
	folded = (
		unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold().replace(".", "").replace("'", "")
	)
	words = re.findall(r"[^\W_]+", "".join(c for c in folded if not unicodedata.combining(c)))
	return " ".join([word for word in words if word not in _SUFFIXES] or words)
