"""Values of Zoho's SDK as plain ones; used in the environment that has the SDK, never imported by a test."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from typing import Any

from zohocrmsdk.src.com.zoho.crm.api import ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.bulk_write import FieldMapping
from zohocrmsdk.src.com.zoho.crm.api.record import Record
from zohocrmsdk.src.com.zoho.crm.api.util import Choice


def plain(value: Any) -> Any:
    """A value of the SDK as JSON can hold it."""
    if isinstance(value, Choice):
        return plain(value.get_value())
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Record):
        return plain(value.get_key_values())
    if hasattr(value, "get_id"):
        return str(value.get_id())
    return value


def answered(response: Any) -> Any:
    """The object of an answer. Errors: RuntimeError with what the SDK says when it could not read it."""
    if response is None or response.get_object() is None:
        raise RuntimeError(f"no object, status {response.get_status_code() if response else '?'}")
    found = response.get_object()
    if type(found).__name__ == "APIException":
        raise RuntimeError(f"{plain(found.get_code())} {found.get_message()} {found.get_details()}")
    return found


def parameters(kind: Any, **values: Any) -> ParameterMap:
    """Query parameters by the SDK's own names."""
    wanted = ParameterMap()
    for name, value in values.items():
        wanted.add(getattr(kind, name), value)
    return wanted


def unzipped(content: bytes) -> list[list[str]]:
    """The rows of the one CSV file in a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))


def mapping(api_name: str, index: int) -> FieldMapping:
    """A column of a bulk write."""
    made = FieldMapping()
    made.set_api_name(api_name)
    made.set_index(index)
    return made
