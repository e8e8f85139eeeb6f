"""A lock in a file: one holder at a time, also within one process, and freed when its holder dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zoho_console.store.file_locks import FileLock


def test_two_holders_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")

    assert first.acquire()
    assert not second.acquire()
    assert not second.acquire(0.1)
    first.release()
    first.release()
    assert second.acquire()
    second.release()
    assert (tmp_path / "lock").exists()


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from zoho_console.store.file_locks import FileLock;"
        "print(FileLock(Path(sys.argv[1])).acquire(), flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lock")]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    lock = FileLock(tmp_path / "lock")

    assert holder.stdout is not None
    holder.stdout.readline()
    holder.kill()
    holder.communicate()
    assert lock.acquire(5)
    lock.release()


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="lock"):
        FileLock(tmp_path / "lock").acquire()
    assert not (tmp_path / "elsewhere").exists()
