"""Why a notice of assignment cannot be used or printed."""

from __future__ import annotations

from .message import Message

NOTICES: dict[str, Message] = {}
