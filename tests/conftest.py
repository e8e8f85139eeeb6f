"""Real Postgres and a real keyring for every test that asks: one server, a fresh database each."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import keyring
import pytest
from keyring.backends import SecretService
from sqlalchemy import make_url, text

from tests.canaries.family import GIVEN, Search, marked_key
from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import Connection
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.store.database import Database
from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.migrate import bring_to_head
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.workspace import Workspace

pytest_plugins = ["tests.canaries.plugin"]
# One desktop's key for every console of the tests, those in processes of their own too.
os.environ["ZOHO_CONSOLE_KEY"] = marked_key()

SecretServiceIn = Callable[[Path, str | None], AbstractContextManager[dict[str, str]]]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def open_folder(canary_search: Search) -> Iterator[Path]:
    """A temporary folder that every user may pass through: as root, Postgres runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="zoho-console-test-"))
    folder.chmod(0o711)
    yield folder
    canary_search.folder("left by databases and consoles", folder, except_for=GIVEN)
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
def empty_url(server_url: str, before_dropping: Callable[[], None]) -> Iterator[str]:
    """The address of a database with nothing in it."""
    yield from _fresh(server_url, "template0", before_dropping)


@pytest.fixture
def database_url(server_url: str, before_dropping: Callable[[], None]) -> Iterator[str]:
    """The address of an empty database at the newest schema."""
    yield from _fresh(server_url, "migrated", before_dropping)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database at the newest schema."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator with 300 accounts that agrees to every sign-in at once."""
    with Simulator(SimulatorOptions(accounts=300, auto_consent=True)) as running:
        yield running


@pytest.fixture
def workspace(database: Database) -> Iterator[Workspace]:
    """A workspace on an empty database; secrets live in memory."""
    opened = Workspace(database, MemorySecrets())
    yield opened
    opened.close()


@pytest.fixture
def acme(workspace: Workspace, simulator: Simulator) -> Connection:
    """A connection to the simulator, signed in, "Acme"."""
    return sign_in_to(simulator, workspace, "Acme")


@pytest.fixture(scope="session")
def secret_service(secret_service_in: SecretServiceIn) -> Iterator[dict[str, str]]:
    """An unlocked GNOME keyring on a bus of its own, made this process's; the environment to find it comes out."""
    with (
        tempfile.TemporaryDirectory() as home,
        secret_service_in(Path(home), "test") as environment,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in environment.items():
            patch.setenv(name, value)
        before = keyring.get_keyring()
        keyring.set_keyring(SecretService.Keyring())
        yield environment
        keyring.set_keyring(before)


@pytest.fixture(scope="session")
def secret_service_in() -> SecretServiceIn:
    """Runs a GNOME keyring with its files in a folder: unlocked by the password, or as it finds them without one."""
    return _secret_service


@contextmanager
def _secret_service(home: Path, password: str | None) -> Iterator[dict[str, str]]:
    private = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_RUNTIME_DIR": str(home)}
    environment = {**os.environ, **private}
    environment.pop("DISPLAY", None)
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert bus.stdout is not None
    environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    keeper = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--components=secrets", *(["--unlock"] if password else [])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    keeper.stdin.write(password or "")
    keeper.stdin.close()
    keeper.stdout.readline()  # it says where it is once it can be asked
    yield {name: environment[name] for name in ("DBUS_SESSION_BUS_ADDRESS", *private)}
    for process in (keeper, bus):
        process.terminate()
        process.wait()
    keeper.stdout.close()
    bus.stdout.close()


@pytest.fixture(scope="session")
def before_dropping(
    request: pytest.FixtureRequest, server_url: str, open_folder: Path, canary_search: Search
) -> Callable[[], None]:
    """With `--canaries`: searches what the server wrote since the last time, its write-ahead log too."""

    def look() -> None:
        _in_server(server_url, "checkpoint")
        canary_search.folder("database", open_folder / "session", except_for=GIVEN)

    if request.config.option.canaries is None:
        return lambda: None
    canary_search.add(make_url(server_url).password or "")
    return look


def _fresh(server_url: str, template: str, before_dropping: Callable[[], None]) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    _in_server(server_url, f"create database {name} template {template}")
    yield _named(server_url, name)
    before_dropping()
    _in_server(server_url, f"drop database {name} with (force)")


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _in_server(url: str, statement: str) -> None:
    server = Database(url)
    with server.session() as connection:
        connection.execute(text(statement))
    server.close()
