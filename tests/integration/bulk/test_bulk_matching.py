"""How records are asked for: few questions, within Zoho's limits, joined again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from zoho_console.bulk.matching import name_field, read_by_key, read_where
from zoho_console.coql import Listed, parse
from zoho_console.domain.records import Record, Reply, Slice


class Questions:
    """A client that answers every question with every record, 200 at a time, and keeps the questions."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.queries: list[str] = []
        self.running = self.most_at_once = 0

    async def coql(self, query: str) -> Slice:
        self.queries.append(query)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        asked = parse(query)
        offset = asked.offset or 0
        part = self.records[offset : offset + 200]
        found = tuple({column.key: one.get(column.key) for column in asked.columns} for one in part)
        return Slice(found, more=offset + 200 < len(self.records))

    async def update_records(
        self, module: str, changed: Sequence[Record], *, trigger: Sequence[str] | None = None
    ) -> list[Reply]:
        raise AssertionError("a question writes nothing")


def test_keys_and_fields_are_asked_for_in_blocks_and_joined_by_id() -> None:
    names = [f"Field_{number}" for number in range(100)]
    client = Questions([{"id": "1", "Account_Name": "A", **{name: name.lower() for name in names}}])
    keys = [str(number) for number in range(250)]

    found = asyncio.run(read_where(client, "Accounts", "id", keys, names))

    assert found == list(client.records)
    assert len(client.queries) == 3 * 3
    for query in client.queries:
        asked = parse(query)
        assert len(asked.columns) <= 50
        assert isinstance(asked.where, Listed)
        assert isinstance(asked.where.values, tuple)
        assert len(asked.where.values) <= 100
    assert client.most_at_once <= 4


def test_records_that_share_a_key_are_all_read() -> None:
    records = [{"id": str(number), "Name": ("Acme", "ACME")[number % 2]} for number in range(450)]
    client = Questions(records)
    found = asyncio.run(read_by_key(client, "Contacts", "Name", ["Acme", "Nobody"], []))
    assert {key: len(some) for key, some in found.items()} == {"Acme": 450}
    assert len(client.queries) == 3


def test_no_keys_are_no_question() -> None:
    client = Questions([])
    assert asyncio.run(read_where(client, "Accounts", "id", [], ["Website"])) == []
    assert client.queries == []


def test_a_module_has_a_field_that_names_its_records() -> None:
    assert (name_field("Accounts"), name_field("Projects")) == ("Account_Name", "Name")
