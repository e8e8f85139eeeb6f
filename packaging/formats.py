"""Packages for Linux, made of the one folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSION = re.search(r'__version__ = "(.+)"', (ROOT / "zoho_console" / "version.py").read_text("utf-8"))[1]  # type: ignore[index]
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine if hasattr(os, "uname") else "", "amd64")


def deb(folder: Path, out: Path) -> Path:
    """A Debian package."""
    return _nfpm("deb", folder, out)


def rpm(folder: Path, out: Path) -> Path:
    """An RPM package."""
    return _nfpm("rpm", folder, out)


def tar(folder: Path, out: Path) -> Path:
    """A portable archive: unpack it anywhere and start `zoho-console/zoho-console`."""
    path = out / f"zoho-console-{VERSION}-linux-{ARCHITECTURE}.tar.gz"

    def of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        archive.add(folder, "zoho-console", filter=of_nobody)
    return path


def run(folder: Path, out: Path) -> Path:
    """An archive that unpacks itself into a temporary folder and starts the program: one file, nothing installed."""
    path = out / f"zoho-console-{VERSION}-linux-{ARCHITECTURE}.run"
    tool = shutil.which("makeself")
    if tool is None:
        raise SystemExit("makeself is missing; install it with your system's packages")
    command = [
        tool,
        "--nox11",
        "--quiet",
        "--zstd",
        str(folder),
        str(path),
        f"Zoho Console {VERSION}",
        "./zoho-console",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


FORMATS: dict[str, Callable[[Path, Path], Path]] = {"deb": deb, "rpm": rpm, "tar": tar, "run": run}


def _nfpm(kind: str, folder: Path, out: Path) -> Path:
    tool = Path(sys.executable).with_name("nfpm")
    environment = {**os.environ, "VERSION": VERSION, "ARCHITECTURE": ARCHITECTURE, "FOLDER": str(folder)}
    before = set(out.glob(f"*.{kind}"))
    for one in before:
        one.unlink()
    command = [tool, "package", "--config", "packaging/linux/nfpm.yaml", "--packager", kind, "--target", f"{out}/"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return next(out.glob(f"*.{kind}"))
