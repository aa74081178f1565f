"""Why a report file, or a layout, is refused."""

from __future__ import annotations

from .message import Message

REPORTS: dict[str, Message] = {}
