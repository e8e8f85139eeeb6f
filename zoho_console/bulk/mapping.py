"""Which column finds the record, and which column sets which field: suggested, checked, or told."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping as Named
from collections.abc import Sequence

from zoho_console.bulk.checking import SCIENTIFIC
from zoho_console.domain.changes import Mapping, Problem, Row
from zoho_console.domain.fields import COMPUTED_TYPES, RECORD_ID, STRUCTURED_TYPES, Field, nearest
from zoho_console.errors import ZohoConfigError

# Types whose values COQL compares for equality, and that tell records apart.
KEY_TYPES = frozenset({"text", "email", "website", "phone", "integer", "bigint", "autonumber"})
ID = "id"
_ID_TITLES = frozenset({"id", "recordid", "accountid", "zohoid", "zohorecordid"})
_KEY_FIELDS = ("Account_Name", "Website", "Email", "Customer_Code", "Account_Number", "Name")
_NEAR = 0.84


def suggest(header: Sequence[str], sample: Sequence[Row], fields: Sequence[Field]) -> tuple[Mapping, dict[int, str]]:
    """A mapping to start from, and for each mapped column why, in words.

    A field is suggested once. The sample decides whether a column titled as one of ids holds Zoho's ids or others.
    """
    found, why = _recognised(header, fields)
    found = {column: name for column, name in found.items() if name != ID or _may_hold_ids(column, sample)}
    for column, title in enumerate(header):
        free = [one for one in fields if one.api_name not in (ID, *found.values())]
        if column not in found and (name := _similar(title, free)):
            found[column], why[column] = name, "similar name"
    by_name = {one.api_name: one for one in fields}
    key_column, key_field = _key(found, by_name)
    ids = [column for column in range(len(header)) if column not in found and _holds_ids_only(column, sample)]
    if key_column < 0 and ids:
        key_column, key_field = ids[0], ID
        why[key_column] = "holds record ids"
    targets = _targets(found, key_column, by_name)
    return Mapping(key_column, key_field, targets), {
        column: why[column] for column in (key_column, *targets) if column >= 0
    }


def check_mapping(mapping: Mapping, header: Sequence[str], fields: Sequence[Field]) -> list[Problem]:
    """What is wrong with a mapping; empty if it can be used."""
    by_name = {one.api_name: one for one in fields}
    problems = []
    if not 0 <= mapping.key_column < len(header):
        problems.append(Problem("no-key", "No column finds the accounts.", "Choose the column with ids or names."))
    key = by_name.get(mapping.key_field)
    if mapping.key_field not in ("", ID) and (key is None or key.type not in KEY_TYPES):
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
    """The mapping a command line asks for: `key` a field, `pairs` as COLUMN=FIELD.

    Without pairs every column sets the field of the same name, if there is one; nobody looks at a guess here, so
    names that are only similar do not count. Without a key: the id, else the name, as `suggest` does.
    Errors: ZohoConfigError naming the column or field that is not there, or the first problem.
    """
    by_name = {one.api_name: one for one in fields}
    recognised, _why = _recognised(header, fields)
    told = dict(_pair(pair, header, fields) for pair in pairs)
    if len(told) < len(pairs):
        raise ZohoConfigError("A column is mapped twice.", advice="Name each column once.")
    known = {column: name for column, name in recognised.items() if name not in told.values()} | told
    if key:
        key_field = _named_field(key, fields)
        key_column = next((column for column, name in known.items() if name == key_field), -1)
        if key_column < 0:
            raise ZohoConfigError(
                f"No column of the file holds “{key_field}”.", advice=f'Say which with --map "COLUMN={key_field}".'
            )
    else:
        key_column, key_field = _key(known, by_name)
    others = {column: name for column, name in told.items() if column != key_column}
    mapping = Mapping(key_column, key_field, others if pairs else _targets(known, key_column, by_name))
    for problem in check_mapping(mapping, header, fields):
        raise ZohoConfigError(problem.sentence, advice=problem.advice)
    return mapping


def is_target(one: Field) -> bool:
    """Whether a column can set this field."""
    return one.is_writable and one.type not in COMPUTED_TYPES | STRUCTURED_TYPES


def _recognised(header: Sequence[str], fields: Sequence[Field]) -> tuple[dict[int, str], dict[int, str]]:
    """The field of each column that is titled as one, and why; exact names first."""
    found: dict[int, str] = {}
    why: dict[int, str] = {}
    for matches, reason in ((_same_name, "same name"), (_same_words, "same words")):
        for column, title in enumerate(header):
            name = "" if column in found else matches(title, fields)
            if name and name not in found.values():
                found[column], why[column] = name, reason
    return found, why


def _same_name(title: str, fields: Sequence[Field]) -> str:
    name = next((one.api_name for one in fields if title in (one.api_name, one.label)), "")
    return name or (ID if _plain(title) in _ID_TITLES else "")


def _same_words(title: str, fields: Sequence[Field]) -> str:
    wanted = _plain(title)
    return next((one.api_name for one in fields if wanted and wanted in (_plain(one.api_name), _plain(one.label))), "")


def _similar(title: str, fields: Sequence[Field]) -> str:
    """The field whose name is most like the title. Digits must be the same: “Phone 2” is no slip for “Phone”."""
    wanted = _plain(title)
    by_plain = {
        plain: one.api_name
        for one in fields
        for plain in (_plain(one.api_name), _plain(one.label))
        if plain and _digits(plain) == _digits(wanted)
    }
    near = difflib.get_close_matches(wanted, by_plain, n=1, cutoff=_NEAR)
    return by_plain[near[0]] if near else ""


def _key(found: Named[int, str], fields: Named[str, Field]) -> tuple[int, str]:
    by_field = {name: column for column, name in found.items()}
    if ID in by_field:
        return by_field[ID], ID
    unique = [name for name in by_field if name in fields and fields[name].is_unique]
    for name in (*_KEY_FIELDS, *unique):
        if name in by_field and name in fields and fields[name].type in KEY_TYPES:
            return by_field[name], name
    return -1, ""


def _targets(found: Named[int, str], key_column: int, fields: Named[str, Field]) -> dict[int, str]:
    return {
        column: name
        for column, name in found.items()
        if column != key_column and name in fields and is_target(fields[name])
    }


def _may_hold_ids(column: int, sample: Sequence[Row]) -> bool:
    """Whether some text of the column is an id or what a spreadsheet made of one; without a sample it may be so."""
    texts = _texts(column, sample)
    return not texts or any(RECORD_ID.fullmatch(text) or SCIENTIFIC.fullmatch(text) for text in texts)


def _holds_ids_only(column: int, sample: Sequence[Row]) -> bool:
    texts = _texts(column, sample)
    return bool(texts) and all(RECORD_ID.fullmatch(text) for text in texts)


def _texts(column: int, sample: Sequence[Row]) -> list[str]:
    return [text for row in sample if (text := row.texts[column].strip())]


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


def _plain(text: str) -> str:
    """Letters and digits of any script, without case, width and marks between them."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", text).casefold() if mark.isalnum())


def _digits(text: str) -> str:
    return "".join(mark for mark in text if mark.isdigit())
