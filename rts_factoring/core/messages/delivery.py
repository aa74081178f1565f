"""What can go wrong while files travel to the factor and back."""

from __future__ import annotations

from .message import Message

DELIVERY: dict[str, Message] = {}
