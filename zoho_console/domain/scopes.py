"""Permissions (scopes): what each part of the console needs, and what is covered by what was granted. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_WRITES = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Feature:
    """A part of the console, by the name people know, and the permissions it needs."""

    name: str
    scopes: tuple[str, ...]


# Fact sheet 1.12; every scope of `DEFAULT_SCOPES` is here.
FEATURES = (
    Feature("Accounts, updates and undo", ("ZohoCRM.modules.ALL",)),
    Feature("Fields and their values", ("ZohoCRM.settings.ALL",)),
    Feature("Queries and the accounts table", ("ZohoCRM.coql.READ",)),
    Feature("Search", ("ZohoSearch.securesearch.READ",)),
    Feature("Large exports and imports", ("ZohoCRM.bulk.ALL", "ZohoFiles.files.ALL")),
    Feature("Who is signed in, and where", ("ZohoCRM.users.READ", "ZohoCRM.org.READ")),
)


def covers(granted: Iterable[str], needed: str) -> bool:
    """Whether a permission is included in those granted: by a wider group, or by a wider right; case says nothing."""
    group, _, right = needed.lower().rpartition(".")
    rights = {right, "all"} | ({"write"} if right in _WRITES else set())
    for one in granted:
        has_group, _, has_right = one.lower().rpartition(".")
        if has_right in rights and f"{group}.".startswith(f"{has_group}."):
            return True
    return False


def lacking(granted: Iterable[str], needed: Iterable[str]) -> tuple[str, ...]:
    """Those needed that are not covered, in their order."""
    given = tuple(granted)
    return tuple(one for one in needed if not covers(given, one))


def features_without(scopes: Iterable[str]) -> list[str]:
    """The names of the features that cannot work without these permissions."""
    missing = set(scopes)
    return [one.name for one in FEATURES if missing & set(one.scopes)]
