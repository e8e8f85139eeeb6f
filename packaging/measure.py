"""Size and start of the one folder beside the limits: the start of the demo, seen from outside on an Xvfb."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
MOST_MB, MOST_TIMES = 250, 1.5


def main(arguments: list[str]) -> int:
    """Print the figures; 1 if a limit is passed."""
    folder = Path(arguments[0])
    size_mb = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(f"installed size {size_mb:.0f} MB (limit {MOST_MB})")
    parts = sorted(((_size_mb(path), path.name) for path in (folder / "_internal").iterdir()), reverse=True)
    print("  " + ", ".join(f"{name} {size:.0f}" for size, name in parts[:8]))
    with subprocess.Popen(["Xvfb", ":79", "-screen", "0", "1400x900x24"], stderr=subprocess.DEVNULL) as screen:
        time.sleep(1)
        try:
            packaged = _start_s([str(folder / "zoho-console")])
            source = _start_s([sys.executable, "-m", "zoho_console"])
        finally:
            screen.terminate()
    print(f"window on the screen: packaged {packaged:.2f} s, from source {source:.2f} s, medians of {RUNS}, warm")
    print(f"  {packaged / source:.2f} times (limit {MOST_TIMES})")
    return int(size_mb > MOST_MB or packaged / source > MOST_TIMES)


def _start_s(command: list[str]) -> float:
    """Seconds from the start of the process to its window being on the screen; the first run only warms up."""
    seconds = []
    for _ in range(RUNS + 1):
        with tempfile.TemporaryDirectory() as home:
            Path(home).chmod(0o711)
            environment = {**os.environ, "DISPLAY": ":79", "QT_QPA_PLATFORM": "xcb", "ZOHO_CONSOLE_HOME": home}
            began = time.perf_counter()
            look = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Zoho Console"]
            with subprocess.Popen(
                [*command, "--demo"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
            ) as program:
                subprocess.run(look, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=60)
                seconds.append(time.perf_counter() - began)
                time.sleep(1.5)  # let it come up whole, so that it also ends whole
                program.terminate()
    return statistics.median(seconds[1:])


def _size_mb(path: Path) -> float:
    inside = path.rglob("*") if path.is_dir() else [path]
    return sum(one.lstat().st_size for one in inside if one.is_file()) / 1e6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
