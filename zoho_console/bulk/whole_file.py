"""A text file that is there whole, on the disk for good, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from zoho_console.errors import FileProblem

FOR_SPREADSHEETS = "utf-8-sig"  # UTF-8 with a mark, without which Excel takes a code page


@contextmanager
def whole_file(path: Path, encoding: str = FOR_SPREADSHEETS) -> Iterator[TextIO]:
    """A file to write; under its name it appears at the end, and only if nothing was raised within.

    Errors: FileProblem where the system refuses to open, flush or rename.
    """
    draft = path.with_name(f"{path.name}.part")
    try:
        with explained(path):
            file = draft.open("w", encoding=encoding, newline="")
        with file:
            yield file
            with explained(path):
                file.flush()
                os.fsync(file.fileno())
        with explained(path):
            draft.replace(path)
            _sync_folder(path.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """What the system refuses within becomes a FileProblem."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileProblem(
            f"The file cannot be written: {reason}.",
            path=path,
            advice="Close it in other programs, or choose another place.",
        ) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut; Windows knows no such thing and does so by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
