"""Where things are: files shipped with the program, and the user's own data."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

PACKAGE = Path(__file__).resolve().parent
HOME_VARIABLE = "ZOHO_CONSOLE_HOME"


def shipped(name: str) -> Path:
    """The folder `resources` or `migrations`: inside an installed package, else beside it in a checkout."""
    installed = PACKAGE / f"_{name}"
    return installed if installed.is_dir() else PACKAGE.parent / name


def data_home() -> Path:
    """The folder for settings, database and reports of this user; `ZOHO_CONSOLE_HOME` names another."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else user_data_path("zoho-console", appauthor=False)
