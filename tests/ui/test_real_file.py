"""Real companies through the window: the file that nobody here wrote, where it lies beside the checkout."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from zoho_console.app.demo import sign_in_to
from zoho_console.domain.changes import RowState
from zoho_console.screens.again import undo
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.change_set import Step
from zoho_console.screens.screen import Desk
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.ui.dialogs import Confirmation
from zoho_console.ui.theme import Look
from zoho_console.workspace.workspace import Workspace

REAL_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "sp500-constituents.csv"
INVENTED = "Symbol,Security,GICS Sector,Date added\n" + "".join(
    f"S{number},Company {number} & Co,{('Tech', 'Health Care')[number % 2]},1999-01-01\n" for number in range(120)
)
PICTURES = os.environ.get("ZOHO_CONSOLE_PICTURES")  # where to keep what the window showed, for documents


@pytest.fixture
def companies(tmp_path: Path) -> Iterator[Simulator]:
    source = tmp_path / "companies.csv"
    source.write_text(REAL_DATA.read_text("utf-8") if REAL_DATA.exists() else INVENTED, "utf-8")
    with Simulator(SimulatorOptions(load=source, auto_consent=True)) as running:
        yield running


@pytest.fixture
def page(
    loop: Any, workspace: Workspace, companies: Simulator, look: Look, shown: Callable[..., QWidget]
) -> BulkUpdatePage:
    desk = Desk(workspace, open_url=lambda _url: None)
    desk.use(sign_in_to(companies, workspace, "Companies"))
    made = BulkUpdatePage(BulkUpdateScreen(desk), look)
    shown(made)
    return made


def corrections(world: Any, path: Path) -> list[str]:
    """A new spelling, a date and a score for every company; ten rows are wrong on purpose. The ids that are right."""
    records = list(world.records("Accounts").values())
    rows = [
        [
            one["Account_Name"],
            str(one["GICS_Sector"]).replace("Health Care", "Healthcare"),
            "2026-11-20",
            40 + place % 60,
        ]
        for place, one in enumerate(records)
    ]
    wrong = [
        (0, "Nobody Corp"), (0, ""), (3, "high"), (3, "12.5"), (2, "20/11/2026"), (2, "2026-02-30"), (1, "y" * 300),
        (3, "1234567890"), (0, "Nobody Ltd"), (2, "soon"),
    ]  # fmt: skip
    for place, (column, text) in enumerate(wrong):
        rows[5 + place * 10][column] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Account name", "GICS Sector", "Last reviewed", "Health score"), *rows])
    spoiled = {5 + place * 10 for place in range(len(wrong))}
    return [one["id"] for place, one in enumerate(records) if place not in spoiled]


def press(qtbot: QtBot, page: BulkUpdatePage, wanted: Step) -> None:
    screen = page.screen_model
    qtbot.mouseClick(page.foot.primary, Qt.MouseButton.LeftButton)
    if wanted is Step.RESULT:
        qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(Confirmation)))
        dialog = next(one for one in page.findChildren(Confirmation) if one.isVisible())
        qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.step is wanted and bool(screen.rows.table.rows), timeout=15_000)
    qtbot.waitUntil(lambda: not screen.is_running and not screen.is_comparing)


def keep(page: BulkUpdatePage, name: str) -> None:
    if PICTURES:
        page.grab().save(str(Path(PICTURES) / f"{name}.png"))


def test_real_companies_are_corrected_through_the_window_and_put_back(
    qtbot: QtBot, page: BulkUpdatePage, companies: Simulator, tmp_path: Path
) -> None:
    world, screen = companies.world, page.screen_model
    before = {record_id: dict(record) for record_id, record in world.records("Accounts").items()}
    path = tmp_path / "q4-corrections.csv"
    good = corrections(world, path)

    screen.open_file(path)
    qtbot.waitUntil(lambda: screen.step is Step.COLUMNS)
    assert screen.mapping.key_field == "Account_Name"
    keep(page, "first-run-columns")
    press(qtbot, page, Step.DIFFERENCE)
    keep(page, "first-run-difference")
    assert screen.change_set is not None
    assert screen.change_set.counts == {RowState.PLANNED: len(good), RowState.INVALID: 10}
    screen.show_rows((RowState.INVALID,))
    qtbot.waitUntil(lambda: len(screen.rows.table.rows) == 10)
    keep(page, "first-run-problems")

    press(qtbot, page, Step.RESULT)
    keep(page, "first-run-result")
    assert dict(world.effects) == dict.fromkeys(good, 1)

    screen.prepare_again(screen.change_set.id, undo())
    qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and not screen.is_comparing, timeout=15_000)
    press(qtbot, page, Step.RESULT)
    keep(page, "first-run-undone")
    names = ("GICS_Sector", "Last_Reviewed", "Health_Score")
    records = world.records("Accounts")
    assert {one: [records[one][name] for name in names] for one in records} == {
        one: [record[name] for name in names] for one, record in before.items()
    }
