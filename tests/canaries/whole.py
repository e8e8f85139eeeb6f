"""The whole suite, searched: every logger at DEBUG, and everything that is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
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
    """Run the first `size` parts of the suite, each in a process and a folder of its own.

    `leaks` counts places where a secret stands in clear, `lost` parts that ended without figures, `failed` parts with
    tests that failed.
    """
    told: Counter[str] = Counter()
    for part in PARTS[:size]:
        # A short name: sockets of the password store's programs lie within, and theirs are of 107 bytes at most.
        with tempfile.TemporaryDirectory(prefix="canaries-") as folder:
            told += _searched(part, Path(folder))
    return dict(told) | {"leaks": told["leaks"], "lost": told["lost"]}


def _searched(part: str, home: Path) -> Counter[str]:
    """Run one part in a folder, then search what is left there."""
    home.chmod(0o711)  # as root, Postgres runs as another user and must be able to pass
    figures, temporary, output = home / "figures.json", home / "tmp", home / "output.txt"
    temporary.mkdir(mode=0o711)
    environment = {**os.environ, "TMPDIR": str(temporary), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "pytest", "-q", "--canaries", str(figures), str(ROOT / "tests" / part)]
    with output.open("w+b") as said:
        ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=said, stderr=said, check=False)
    rest = Search()
    rest.folder("temporary", temporary, except_for=GIVEN)
    told = json.loads(figures.read_text()) if figures.exists() else {"leaks": {}, "bytes": {}}
    leaks = {**told["leaks"], **rest.leaks}
    if ended.returncode or leaks:
        print(part, *output.read_text("utf-8", "replace").splitlines()[-40:], *sorted(leaks), sep="\n", flush=True)
    looked = Counter({f"KB of {kind}": count // 1000 for kind, count in (told["bytes"] | rest.looked_at).items()})
    return looked + Counter(leaks=len(leaks), lost=int(not figures.exists()), failed=int(ended.returncode != 0))
