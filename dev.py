#!/usr/bin/env python3
"""Everything a developer does, by one command each; standard library only.

    python3 dev.py run        the console on the simulator with demo data
    python3 dev.py test       the whole check: format, lint, imports, types, tests (arguments go to pytest)
    python3 dev.py lint       the checks without the tests
    python3 dev.py bench      start time beside a bare window, and the engine's figures
    python3 dev.py torture    the bulk engine's whole campaigns: killed, frozen, cut off, raced (takes about an hour)
    python3 dev.py shots DIR  pictures of every page, light and dark
    python3 dev.py package    the packages, into build/package, with their size and start
    python3 dev.py smoke      those packages tried on a clean Debian: installed, used, upgraded, removed (as root)
    python3 dev.py lock       pin the dependencies again (needs uv)

Each sets up what it needs first: a virtual environment, the packages of a file in requirements/, and the system
libraries Qt asks for. The second time it starts at once.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV, LOCK = ROOT / ".venv", ROOT / "requirements" / "lock.txt"
# Zoho's own SDK, which judges the simulator in the tests, has pins of its own and so an environment of its own.
ORACLE_VENV, ORACLE_LOCK = ROOT / ".venv-oracle", ROOT / "requirements" / "oracle.txt"
# What builds packages holds only what goes into them.
PACKAGE_VENV, PACKAGE_LOCK = ROOT / "build" / "package-venv", ROOT / "requirements" / "package.txt"
PACKAGES = ROOT / "build" / "package"
# What a benchmark has beside it is no dependency of ours either.
BENCH_VENV, BENCH_LOCK = ROOT / ".venv-bench", ROOT / "requirements" / "bench.txt"
IN_VENV = "Scripts/python.exe" if os.name == "nt" else "bin/python"
PYTHON = VENV / IN_VENV

# What the loader must find, and the Debian package that brings it.
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
}
WINDOW_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-randr.so.0": "libxcb-randr0",
}
# Programs, and the Debian package that brings each. Tests and pictures start a secret service, a screen and a pooler,
# and have one font on every machine.
TEST_PROGRAMS = {
    "gnome-keyring-daemon": "gnome-keyring",
    "dbus-daemon": "dbus",
    "Xvfb": "xvfb",
    "pgbouncer": "pgbouncer",
    "readelf": "binutils",
}
PACKAGE_PROGRAMS = {"readelf": "binutils", "makeself": "makeself", "Xvfb": "xvfb", "xdotool": "xdotool"}
SMOKE_PROGRAMS = {
    "readelf": "binutils",
    "debootstrap": "debootstrap",
    "rpm2cpio": "rpm",
    "cpio": "cpio",
    "makensis": "nsis",
}
FONT_FILE, FONT_PACKAGE = Path("/usr/share/fonts/opentype/inter"), "fonts-inter"


def main(arguments: list[str]) -> int:
    """Run one command; its exit code comes out."""
    commands = {
        "run": run,
        "test": test,
        "lint": lint,
        "bench": bench,
        "torture": torture,
        "shots": shots,
        "package": package,
        "smoke": smoke,
        "lock": lock,
    }
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments[:1] in ([], ["-h"], ["--help"]) else 2
    return commands[arguments[0]](arguments[1:])


def run(arguments: list[str]) -> int:
    """Open the console on the simulator; other arguments replace `--demo`."""
    set_up(QT_LIBRARIES | WINDOW_LIBRARIES)
    return call([PYTHON, "-m", "zoho_console", *(arguments or ["--demo"])])


def test(arguments: list[str]) -> int:
    """The whole check, cheapest stage first; stops at the first stage that fails."""
    set_up(QT_LIBRARIES | WINDOW_LIBRARIES, TEST_PROGRAMS, font=True)
    oracle_python()
    if not arguments and (failed := lint([])):
        return failed
    command = [PYTHON, "-m", "pytest", *arguments]
    if not arguments:
        command += ["-n", "auto", "--maxprocesses", "4", "--dist", "worksteal"]
        command += ["--cov", "--cov-report=term:skip-covered", "--cov-fail-under=95"]
    return call(command, QT_QPA_PLATFORM="offscreen")


def lint(_arguments: list[str]) -> int:
    """Format, lint, layers, types."""
    set_up({})
    scripts = PYTHON.parent
    for stage in (
        [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
        [PYTHON, "-m", "ruff", "check", "--quiet", "."],
        [scripts / "lint-imports"],
        [PYTHON, "-m", "mypy"],
    ):
        if failed := call(stage):
            print(f"failed: {' '.join(str(part) for part in stage)}", file=sys.stderr)
            return failed
    return 0


def bench(arguments: list[str]) -> int:
    """Figures with a peer and a floor beside them."""
    set_up(QT_LIBRARIES)
    return call([PYTHON, "-m", "tests.bench", *arguments], QT_QPA_PLATFORM="offscreen")


def torture(arguments: list[str]) -> int:
    """Whole campaigns against the bulk engine, or the named ones; a sample of each is part of the tests."""
    set_up({})
    return call([PYTHON, "-m", "tests.torture", *arguments])


def shots(arguments: list[str]) -> int:
    """Drive the tour in light and dark, one PNG a step, into DIR (default: build/shots)."""
    if any(one.startswith("-") for one in arguments):
        print(shots.__doc__, file=sys.stderr)
        return 2
    set_up(QT_LIBRARIES | WINDOW_LIBRARIES, TEST_PROGRAMS, font=True)
    folder = Path(arguments[0] if arguments else ROOT / "build" / "shots").absolute()
    for appearance in ("light", "dark"):
        tour = ["-m", "zoho_console", "--demo", "--appearance", appearance, "--tour", folder / appearance]
        if failed := call([PYTHON, *tour], QT_QPA_PLATFORM="offscreen"):
            return failed
    print(f"pictures are in {folder}")
    return 0


def package(arguments: list[str]) -> int:
    """Build the one folder and the packages (arguments name formats), then say how large it is and how it starts."""
    python = package_python(PACKAGE_PROGRAMS)
    built = call([python, "packaging/build.py", PACKAGES, *arguments])
    return built or call([python, "packaging/measure.py", PACKAGES / "dist" / "zoho-console"])


def smoke(arguments: list[str]) -> int:
    """Try the packages on a clean Debian; arguments as in packaging/smoke.py."""
    python = package_python(SMOKE_PROGRAMS)
    return call([python, "packaging/smoke.py", PACKAGES, *arguments])


def package_python(programs: dict[str, str]) -> Path:
    """The interpreter that builds packages; what it needs is made or brought up to date first."""
    set_up(QT_LIBRARIES | WINDOW_LIBRARIES, programs)
    return fill(PACKAGE_VENV, PACKAGE_LOCK)


def lock(_arguments: list[str]) -> int:
    """Pin every dependency with hashes for all supported Pythons and systems, without index addresses."""
    uv = shutil.which("uv")
    if uv is None:
        print("uv is not installed; get it with: python3 -m pip install uv", file=sys.stderr)
        return 2
    options = [
        "--universal",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-header",
        "--python-version",
        "3.11",
    ]
    compile_ = [uv, "pip", "compile", "-q", *options]
    if failed := call([*compile_, "--all-extras", "pyproject.toml", "-o", LOCK]):
        return failed
    if failed := call([*compile_, "pyproject.toml", PACKAGE_LOCK.with_suffix(".in"), "-o", PACKAGE_LOCK]):
        return failed
    locks = (ORACLE_LOCK, BENCH_LOCK)
    return max(call([*compile_, one.with_suffix(".in"), "-o", one]) for one in locks)


def oracle_python() -> Path:
    """The interpreter that has Zoho's own SDK; its environment is made or brought up to date first."""
    return fill(ORACLE_VENV, ORACLE_LOCK)


def bench_python() -> Path:
    """The interpreter that has what benchmarks compare with; its environment is made or brought up to date first."""
    return fill(BENCH_VENV, BENCH_LOCK)


def set_up(libraries: dict[str, str], programs: dict[str, str] | None = None, *, font: bool = False) -> None:
    """Bring this machine to where the command can run; returns at once when it is there already."""
    wanted = {package for soname, package in libraries.items() if not loads(soname)}
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))  # Debian keeps pgbouncer there
    wanted |= {package for program, package in (programs or {}).items() if shutil.which(program, path=places) is None}
    if font and not FONT_FILE.exists():
        wanted.add(FONT_PACKAGE)
    if not PYTHON.exists() and importlib.util.find_spec("ensurepip") is None:
        wanted.add("python3-venv")
    if sys.platform == "linux":
        install_system_packages(sorted(wanted))
    fill(VENV, LOCK)


def loads(soname: str) -> bool:
    """Whether the system's loader finds this library; other systems bring theirs with Qt."""
    if sys.platform != "linux":
        return True
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def install_system_packages(packages: list[str]) -> None:
    """Install Debian packages, or say the exact command and stop where that is not allowed."""
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print("Some system libraries are missing. Install them and run this command again:", file=sys.stderr)
        print("  sudo " + " ".join(command), file=sys.stderr)
        raise SystemExit(2)
    print("installing system libraries:", " ".join(packages), flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-qq"], [*command[:1], "-qq", *command[1:]]):
        if subprocess.run(step, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            print("this failed; run it by hand to see why:", " ".join(step), file=sys.stderr)
            raise SystemExit(2)


def fill(venv: Path, lock: Path) -> Path:
    """Fill a virtual environment from its lock, once for each version of the lock; its interpreter comes out."""
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamp, python = venv / "installed.sha256", venv / IN_VENV
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    if not (3, 11) <= sys.version_info < (3, 15):
        raise SystemExit("Python 3.11 to 3.14 is needed; this one is " + sys.version.split()[0])
    print(f"installing packages into {venv.name} (once)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock], check=True)
    stamp.write_text(wanted)
    return python


def call(command: list[object], **environment: str) -> int:
    """Run a command from the checkout; its exit code comes out."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    extra = {"PYTHONPATH": os.pathsep.join(paths), **environment}
    try:
        return subprocess.run(
            [str(part) for part in command], cwd=ROOT, env={**os.environ, **extra}, check=False
        ).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
