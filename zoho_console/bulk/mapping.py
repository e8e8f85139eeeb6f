"""Which column finds the record, and which column sets which field: suggested, checked, or told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from zoho_console.domain.changes import Mapping, Problem, Row
from zoho_console.domain.fields import COMPUTED_TYPES, STRUCTURED_TYPES, Field, nearest
from zoho_console.errors import ZohoConfigError

# Types whose values COQL compares for equality, and that tell records apart.
KEY_TYPES = frozenset({"text", "email", "website", "phone", "integer", "bigint", "autonumber"})
ID = "id"
_ID_TITLES = frozenset({"id", "recordid", "accountid", "zohoid", "zohorecordid"})
_KEY_FIELDS = ("Account_Name", "Website", "Email", "Customer_Code", "Account_Number", "Name")
_NEAR = 0.84


def suggest(header: Sequence[str], sample: Sequence[Row], fields: Sequence[Field]) -> tuple[Mapping, dict[int, str]]:
    """A mapping to start from, and for each mapped column why, in words.

    A field is suggested once; a column whose title only resembles a field's says so.
    """
    found: dict[int, str] = {}
    why: dict[int, str] = {}
    for matches, reason in ((_same_name, "same name"), (_same_words, "same words"), (_similar, "similar name")):
        for column, title in enumerate(header):
            if column in found:
                continue
            name = matches(title, [one for one in fields if one.api_name not in found.values()])
            if name:
                found[column], why[column] = name, reason
    key_column, key_field = _key(found, sample, {one.api_name: one for one in fields})
    writable = {one.api_name for one in fields if is_target(one)}
    targets = {column: name for column, name in found.items() if column != key_column and name in writable}
    return Mapping(key_column, key_field, targets), why


def check_mapping(mapping: Mapping, header: Sequence[str], fields: Sequence[Field]) -> list[Problem]:
    """What is wrong with a mapping; empty if it can be used."""
    by_name = {one.api_name: one for one in fields}
    problems = []
    if not 0 <= mapping.key_column < len(header):
        problems.append(Problem("no-key", "No column finds the accounts.", "Choose the column with ids or names."))
    key = by_name.get(mapping.key_field)
    if mapping.key_field != ID and (key is None or key.type not in KEY_TYPES):
        problems.append(
            Problem("bad-key", f"Accounts cannot be found by “{mapping.key_field}”.", "Choose a text field or the id.")
        )
    if not mapping.targets:
        problems.append(Problem("nothing-mapped", "No column sets a field.", "Choose a field for at least one column."))
    for column, name in mapping.targets.items():
        title = header[column]
        one = by_name.get(name)
        if one is None:
            problems.append(Problem("unknown-field", f"Accounts have no field “{name}”.", "Choose another.", title))
        elif not is_target(one):
            problems.append(Problem("read-only", f"“{one.label}” cannot be changed.", "Leave this column out.", title))
        elif list(mapping.targets.values()).count(name) > 1:
            problems.append(
                Problem("two-columns", f"Two columns would set “{one.label}”.", "Leave one of them out.", title)
            )
    return problems


def mapping_from(header: Sequence[str], fields: Sequence[Field], key: str = "", pairs: Sequence[str] = ()) -> Mapping:
    """The mapping a command line asks for: `key` a field, `pairs` as COLUMN=FIELD; without pairs what is recognised.

    Errors: ZohoConfigError naming the column or field that is not there, or the first problem.
    """
    suggested, _why = suggest(header, (), fields)
    recognised = {suggested.key_column: suggested.key_field, **suggested.targets}
    recognised.pop(-1, None)
    if pairs:
        recognised = dict(_pair(pair, header, fields) for pair in pairs)
        if len(recognised) < len(pairs):
            raise ZohoConfigError("A column is mapped twice.", advice="Name each column once.")
    key_field = _named_field(key, fields) if key else ""
    key_column = next((column for column, name in recognised.items() if name == key_field), -1)
    if key_field and key_column < 0:
        key_column = _column_for(key_field, header, fields)
    if not key_field:
        key_column, key_field = suggested.key_column, suggested.key_field
    targets = {column: name for column, name in recognised.items() if column != key_column}
    mapping = Mapping(key_column, key_field, targets)
    for problem in check_mapping(mapping, header, fields):
        raise ZohoConfigError(problem.sentence, advice=problem.advice)
    return mapping


def _key(found: dict[int, str], sample: Sequence[Row], fields: dict[str, Field]) -> tuple[int, str]:
    by_field = {name: column for column, name in found.items()}
    if ID in by_field:
        return by_field[ID], ID
    unique = [name for name, column in by_field.items() if fields[name].is_unique]
    for name in (*_KEY_FIELDS, *unique):
        if name in by_field and fields[name].type in KEY_TYPES:
            return by_field[name], name
    return -1, ""


def is_target(one: Field) -> bool:
    """Whether a column can set this field."""
    return one.is_writable and one.type not in COMPUTED_TYPES | STRUCTURED_TYPES


def _same_name(title: str, fields: Sequence[Field]) -> str:
    if _plain(title) in _ID_TITLES and any(one.api_name == ID for one in fields):
        return ID
    return next((one.api_name for one in fields if title in (one.api_name, one.label)), "")


def _same_words(title: str, fields: Sequence[Field]) -> str:
    wanted = _plain(title)
    return next((one.api_name for one in fields if wanted in (_plain(one.api_name), _plain(one.label))), "")


def _similar(title: str, fields: Sequence[Field]) -> str:
    by_plain = {_plain(text): one.api_name for one in fields for text in (one.api_name, one.label)}
    near = difflib.get_close_matches(_plain(title), by_plain, n=1, cutoff=_NEAR)
    return by_plain[near[0]] if near else ""


def _pair(pair: str, header: Sequence[str], fields: Sequence[Field]) -> tuple[int, str]:
    title, separator, name = pair.rpartition("=")
    if not separator:
        raise ZohoConfigError(f"“{pair}” does not say COLUMN=FIELD.", advice='Write for example "Sector=Industry".')
    if title not in header:
        near = nearest(title, list(header))
        raise ZohoConfigError(
            f"The file has no column “{title}”.",
            advice=f"Did you mean “{near}”?" if near else f"Its columns are: {', '.join(header)}.",
        )
    return list(header).index(title), _named_field(name, fields)


def _named_field(name: str, fields: Sequence[Field]) -> str:
    names = [one.api_name for one in fields]
    if name == ID or name in names:
        return name
    by_label = {one.label.lower(): one.api_name for one in fields}
    if name.lower() in by_label:
        return by_label[name.lower()]
    near = nearest(name, names)
    raise ZohoConfigError(
        f"Accounts have no field “{name}”.", advice=f"Did you mean “{near}”?" if near else "Check the API name."
    )


def _column_for(name: str, header: Sequence[str], fields: Sequence[Field]) -> int:
    own = [one for one in fields if one.api_name == name]
    for column, title in enumerate(header):
        if _same_name(title, own) or _same_words(title, own):
            return column
    raise ZohoConfigError(f"No column of the file holds “{name}”.", advice=f'Say which with --map "COLUMN={name}".')


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())
