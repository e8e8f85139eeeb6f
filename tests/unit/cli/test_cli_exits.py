"""How a command ends: a code of its own for each end, and one table of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zoho_console import errors
from zoho_console.cli.arguments import parser
from zoho_console.cli.exits import MEANINGS, Exit
from zoho_console.cli.running import exit_of
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, Mapping, RowState

README = Path(__file__).parents[3] / "README.md"
UPDATED, UNCHANGED, REFUSED, INVALID = RowState.UPDATED, RowState.UNCHANGED, RowState.REFUSED, RowState.INVALID
PLANNED, SKIPPED, UNPROVED = RowState.PLANNED, RowState.SKIPPED, RowState.UNPROVED


def change_set(state: ChangeSetState, counts: dict[RowState, int]) -> ChangeSet:
    return ChangeSet(
        1, 1, "Accounts", ChangeSetKind.UPDATE, "x.csv", ("id",), Mapping(0, "id"), {}, "", None, state, "",
        datetime.now(UTC), None, None, counts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({UPDATED: 3, UNCHANGED: 2}, Exit.DONE),
        ({UPDATED: 3, REFUSED: 1}, Exit.PARTLY),
        ({UNCHANGED: 3, INVALID: 1}, Exit.PARTLY),
        ({UNPROVED: 1, REFUSED: 1}, Exit.PARTLY),
        ({REFUSED: 1, INVALID: 1, SKIPPED: 9}, Exit.NOTHING_CHANGED),
    ],
)
def test_a_run_that_is_over_ends_by_what_its_rows_came_to(counts: dict[RowState, int], code: Exit) -> None:
    assert exit_of(change_set(ChangeSetState.FINISHED, counts)) is code


def test_a_pause_and_a_stop_rule_have_codes_of_their_own() -> None:
    paused = change_set(ChangeSetState.PAUSED, {UPDATED: 3, PLANNED: 2})
    assert exit_of(paused) is Exit.PAUSED
    assert exit_of(paused, is_by_rule=True) is Exit.STOPPED_BY_RULE


def test_a_rehearsal_ends_as_the_run_would() -> None:
    assert exit_of(change_set(ChangeSetState.ABANDONED, {PLANNED: 3})) is Exit.DONE
    assert exit_of(change_set(ChangeSetState.ABANDONED, {PLANNED: 3, INVALID: 1})) is Exit.PARTLY


def test_errors_end_with_codes_of_the_same_table() -> None:
    every = [errors.ZohoError]
    for one in every:
        every += one.__subclasses__()
    assert {one.exit_code for one in every} == {Exit.BAD_INPUT, Exit.SIGN_IN, Exit.NOT_REACHABLE}


def test_every_code_is_in_the_help_and_in_the_readme() -> None:
    assert list(MEANINGS) == list(Exit)
    shown, readme = parser().format_help(), README.read_text("utf-8")
    for code, words in MEANINGS.items():
        assert f"{code.value}  {words}" in shown
        assert f"| {code.value} | {words} |" in readme


@pytest.mark.parametrize(
    "command", [["update"], ["jobs", "undo"], ["jobs", "retry"], ["jobs", "resume"], ["jobs", "stop"]]
)
def test_commands_that_run_show_the_table_too(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([*command, "--help"])
    assert "stopped by a stop rule" in capsys.readouterr().out


def test_rows_are_named_one_by_one_or_by_the_first_and_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    undo = ["jobs", "undo", "7"]
    chosen = parser().parse_args([*undo, "--row", "3", "--row", "5-7", "--set", "Phone=+49=1", "--set", "Industry="])
    assert [list(rows) for rows in chosen.row] == [[3], [5, 6, 7]]
    assert dict(chosen.set) == {"Phone": "+49=1", "Industry": ""}
    for wrong in (("--row", "7-5"), ("--row", "x"), ("--row", "1-99999999"), ("--set", "Industry"), ("--set", "=x")):
        with pytest.raises(SystemExit):
            parser().parse_args([*undo, *wrong])
    assert "Traceback" not in capsys.readouterr().err
