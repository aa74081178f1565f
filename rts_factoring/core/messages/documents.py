"""Why a paper cannot go into an invoice's packet."""

from __future__ import annotations

from .message import Message

DOCUMENTS: dict[str, Message] = {}
