"""Why an invoice does not go to the factor."""

from __future__ import annotations

from .message import Message

READINESS: dict[str, Message] = {}
