"""The whole suite, searched: every logger at DEBUG, and everything that is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.canaries.family import GIVEN, Search

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "unit",
    "integration",
    "guide",
    "simulation",
    "torture",
    "ui",
    "journeys",
    "oracle",
    "architecture",
    "canaries",
)


def suite(_random: Random, *, size: int) -> dict[str, int | float]:
    """Run the first `size` parts of the suite in a folder of their own; `leaks` counts places of secrets in clear."""
    with tempfile.TemporaryDirectory(prefix="zoho-console-suite-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # as root, Postgres runs as another user and must be able to pass
        figures, temporary = home / "figures.json", home / "tmp"
        temporary.mkdir(mode=0o711)
        parts = [str(ROOT / "tests" / part) for part in PARTS[:size]]
        command = [sys.executable, "-m", "pytest", "-q", "--canaries", str(figures), *parts]
        environment = {**os.environ, "TMPDIR": str(temporary), "QT_QPA_PLATFORM": "offscreen"}
        with (home / "output.txt").open("w+b") as output:
            ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False)
        told = json.loads(figures.read_text()) if figures.exists() else {"leaks": {}, "bytes": {}}
        rest = Search()
        rest.folder("temporary", temporary, except_for=GIVEN)
        leaks = {**told["leaks"], **rest.leaks}
        said = (home / "output.txt").read_text("utf-8", "replace").splitlines()
    print(*said[-40:], *sorted(leaks), sep="\n")
    looked = {f"MB of {kind}": round(count / 1e6, 1) for kind, count in (told["bytes"] | rest.looked_at).items()}
    return {**looked, "exit code": ended.returncode, "leaks": len(leaks) or int(not told["bytes"])}
