"""The last question before a run: the change restated, and on which terms it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from zoho_console.domain.guards import Guard
from zoho_console.domain.terms import AUTOMATIONS, JOB_FROM, WAVES_FROM, Terms
from zoho_console.ui.dialogs import Confirmation, shown
from zoho_console.ui.parts.basics import label, row
from zoho_console.ui.parts.choice import Choice

LETTERS = 30
AUTOMATION_WORDS = {
    "all": "All of Zoho's automation runs",
    "workflow": "Only workflow rules run",
    "none": "No automation runs",
}
VERIFY_WORDS = {10: "One row in ten is read back", 100: "Every row is read back", 0: "No row is read back"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the change in a sentence, the verb, what is to be typed, and what it costs on other terms."""

    text: str
    verb: str
    planned: int
    price: Callable[[Terms], str]
    typed: str = ""
    guard: Guard | None = None


class ApplyDialog(Confirmation):
    """A confirmation with the terms of the run and its price; `terms` are those that were chosen."""

    def __init__(self, parent: QWidget, asked: Question, terms: Terms) -> None:
        super().__init__(parent, asked.verb, asked.text, asked.verb, typed=asked.typed, guard=asked.guard)
        self._asked = asked
        self._terms = terms
        self.automation = _choice("Automation", AUTOMATION_WORDS, terms.automation)
        shares = {terms.verify: f"{terms.verify} % of the rows are read back", **VERIFY_WORDS}
        self.verify = _choice("Reading back", shares, terms.verify)
        self.waves = QCheckBox("Try a few rows of each kind first, and stop if they go wrong")
        self.waves.setChecked(terms.waves)
        self.waves.setVisible(asked.planned > WAVES_FROM)
        self.jobs = QCheckBox("Let Zoho's bulk jobs send most of it, where that costs fewer credits")
        self.jobs.setChecked(terms.jobs)
        self.price = label("", "small", wraps=True)
        choices = QVBoxLayout()
        choices.setSpacing(8)
        for words, choice in (("In Zoho", self.automation), ("Afterwards", self.verify)):
            title = label(words, "muted")
            title.setFixedWidth(80)
            choices.addLayout(row(title, choice, None))
        choices.addWidget(self.waves)
        choices.addWidget(self.jobs)
        self.add(choices)
        choices.addSpacing(4)
        choices.addWidget(self.price)
        for choice in (self.automation, self.verify):
            choice.currentIndexChanged.connect(self._show)
        for box in (self.waves, self.jobs):
            box.toggled.connect(self._show)
        self._show()

    @property
    def terms(self) -> Terms:
        """What was chosen."""
        trigger = AUTOMATIONS[self.automation.currentData()]
        return Terms(
            trigger, self.waves.isChecked(), self.verify.currentData(), self._terms.reserve, self.jobs.isChecked()
        )

    def _show(self) -> None:
        """Bulk jobs run no automation, so they are offered where none is wanted; the price is of what is chosen."""
        self.jobs.setVisible(self._asked.planned >= JOB_FROM and self.automation.currentData() == "none")
        self.price.setText(self._asked.price(self.terms))
        self.fit()


def _choice(name: str, words: Mapping[Any, str], value: object) -> Choice:
    made = Choice(name, letters=LETTERS)
    made.offer((text, one) for one, text in words.items())
    made.show_value(value)
    return made


async def ask_to_apply(parent: QWidget, asked: Question, terms: Terms) -> Terms | None:
    """The terms on which the person wants it sent; None if they do not."""
    dialog = ApplyDialog(parent, asked, terms)
    return dialog.terms if await shown(dialog) else None
