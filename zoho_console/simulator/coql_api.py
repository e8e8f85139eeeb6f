"""`POST /crm/v8/coql` (Zoho CRM v8, COQL)."""

from __future__ import annotations

from typing import Any

from zoho_console.simulator.answers import Answer, Refusal
from zoho_console.simulator.coql import Result, run
from zoho_console.simulator.gate import Call, Endpoint
from zoho_console.simulator.metadata import field_metadata
from zoho_console.simulator.world import World


class CoqlApi:
    """The place that takes queries."""

    def __init__(self, world: World, *, strict_brackets: bool = True) -> None:
        self._world = world
        self._strict_brackets = strict_brackets

    def endpoints(self) -> list[Endpoint]:
        """What stands behind the gate."""
        return [Endpoint("POST", "/crm/v8/coql", ("coql.READ",), self.query, heavy=lambda _: True)]

    def query(self, call: Call) -> Answer:
        """Rows with `info`; 204 for none. A query also needs the right to read its module."""
        body = call.body
        text = body.get("select_query")
        if text is None:
            raise Refusal("MANDATORY_NOT_FOUND", "mandatory key not found", {"api_name": "select_query"})
        if not isinstance(text, str):
            details = {"api_name": "select_query", "json_path": "$.select_query", "expected_data_type": "string"}
            raise Refusal("INVALID_DATA", "invalid data", details)
        meta = _wants_meta(body)
        result = run(self._world, text, strict_brackets=self._strict_brackets)
        needed = [f"modules.{result.module}.READ", *(["settings.fields.READ"] if meta else [])]
        if not all(call.access.allows(scope) for scope in needed):
            raise Refusal("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", status=401)
        if not result.rows:
            return Answer(status=204, credits=result.credits)
        answer: dict[str, Any] = {
            "data": result.rows,
            "info": {"count": len(result.rows), "more_records": result.more},
        }
        if meta:
            answer["fields"] = _meta(result)
        return Answer(answer, credits=result.credits)


def _wants_meta(body: dict[str, Any]) -> bool:
    wanted = body.get("include_meta")
    if wanted is None:
        return False
    where = {"api_name": "include_meta", "json_path": "$.include_meta"}
    if not isinstance(wanted, list):
        raise Refusal("INVALID_DATA", "invalid data", {"expected_data_type": "jsonarray", **where})
    if any(name != "fields" for name in wanted):
        raise Refusal("INVALID_DATA", "invalid data", {"supported_values": ["fields"], **where})
    return bool(wanted)


def _meta(result: Result) -> dict[str, Any]:
    return {path: field_metadata(column.spec, result.module) for path, column in result.columns.items()}
