"""Opens the window: Qt first, everything else after it is on the screen."""

from __future__ import annotations

import sys
from argparse import Namespace
from functools import partial

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from zoho_console import settings
from zoho_console.app import loop
from zoho_console.app.life import WindowLife
from zoho_console.errors import EXIT_BAD_INPUT, ZohoError
from zoho_console.paths import data_home, shipped
from zoho_console.ui.theme import Look


def open_window(arguments: Namespace) -> int:
    """Open the console and stay until it is closed; the exit code comes out."""
    if arguments.tour and not arguments.demo:
        print("--tour goes with --demo.", file=sys.stderr)
        return EXIT_BAD_INPUT
    try:
        chosen = settings.load(data_home())
    except ZohoError as error:
        print(f"{error} {error.advice}", file=sys.stderr)
        return error.exit_code
    application = QApplication(sys.argv[:1])
    application.setApplicationName("zoho-console")
    application.setApplicationDisplayName("Zoho Console")
    application.setDesktopFileName("zoho-console")  # what a Linux desktop finds name and icon by
    application.setWindowIcon(QIcon(str(shipped("resources") / "app" / "zoho-console.svg")))
    look = Look(application, arguments.appearance or chosen.appearance)
    if arguments.tour:
        from zoho_console.app.tour import take_tour

        return loop.run(application, partial(take_tour, look, chosen, arguments.tour))
    return loop.run(application, WindowLife(look, chosen, demo=arguments.demo).main)
