"""What the services raise beside the core."""

from __future__ import annotations

from .message import Message

SERVICES: dict[str, Message] = {}
