"""Zoho's envelopes: errors flat or per record, lists with their `info`, nothing found as 204."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web


def error(code: str, message: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """An error as Zoho words one."""
    return {"code": code, "details": details or {}, "message": message, "status": "error"}


def refusal(status: int, code: str, message: str, details: dict[str, Any] | None = None) -> web.Response:
    """An answer that refuses the whole call."""
    return answer(error(code, message, details), status)


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer with Zoho's headers."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    made = {"Content-Disposition": "attachment; filename=response.json", **(headers or {})}
    return web.Response(text=text, status=status, content_type="application/json", headers=made)


def nothing() -> web.Response:
    """Nothing found: 204 without a body."""
    return web.Response(status=204)


def required(name: str) -> web.Response:
    """A parameter is missing."""
    return refusal(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {"param_name": name})


def invalid_module() -> web.Response:
    """The module does not exist."""
    return refusal(400, "INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 0})
