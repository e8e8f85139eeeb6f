"""Which fields a query can select, and how more of them are read than one query takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from zoho_console.background import together
from zoho_console.coql import Column, Query
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Slice
from zoho_console.zoho.client import AsyncZohoClient as Engine

MOST_COLUMNS = 49  # of one query beside the id; 50 is what every description of the limit allows (fact sheet 3.5)
# What a query cannot select (fact sheet 3.4).
_NOT_SELECTABLE = frozenset(
    {"subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload", "profileimage"}
)


def in_blocks(names: Iterable[str]) -> list[list[str]]:
    """Field names but the id, each once, in blocks that a query can select; one empty block for none."""
    others = [name for name in dict.fromkeys(names) if name != "id"]
    return [others[at : at + MOST_COLUMNS] for at in range(0, len(others), MOST_COLUMNS)] or [[]]


async def widened(engine: Engine, query: Query, blocks: Sequence[Sequence[str]]) -> Slice:
    """The rows of a query with the columns of all blocks, asked side by side."""
    queries = [replace(query, columns=tuple(Column(name) for name in ("id", *block))) for block in blocks]
    first, *others = await together(*(engine.coql(str(one)) for one in queries))
    further = [{str(record["id"]): record for record in other.records} for other in others]
    # An account that came or went between the queries is in some of them only: the first one counts.
    rows = []
    for record in first.records:
        wide = dict(record)
        for one in further:
            wide |= one.get(str(record["id"]), {})
        rows.append(wide)
    return Slice(tuple(rows), first.more)


def selectable(known: Mapping[str, Field]) -> list[str]:
    """The visible fields that a query can select."""
    return [name for name, field in known.items() if field.is_visible and field.type not in _NOT_SELECTABLE]
