"""Parts of sentences: what fills a field of a message where a value alone would not do."""

from __future__ import annotations

DETAILS: dict[str, str] = {}
