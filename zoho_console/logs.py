"""Logging: one rotating file, and a filter that blanks what looks like a token or a secret."""

from __future__ import annotations

import logging
import logging.handlers
import re
from pathlib import Path

# Zoho's tokens and secrets by shape: `1000.<hex>.<hex>`, and values of telling names in URLs, forms and JSON.
_TOKEN = re.compile(r"\b1000\.[0-9a-zA-Z]{8,}(\.[0-9a-zA-Z]{8,})?")
_NAMED = re.compile(
    r"(?i)((?:access_token|refresh_token|client_secret|code|code_verifier|password)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
)
_AUTHORITY = re.compile(r"(://[^/\s:@]+:)[^@\s/]+@")


def redacted(text: str) -> str:
    """`text` without anything shaped like a token, a secret or a password in an address."""
    text = _TOKEN.sub("[token]", text)
    text = _NAMED.sub(r"\1[secret]", text)
    return _AUTHORITY.sub(r"\1[secret]@", text)


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
