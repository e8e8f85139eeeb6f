"""Values that look like COQL find what they say and nothing else: client and simulator against a filter of our own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from zoho_console.coql import (
    Condition,
    all_of,
    compared,
    contains,
    ends_with,
    equals,
    is_in,
    not_in,
    select,
    starts_with,
)
from zoho_console.domain.connections import custom_origins
from zoho_console.domain.grants import Grant
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp

SEED, STRINGS, BLOCK = 20260304, 500, 100
KNOWN = (
    "O'Hara", "''", "'", '"', "\\", "\\'", "x\\", "' or id is not null", "') or (id is not null", "x' or '1'='1",
    '" or id is not null or "', "x'; select id from Users where id is not null --", "x', 'y", "/* */", "#777", "(((",
    ")))", "null", "true", "5", "-4.50", "2026-03-04", "2026-03-04T09:30:00Z", "limit 1", "x limit 1 offset 0",
    "${EMPTY}", "line\none", "tab\there", "cr\r\nlf", "nul\x00byte", "\u202eright to left", "e\u0301", "é", "straße",
    "İstanbul", "漢字", "🙂", "\u2028", "‘typographic’", "a;b", "a:b", "=", "<>", "!=", " blank at both ends ",
)  # fmt: skip
PIECES = (
    *"'\"\\(),;=<>!%_ \n\t\r#*-:äß漢🙂aB1",
    " or ",
    " and ",
    " not null ",
    "is",
    "''",
    "') or (",
    "id is not null",
    "in (",
)

Test = Callable[[str], bool]


class Vault:
    """One grant, in memory."""

    def __init__(self, simulator: Simulator) -> None:
        answer = simulator.issue_grant()
        expires = datetime.now(UTC) + timedelta(hours=1)
        self._grant = Grant(answer["refresh_token"], answer["access_token"], expires, generation=1)

    def load(self) -> Grant:
        return self._grant

    def save(self, grant: Grant, *, event: str = "refreshed") -> Grant:
        raise AssertionError("the grant holds for an hour")

    def claim_refresh(self, generation: int, lease: timedelta) -> bool:
        raise AssertionError("the grant holds for an hour")

    def refresh_failed(self, generation: int, code: str) -> None:
        raise AssertionError("the grant holds for an hour")

    def note_ok(self, calls_at_once: int = 0) -> None:
        pass


@pytest.fixture(scope="module")
def values() -> list[str]:
    """The hostile texts."""
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    made = list(KNOWN)
    while len(made) < STRINGS:
        text = "".join(chance.choices(PIECES, k=chance.randint(1, 12)))
        if text.strip() and text not in made:
            made.append(text)
    return made


@pytest.fixture(scope="module")
def simulator(values: list[str]) -> Iterator[Simulator]:
    """Accounts named by half of the texts, alone and within others, besides those of the demo."""
    with Simulator(SimulatorOptions(accounts=300)) as running:
        for number, value in enumerate(values):
            for name in (value, value.swapcase(), f"x{value}", f"{value}x", f"x{value}x")[: 5 if number % 2 else 0]:
                running.world.add("Accounts", {"Account_Name": name})
        yield running


def found(simulator: Simulator, conditions: list[Condition]) -> list[set[str]]:
    """The ids that Zoho gives for each condition."""

    async def inside() -> list[set[str]]:
        origins = custom_origins(simulator.url, simulator.url)
        client = AsyncZohoClient(origins, OAuthApp(simulator.client_id, lambda: ""), Vault(simulator))
        try:
            return [await ids(client, condition) for condition in conditions]
        finally:
            await client.aclose()

    return asyncio.run(inside())


async def ids(client: AsyncZohoClient, condition: Condition) -> set[str]:
    query = str(select(["id"], "Accounts", condition))
    return {record["id"] async for part in client.coql_all(query) for record in part.records}


def meant(simulator: Simulator, test: Test) -> set[str]:
    """The ids of the accounts whose name passes a test, capitals aside."""
    records = simulator.world.records("Accounts").items()
    return {key for key, record in records if record["Account_Name"] and test(record["Account_Name"].casefold())}


def test_a_hostile_text_finds_exactly_the_accounts_of_that_name(simulator: Simulator, values: list[str]) -> None:
    answers = found(simulator, [equals("Account_Name", value) for value in values])
    for value, answer in zip(values, answers, strict=True):
        assert answer == meant(simulator, lambda name, value=value: name == value.casefold()), repr(value)
    assert sum(map(bool, answers)) >= STRINGS // 2


@pytest.mark.parametrize(
    ("ask", "test"),
    [
        (contains, lambda name, text: text in name),
        (starts_with, lambda name, text: name.startswith(text)),
        (ends_with, lambda name, text: name.endswith(text)),
    ],
    ids=["contains", "starts with", "ends with"],
)
def test_a_hostile_text_within_a_pattern_stays_a_text(
    simulator: Simulator, values: list[str], ask: Callable[[str, str], Condition], test: Callable[[str, str], bool]
) -> None:
    some = [value for value in values if "%" not in value][::3]
    for value, answer in zip(some, found(simulator, [ask("Account_Name", value) for value in some]), strict=True):
        assert answer == meant(simulator, lambda name, value=value: test(name, value.casefold())), repr(value)


@pytest.mark.parametrize("start", range(0, STRINGS, BLOCK))
def test_lists_of_hostile_texts_and_joined_conditions_stay_apart(
    simulator: Simulator, values: list[str], start: int
) -> None:
    block = values[start : start + BLOCK]
    texts = {value.casefold() for value in block}
    one = block[0].casefold()
    asked = [
        is_in("Account_Name", block),
        not_in("Account_Name", block),
        all_of(is_in("Account_Name", block), compared("Account_Name", "!=", block[0]), contains("Account_Name", "'")),
    ]
    listed, others, joined = found(simulator, asked)
    assert listed == meant(simulator, lambda name: name in texts)
    assert others == meant(simulator, lambda name: name not in texts)
    assert joined == meant(simulator, lambda name: name in texts and name != one and "'" in name)
