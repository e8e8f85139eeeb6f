"""The marked family of secrets, and how to find one however it is written."""

from __future__ import annotations

import base64
import secrets
import threading
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from zoho_console.simulator.grants import TOKEN_MARK
from zoho_console.simulator.server import CLIENT_SECRET
from zoho_console.store.sealing import DesktopKey

# Every token and code of the stand-in holds the first, its programs' secret is the second.
FAMILY = (TOKEN_MARK, CLIENT_SECRET)
_SHORTEST_CORE = 8
# Files that hold secrets by design: an embedded database's password, what a person writes for a script of theirs, and
# what a test tells a connection pooler.
GIVEN = frozenset({"password", ".env", "pgbouncer.ini"})


def marked_key() -> str:
    """A desktop's key of the family: the mark, then chance."""
    mark = TOKEN_MARK.encode()
    return DesktopKey.from_text(base64.b64encode(mark + secrets.token_bytes(32 - len(mark))).decode()).text


def spellings(secret: str) -> dict[bytes, str]:
    """What stands in a file that holds the secret in some form, with the name of the form."""
    raw = secret.encode()
    found = {quote(secret, safe="").encode(): "in an address", raw: "plain"}
    for coded in (raw.hex(), raw.hex().upper()):
        found[coded.encode()] = "in hex"
    for order in ("utf-16-le", "utf-16-be"):
        found[secret.encode(order)] = "in UTF-16"
    for text in (raw, secret.encode("utf-16-le")):
        for before in range(3):
            # Without the signs that depend on what stands around it.
            core = base64.b64encode(bytes(before) + text)[(0, 2, 3)[before] : (before + len(text)) // 3 * 4]
            if len(core) >= _SHORTEST_CORE:
                found[core] = "in base64"
                found[core.replace(b"+", b"-").replace(b"/", b"_")] = "in base64"
    return {spelling: found[spelling] for spelling in sorted(found, key=len)}


# What reading an archive that was damaged on purpose may raise.
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error)


class Search:
    """Looks for the family in bytes and files; `leaks` counts what was found by place and form. Safe for threads."""

    def __init__(self, family: Iterable[str] = FAMILY) -> None:
        self.leaks: Counter[str] = Counter()
        self.looked_at: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._needles: dict[bytes, str] = {}
        self._seen: dict[Path, tuple[int, int]] = {}
        for secret in family:
            self.add(secret)

    def add(self, secret: str) -> None:
        """One more secret to look for."""
        self._needles = {**self._needles, **spellings(secret)}

    def data(self, kind: str, where: str, data: bytes | str) -> bool:
        """Look at bytes; whether any stands there."""
        looked = data.encode("utf-8", "replace") if isinstance(data, str) else data
        forms = {form for needle, form in self._needles.items() if needle in looked}
        with self._lock:
            self.looked_at[kind] += len(looked)
            for form in forms:
                self.leaks[f"{kind}: {where} ({form})"] += 1
        return bool(forms)

    def folder(self, kind: str, folder: Path, *, except_for: frozenset[str] = frozenset()) -> None:
        """Look at every file under a folder that is new or was written since the last look, and into archives."""
        for path in folder.rglob("*"):
            with suppress(OSError):  # gone meanwhile, or not a file one can read
                if path.name in except_for or path.is_symlink() or not path.is_file():
                    continue
                state = (path.stat().st_mtime_ns, path.stat().st_size)
                if self._seen.get(path) != state:
                    self._seen[path] = state
                    for part, data in _parts(path):
                        self.data(kind, f"{path.relative_to(folder)}{part}", data)


def _parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file's bytes, and those of each member if it is an archive."""
    yield "", path.read_bytes()
    if path.suffix in (".zip", ".xlsx"):
        with suppress(*_DAMAGED), zipfile.ZipFile(path) as archive:
            for one in archive.infolist():
                if one.file_size < 1 << 26:  # bombs of the tests are not unpacked
                    yield f"!{one.filename}", _unpacked(archive, one)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member; nothing of one that a test damaged."""
    with suppress(*_DAMAGED):
        return archive.read(member)
    return b""
