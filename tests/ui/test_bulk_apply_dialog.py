"""The last question before a run, with the terms on which it is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from zoho_console.domain.terms import Terms
from zoho_console.ui.bulk_update.apply_dialog import ApplyDialog, Question
from zoho_console.ui.theme import Look

TEXT = "4,102 values of 4,000 accounts of Acme will be written: Industry and Phone. The values of now are kept."


Open = Callable[..., ApplyDialog]


@pytest.fixture
def opened(qtbot: QtBot, look: Look, shown: Callable[..., QWidget]) -> Iterator[Open]:
    parent = QWidget()
    shown(parent)

    def open_(terms: Terms, planned: int = 4000) -> ApplyDialog:
        return _opened(parent, terms, planned)

    yield open_


def _opened(parent: QWidget, terms: Terms, planned: int) -> ApplyDialog:
    asked = Question(
        TEXT, f"Apply {planned:,} changes", planned, lambda on: f"{on.automation}, jobs: {on.may_use_jobs}"
    )
    dialog = ApplyDialog(parent, asked, terms)
    dialog.show()
    return dialog


def test_the_terms_of_the_plan_are_offered_and_others_can_be_chosen(opened: Open) -> None:
    dialog = opened(Terms(trigger=("workflow",), verify=100, reserve=5))
    assert dialog.terms == Terms(trigger=("workflow",), verify=100, reserve=5)
    if folder := os.environ.get("ZOHO_CONSOLE_PICTURES"):
        dialog.grab().save(str(Path(folder) / "apply-dialog.png"))
    dialog.automation.show_value("none")
    dialog.verify.show_value(0)
    dialog.waves.setChecked(False)
    assert dialog.terms == Terms(trigger=(), waves=False, verify=0, reserve=5)


def test_a_share_of_its_own_is_kept(opened: Open) -> None:
    assert opened(Terms(verify=37)).terms.verify == 37


def test_few_rows_have_no_waves_to_choose(opened: Open) -> None:
    assert not opened(Terms(), planned=100).waves.isVisible()
    assert opened(Terms(), planned=300).waves.isVisible()


def test_bulk_jobs_are_offered_where_no_automation_is_wanted_and_the_price_follows(opened: Open) -> None:
    dialog = opened(Terms(), planned=6000)
    assert not dialog.jobs.isVisible()
    assert dialog.price.text() == "all, jobs: False"
    height = dialog.height()
    dialog.automation.show_value("none")
    assert dialog.jobs.isVisible()
    assert dialog.price.text() == "none, jobs: True"
    assert dialog.height() > height
    dialog.jobs.setChecked(False)
    assert dialog.price.text() == "none, jobs: False"
    assert dialog.terms == Terms((), jobs=False)
    assert not opened(Terms(()), planned=4000).jobs.isVisible()
