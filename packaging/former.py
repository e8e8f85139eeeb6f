"""Builds the package of a former state of this project, for the smoke test of an upgrade.

    python packaging/former.py COMMIT VERSION OUT

What builds is of today, what is built is that commit's program, resources and migrations, under the version given.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OF_TODAY = ("packaging", "resources/app")


def main(arguments: list[str]) -> int:
    """Build; 0 if all went well."""
    commit, version, out = arguments[0], arguments[1], Path(arguments[2]).absolute()
    source = out / "source"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with subprocess.Popen(["git", "archive", "--prefix=source/", commit], cwd=ROOT, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "x", "-C", out], stdin=archive.stdout, check=True)
    for name in OF_TODAY:
        shutil.copytree(ROOT / name, source / name, dirs_exist_ok=True)
    (source / "zoho_console" / "version.py").write_text(f'"""A former version."""\n\n__version__ = "{version}"\n')
    subprocess.run([sys.executable, source / "packaging" / "build.py", out, "deb"], cwd=source, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
