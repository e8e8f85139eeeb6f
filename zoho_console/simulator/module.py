"""A kind of record: its fields, its records, and who holds which value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zoho_console.simulator.metadata import FieldSpec
from zoho_console.simulator.records import Record, Records
from zoho_console.simulator.schema import module_metadata


class Module:
    """A kind of record: its fields in order, and its records by id, oldest first."""

    def __init__(self, api_name: str, place: int, specs: Iterable[FieldSpec]) -> None:
        self.api_name = api_name
        self.place = place
        self.metadata = module_metadata(api_name, place)
        self.fields: dict[str, FieldSpec] = {}
        self.records = Records()
        self.deleted: list[dict[str, Any]] = []
        self.lookups: list[str] = []
        self._ratios: dict[str, tuple[str, str]] = {}
        self._holders: dict[str, dict[str, list[str]]] = {}
        for spec in specs:
            self.add_field(spec)

    def add_field(self, spec: FieldSpec) -> None:
        """Give the module one more field; records that exist hold null in it."""
        self.fields[spec.api_name] = spec
        if spec.is_lookup:
            self.lookups.append(spec.api_name)
        if spec.ratio:
            self._ratios[spec.api_name] = spec.ratio

    @property
    def name_field(self) -> str:
        """The field whose text names a record."""
        return next(name for name, spec in self.fields.items() if spec.mandatory)

    @property
    def system_field(self) -> str:
        """The field that an upsert looks for twins by, unless it is told another."""
        return "Email" if "Email" in self.fields else self.name_field

    def holder(self, field: str, value: Any) -> str | None:
        """The id of the oldest record that holds this value in a field, capitals or not."""
        held = self._held(field).get(str(value).casefold())
        return held[0] if held else None

    def store(self, record: Record, values: dict[str, Any]) -> None:
        """Set values of a record and what follows from them: who holds which value, formulas, full names."""
        for field, holders in self._holders.items():
            if field in values:
                before = holders.get(str(record.get(field)).casefold(), [])
                if record["id"] in before:
                    before.remove(record["id"])
                if values[field] is not None:
                    holders.setdefault(str(values[field]).casefold(), []).append(record["id"])
        record.update(values)
        if "Full_Name" in self.fields:
            record["Full_Name"] = " ".join(filter(None, (record.get("First_Name"), record.get("Last_Name"))))
        for name, (over, under) in self._ratios.items():
            above, below = record.get(over), record.get(under)
            record[name] = round(above / below, 2) if above is not None and below else None

    def _held(self, field: str) -> dict[str, list[str]]:
        """Which records hold which value of a field; gathered when it is first asked, and kept up from then on."""
        if field not in self._holders:
            holders: dict[str, list[str]] = {}
            for record in self.records.through():
                if (value := record.get(field)) is not None:
                    holders.setdefault(str(value).casefold(), []).append(record["id"])
            self._holders[field] = holders
        return self._holders[field]
