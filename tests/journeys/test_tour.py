"""The tour through the real window, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_every_step_of_the_tour_holds(tmp_path: Path, appearance: str) -> None:
    command = [sys.executable, "-m", "zoho_console", "--demo", "--appearance", appearance, "--tour", str(tmp_path)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180)
    told = json.loads((tmp_path / "tour.json").read_text("utf-8"))
    wrong = [check for step in told["steps"] for check in step["checks"] if not check["ok"]]
    assert (ended.returncode, told["failure"], wrong) == (0, "", []), ended.stderr
    assert len(told["steps"]) == len(list(tmp_path.glob("[0-9][0-9]-*.png"))) - 1  # one step has two pictures


def test_a_tour_without_the_demo_is_refused() -> None:
    command = [sys.executable, "-m", "zoho_console", "--tour", "nowhere"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2


def test_a_session_that_ends_leaves_neither_database_nor_folder(open_folder: Path) -> None:
    temporary = open_folder / "session-end"
    temporary.mkdir(mode=0o711)
    command = [sys.executable, "-m", "zoho_console", "--demo"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(temporary)}
    console = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not list(temporary.glob("zoho-console-demo-*/postgres/data/postmaster.pid")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(2)
        console.terminate()
        assert console.wait(30) == 0
    finally:
        console.kill()
        console.wait()
    assert list(temporary.glob("zoho-console-demo-*")) == []
