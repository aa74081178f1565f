"""Every sentence the core says, by its code: what is wrong, and what to do. One module per subject; a translator reads these.

A code may have variants, written `code.variant`: the caller sees one code, the person the sentence that fits.
Fields in braces are filled with the values given when the error is raised.
"""

from __future__ import annotations

from .command_line import COMMAND_LINE
from .delivery import DELIVERY
from .details import DETAILS
from .documents import DOCUMENTS
from .message import Message
from .notices import NOTICES
from .postings import POSTINGS
from .quality import QUALITY
from .readiness import READINESS
from .reports import REPORTS
from .rows import ROWS
from .schedules import SCHEDULES
from .services import SERVICES

__all__ = ["DETAILS", "ERRORS", "QUALITY", "READINESS", "ROWS", "Message"]

ERRORS: dict[str, Message] = (
	REPORTS | POSTINGS | DOCUMENTS | NOTICES | SCHEDULES | DELIVERY | SERVICES | COMMAND_LINE
)
