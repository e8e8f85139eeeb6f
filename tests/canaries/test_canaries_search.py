"""The search finds a planted secret in each place it looks at, so that finding none means something."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from tests.canaries.family import FAMILY, Search, marked_key
from tests.canaries.plugin import Listener, Processes, overhearing
from tests.canaries.whole import ROOT
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.store.database import Database
from zoho_console.store.sealing import DesktopKey


@pytest.fixture
def search() -> Search:
    """One of its own, with a secret that the suite's own search does not look for."""
    return Search([*FAMILY, PLANTED])


PLANTED = "canary-that-a-test-planted"
FORMS = {
    "plain": lambda secret: secret.encode(),
    "address": lambda secret: quote(f"code={secret}&", safe="").encode(),
    "hex": lambda secret: secret.encode().hex().encode(),
    "HEX": lambda secret: secret.encode().hex().upper().encode(),
    "little": lambda secret: secret.encode("utf-16-le"),
    "big": lambda secret: secret.encode("utf-16-be"),
    **{f"base64 {n}": lambda secret, n=n: base64.b64encode(b"x" * n + secret.encode() + b"after") for n in range(3)},
    **{f"url {n}": lambda secret, n=n: base64.urlsafe_b64encode(b"?" * n + secret.encode()) for n in range(3)},
    **{f"wide {n}": lambda secret, n=n: base64.b64encode(b"y" * n + secret.encode("utf-16-le")) for n in range(3)},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_however_it_is_written(search: Search, form: str) -> None:
    for secret in FAMILY:
        assert search.data("planted", form, b"before " + FORMS[form](secret) + b" after")
    assert not search.data("planted", form, b"1000.0123456789abcdef.0123456789abcdef zc1:c2VhbGVk")


def test_all_that_the_stand_in_gives_out_and_the_tests_own_key_are_of_the_family(search: Search) -> None:
    with Simulator(SimulatorOptions(accounts=1)) as simulator:
        answer = simulator.issue_grant()
    for secret in (answer["access_token"], answer["refresh_token"], simulator.client_secret, marked_key()):
        assert search.data("planted", "a secret", f"it is {secret}, said the log")
    assert DesktopKey.from_text(marked_key()).public != DesktopKey.from_text(marked_key()).public


def test_it_is_found_in_files_and_archives_and_again_only_if_they_were_written_again(
    search: Search, tmp_path: Path
) -> None:
    folder = tmp_path / "searched"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "crash.txt").write_text(f"Traceback: {PLANTED}")
    with zipfile.ZipFile(folder / "support.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.txt", "x" * 500 + PLANTED)
    (folder / "password").write_text(PLANTED)
    for _ in range(2):
        search.folder("files", folder, except_for=frozenset({"password"}))
    assert search.leaks == {"files: deep/crash.txt (plain)": 1, "files: support.zip!log.txt (plain)": 1}


def test_a_damaged_archive_does_not_end_the_search(search: Search, tmp_path: Path) -> None:
    folder = tmp_path / "searched"
    folder.mkdir()
    whole = folder / "a-damaged.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("first.txt", bytes(range(256)) * 40)
        archive.writestr("second.txt", "y" * 300 + PLANTED)
    content = bytearray(whole.read_bytes())
    content[60:90] = b"\xff" * 30  # in the first member's data
    whole.write_bytes(content)
    (folder / "cut.zip").write_bytes(content[: len(content) // 2])
    search.folder("files", folder)
    assert search.leaks == {"files: a-damaged.zip!second.txt (plain)": 1}


def test_it_is_found_in_the_data_and_the_write_ahead_log_of_a_real_database(
    search: Search, database: Database, open_folder: Path
) -> None:
    with database.begin() as connection:
        connection.execute(text("create table planted (secret text)"))
        connection.execute(text("insert into planted values (:secret)"), {"secret": PLANTED})
    with database.session() as connection:
        connection.execute(text("checkpoint"))
    search.folder("database", open_folder)
    assert any("/pg_wal/" in where for where in search.leaks)
    assert any("/base/" in where for where in search.leaks)


def test_it_is_found_in_a_log_record_that_redaction_did_not_know(search: Search) -> None:
    listener = Listener(search)
    for text_ in (f"half a token: {FAMILY[0]}", f"whole: 1000.{FAMILY[0]}00112233.{FAMILY[0]}00112233"):
        listener.emit(logging.LogRecord("planted", logging.DEBUG, "", 1, text_, None, None))
    assert search.leaks == {"log: planted:1 (plain)": 1}  # the whole one was blanked


def test_it_is_found_in_what_children_say_and_on_their_command_line(search: Search) -> None:
    code = f"import sys; print({PLANTED!r}); sys.stderr.write({PLANTED!r}); sys.stdout.flush(); sys.stdin.read()"
    child = overhearing(search)(
        [sys.executable, "-c", code, "-m", "zoho_console"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    Processes(search).look()
    child.communicate(b"")
    assert {where.split(":")[0] for where in search.leaks} == {
        "command line", "stdout of children", "stderr of children",
    }  # fmt: skip


def test_a_run_by_several_processes_fails_for_what_one_of_them_found(tmp_path: Path) -> None:
    (tmp_path / "test_told.py").write_text(f"def test_told():\n    print({FAMILY[0][:5]!r} + {FAMILY[0][5:]!r})\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_quiet.py").write_text("def test_quiet():\n    pass\n")
    options = ["-n", "2", "-p", "tests.canaries.plugin", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_told.py", "test_quiet.py"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "2 passed" in ended.stdout
    assert "captured output: test_told.py::test_told (plain)" in ended.stdout
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
