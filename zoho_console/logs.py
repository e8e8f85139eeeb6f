"""Logging: one rotating file, and a formatter that blanks secrets: those it was told of, and what looks like one."""

from __future__ import annotations

import base64
import logging
import logging.handlers
import re
from itertools import chain
from pathlib import Path
from urllib.parse import quote

BLANK = "[secret]"
SHORTEST = 8  # what is shorter is no secret of Zoho's, and would blank innocent words
MOST_HIDDEN = 100  # tokens are renewed all day; those long ended are forgotten
# Zoho's tokens and secrets by shape: `1000.<hex>.<hex>`, and values of telling names in URLs, forms and JSON.
_TOKEN = re.compile(r"\b1000\.[0-9a-zA-Z]{8,}(\.[0-9a-zA-Z]{8,})?")
_NAMED = re.compile(
    r"(?i)((?:access_token|refresh_token|client_secret|code|code_verifier|password|secret)"
    r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
)
_BEARER = re.compile(r"(?i)\b(Bearer|Zoho-oauthtoken)\s+[^\s\"',}]+")
_AUTHORITY = re.compile(r"(://[^/\s:@]*:)[^@\s/]+@")
# One for the whole program, as logging itself is: secrets, longest unused first, with all the ways they may be written.
_HIDDEN: dict[str, tuple[str, ...]] = {}


def hide(secret: str) -> None:
    """From now on this value is blanked wherever `redacted` meets it: plain, quoted for an address, or in base64."""
    if len(secret) < SHORTEST:
        return
    # Anew, so that a secret in use is the last to be forgotten.
    spelled = _HIDDEN.pop(secret, None) or tuple({secret, quote(secret, safe=""), *_in_base64(secret.encode())})
    _HIDDEN[secret] = spelled
    while len(_HIDDEN) > MOST_HIDDEN:
        _HIDDEN.pop(next(iter(_HIDDEN)), None)


def redacted(text: str) -> str:
    """`text` without any hidden value, and without what is shaped like a token, a secret or a password."""
    for spelling in sorted(chain.from_iterable(tuple(_HIDDEN.values())), key=len, reverse=True):
        text = text.replace(spelling, BLANK)
    text = _TOKEN.sub("[token]", text)
    text = _BEARER.sub(rf"\1 {BLANK}", text)
    text = _NAMED.sub(rf"\1{BLANK}", text)
    return _AUTHORITY.sub(rf"\1{BLANK}@", text)


class RedactingFormatter(logging.Formatter):
    """Formats, then blanks; so tracebacks and arguments are covered as well."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def set_up(home: Path, level: int = logging.INFO) -> None:
    """Send all logging to `home`/logs/console.log (1 MB, three files); httpx, which logs whole URLs, only warnings."""
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "console.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "aiohttp.access", "alembic", "qasync"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _in_base64(secret: bytes) -> list[str]:
    """What every base64 text that holds the secret contains, at each of the three places it can begin in a group."""
    found = []
    for before in range(3):
        text = base64.b64encode(bytes(before) + secret).decode().rstrip("=")
        first = (0, 2, 3)[before]  # signs that also depend on what stands before
        whole = (before + len(secret)) // 3 * 4  # the last group depends on what comes after
        found += [text[first:whole], text[first:whole].replace("+", "-").replace("/", "_")]
    return [one for one in found if len(one) >= SHORTEST]
