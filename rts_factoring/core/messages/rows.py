"""Why a row of a report waits."""

from __future__ import annotations

from .message import Message

ROWS: dict[str, Message] = {}
