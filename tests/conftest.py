"""Real Postgres and a real keyring for every test that asks: one server, a fresh database each."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keyring.core
import pytest
from sqlalchemy import make_url, text

from zoho_console.store.database import Database
from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.migrate import bring_to_head

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user may pass through: as root, Postgres runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="zoho-console-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server_url(open_folder: Path) -> Iterator[str]:
    """The address of the session's Postgres, which holds a migrated template."""
    postgres = EmbeddedPostgres(open_folder / "session")
    url = postgres.start()
    _in_server(url, "create database migrated")
    template = Database(_named(url, "migrated"))
    bring_to_head(template)
    template.close()
    yield url
    postgres.stop()


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """The address of a database with nothing in it."""
    yield from _fresh(server_url, "template0")


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """The address of an empty database at the newest schema."""
    yield from _fresh(server_url, "migrated")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database at the newest schema."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def secret_service() -> Iterator[None]:
    """A GNOME keyring of this test session on a bus of its own, unlocked."""
    with tempfile.TemporaryDirectory() as home:
        private = {"HOME": home, "XDG_DATA_HOME": f"{home}/data", "XDG_RUNTIME_DIR": home}
        bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True,
            env={**os.environ, **private},
        )  # fmt: skip
        assert bus.stdout is not None
        address = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
        keeper = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **private, **address},
        )  # fmt: skip
        assert keeper.stdin is not None
        keeper.stdin.write(b"test")
        keeper.stdin.close()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DBUS_SESSION_BUS_ADDRESS", address["DBUS_SESSION_BUS_ADDRESS"])
            keyring.core.init_backend()
            yield
        for process in (keeper, bus):
            process.terminate()
            process.wait()
        bus.stdout.close()
        keyring.core.init_backend()


def _fresh(server_url: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    _in_server(server_url, f"create database {name} template {template}")
    yield _named(server_url, name)
    _in_server(server_url, f"drop database {name} with (force)")


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _in_server(url: str, statement: str) -> None:
    server = Database(url)
    with server.session() as connection:
        connection.execute(text(statement))
    server.close()
