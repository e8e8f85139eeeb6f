"""Clean Debian roots without Python, to try packages in: made once by debootstrap, copied for every use."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

PERSON = "anna"
MOUNTS = (("proc", "proc", "proc"), ("tmpfs", "tmpfs", "dev/shm"))
# What a desktop has and a minimal root lacks: a screen.
SCREEN = ("xvfb",)


class CleanRoot:
    """A Debian in a folder; everything in it runs with nothing of the host's environment."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self._log = folder, log

    def run(self, command: str, *, person: str = "root", check: bool = True, **environment: str) -> str:
        """Run a shell command as somebody; what it printed comes out. Errors: SystemExit with the end of the log."""
        told = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            **environment,
        }
        words = " ".join(f"{name}='{value}'" for name, value in told.items())
        inside = f"cd; env -i HOME=$HOME USER={person} {words} sh -c {_quoted(command)}"
        ended = subprocess.run(
            ["chroot", self.folder, "su", "-s", "/bin/sh", person, "-c", inside],
            capture_output=True, text=True, check=False, errors="replace",
        )  # fmt: skip
        with self._log.open("a") as log:
            shown = command if len(command) < 300 else f"{command[:300]} …"
            log.write(f"$ {shown}\n{ended.stdout}{ended.stderr}[{ended.returncode}]\n")
        if check and ended.returncode:
            raise SystemExit(f"FAILED in the clean root: {command}\n{(ended.stdout + ended.stderr)[-3000:]}")
        return ended.stdout if check else f"{ended.returncode}\n{ended.stdout}{ended.stderr}"

    def path(self, inside: str) -> Path:
        """Where a path of the root is for the host."""
        return self.folder / inside.lstrip("/")

    def copy_in(self, path: Path, target: str) -> None:
        """A file of the host's into the root."""
        shutil.copy(path, self.path(target))

    def files_named(self, part: str) -> set[str]:
        """Files and folders outside /proc, /sys and /dev whose path contains `part`."""
        found = set()
        for top, folders, files in os.walk(self.folder):
            if Path(top) == self.folder:
                folders[:] = [name for name in folders if name not in ("proc", "sys", "dev")]
            where = Path("/") / Path(top).relative_to(self.folder)
            found |= {str(where / name) for name in (*folders, *files) if part in name}
        return found


@contextlib.contextmanager
def clean_root(cache: Path, suite: str, log: Path, packages: tuple[str, ...] = SCREEN) -> Iterator[CleanRoot]:
    """A fresh root of a Debian release, gone afterwards."""
    base = cache / f"{suite}.base"
    if not base.exists():
        _make(base, suite, packages)
    folder = cache / f"{suite}.{os.getpid()}"
    subprocess.run(["cp", "-a", base, folder], check=True)
    mounted = []
    try:
        for kind, what, where in MOUNTS:
            (folder / where).mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "-t", kind, what, folder / where], check=True)
            mounted.append(folder / where)
        yield CleanRoot(folder, log)
    finally:
        _end_all_in(folder)
        for where in reversed(mounted):
            subprocess.run(["umount", "-l", where], check=False)
        shutil.rmtree(folder)


def _end_all_in(folder: Path) -> None:
    """Kill what still runs in a root."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "root").resolve() == folder.resolve():
                os.kill(int(process.name), signal.SIGKILL)


def _make(base: Path, suite: str, packages: tuple[str, ...]) -> None:
    draft = base.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    print(f"making a clean {suite} (once)", flush=True)
    subprocess.run(
        ["debootstrap", "--variant=minbase", suite, draft, _archive()], check=True, stdout=subprocess.DEVNULL
    )
    (draft / "etc/apt/sources.list").write_text(f"deb {_archive()} {suite} main\n")
    shutil.copytree("/etc/apt/apt.conf.d", draft / "etc/apt/apt.conf.d", dirs_exist_ok=True)
    (draft / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")  # as an installer leaves it
    shutil.copy("/etc/resolv.conf", draft / "etc/resolv.conf")
    subprocess.run(["chroot", draft, "apt-get", "update", "-qq"], check=True, stdout=subprocess.DEVNULL)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(
        ["chroot", draft, *install], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )  # fmt: skip
    subprocess.run(["chroot", draft, "useradd", "-m", PERSON], check=True)
    has_python = (draft / "usr/bin/python3").exists()
    assert not has_python, "a root that is to be without Python has one"
    draft.rename(base)


def _archive() -> str:
    """Where this machine gets Debian's packages from."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return next(line.split()[0] for line in told.splitlines() if "security" not in line and "updates" not in line)


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\"'\"'")
    return f"'{escaped}'"
