"""Words for the person about something that happened: the one place where an error becomes a sentence."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass

from zoho_console.errors import (
    NotReachable,
    SignInNeeded,
    UnreadableAnswer,
    WrongClient,
    ZohoDatabaseError,
    ZohoError,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """One plain sentence with at most one remedy.

    `tone` is a colour token: good, warn or bad. `page` is where the remedy lives ("" if nowhere); `action` its label.
    `reference` is an id to quote, found in the log.
    """

    text: str
    advice: str = ""
    tone: str = "bad"
    action: str = ""
    page: str = ""
    reference: str = ""


def notice_for(error: Exception) -> Notice:
    """The words for an error; what nobody foresaw is logged whole under the reference that is shown."""
    if isinstance(error, ZohoError):
        if isinstance(error, SignInNeeded | WrongClient):
            return Notice(str(error), error.advice, action="Open connections", page="connections")
        if isinstance(error, NotReachable | ZohoDatabaseError | UnreadableAnswer):
            return Notice(str(error), error.advice, tone="warn")
        return Notice(str(error), error.advice)
    reference = uuid.uuid4().hex[:8]
    logger.error("unforeseen error %s", reference, exc_info=error)
    return Notice(
        "The console met a fault of its own; your data in Zoho was not touched by it.",
        "The log holds the details.",
        reference=reference,
    )
