"""Why a schedule cannot be written."""

from __future__ import annotations

from .message import Message

SCHEDULES: dict[str, Message] = {}
