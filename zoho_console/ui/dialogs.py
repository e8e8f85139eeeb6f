"""The only modal code: awaitable dialogs. A nested Qt loop would kill the tasks of the window's loop."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QLayout, QLineEdit, QVBoxLayout, QWidget

from zoho_console.domain.guards import Guard
from zoho_console.ui.parts.basics import button, label, row
from zoho_console.ui.parts.guard_mark import GuardMark

T = TypeVar("T")
WIDTH = 480


async def shown(dialog: QDialog) -> bool:
    """Open a dialog and wait for its end without a loop of its own; whether it was accepted comes out."""
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(result: int) -> None:
        if not ended.done():
            ended.set_result(result)

    dialog.finished.connect(end)
    dialog.open()
    try:
        return await ended == QDialog.DialogCode.Accepted
    finally:
        dialog.close()
        dialog.deleteLater()


class Confirmation(QDialog):
    """Restates a change in a sentence with its numbers; the safe choice has the focus.

    With `typed` the person must type that text before the verb can be pressed; `guard` is that of the connection which
    the change is sent to.
    """

    def __init__(
        self, parent: QWidget, title: str, text: str, verb: str, *, typed: str = "", guard: Guard | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.verb = button(verb, self.accept, "primary")
        self.cancel = button("Cancel", self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(label(title, "card-title", wraps=True))
        layout.addWidget(label(text, "muted", wraps=True))
        self.guard = GuardMark(guard)
        layout.addWidget(self.guard)
        self._choices = QVBoxLayout()
        layout.addLayout(self._choices)
        self.typed = QLineEdit()
        if typed:
            self.typed.setAccessibleName(f"Type {typed} to go on")
            self.typed.setPlaceholderText(f"Type {typed} to go on")
            self.typed.textChanged.connect(lambda given: self.verb.setEnabled(given.strip() == typed))
            self.verb.setEnabled(False)
            layout.addWidget(self.typed)
        layout.addSpacing(6)
        layout.addLayout(row(None, self.cancel, self.verb))
        (self.typed if typed else self.cancel).setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        self.fit()
        super().showEvent(event)

    def fit(self) -> None:
        """Take the height that the content needs now."""
        # Qt takes the height of a wrapped text for a width that a small screen then does not give.
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(WIDTH, layout.totalHeightForWidth(WIDTH))

    def add(self, choices: QLayout) -> None:
        """Put what is to be chosen under the sentence."""
        self._choices.addLayout(choices)


async def confirm(parent: QWidget, title: str, text: str, verb: str, *, typed: str = "") -> bool:
    """Ask before something that matters; False unless the person pressed the verb."""
    return await shown(Confirmation(parent, title, text, verb, typed=typed))


async def open_file(parent: QWidget, title: str, pattern: str) -> Path | None:
    """Let the person choose a file; None if they do not."""
    dialog = QFileDialog(parent, title, str(Path.home()), pattern)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return Path(dialog.selectedFiles()[0]) if await shown(dialog) else None


async def save_as(parent: QWidget, title: str, name: str, forms: dict[str, T]) -> tuple[Path, T] | None:
    """Let the person name a file to write, and choose a form, by its words; None if they do not."""
    dialog = QFileDialog(parent, title, str(Path.home() / name), ";;".join(forms))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)
    if not await shown(dialog):
        return None
    return Path(dialog.selectedFiles()[0]), forms[dialog.selectedNameFilter()]


async def save_file(parent: QWidget, title: str, name: str, pattern: str) -> Path | None:
    """Let the person name a file to write; None if they do not. Qt asks before replacing one."""
    named = await save_as(parent, title, name, dict.fromkeys(pattern.split(";;")))
    return named and named[0]
