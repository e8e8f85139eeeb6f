"""The outermost layer of the server: counts calls, acts out the script of faults, refuses unknown places."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler as WebHandler
from aiohttp.typedefs import Middleware

from zoho_console.simulator.answers import Refusal, json_response
from zoho_console.simulator.faults import PORTAL, STRANGER, Fault, Faults, Items
from zoho_console.simulator.traffic import Traffic


def faulty(faults: Faults, traffic: Traffic) -> Middleware:
    """The outermost layer: counts calls, lets scripted faults happen, and refuses unknown places in Zoho's words."""

    @web.middleware
    async def meet_faults(request: web.Request, handler: WebHandler) -> web.StreamResponse:
        if request.path.startswith("/_simulator"):
            return await _placed(request, handler)
        traffic.arrived(request)
        script = faults.take(request.method, request.path)
        response = await (_met(script, request, handler) if script else _placed(request, handler))
        await traffic.answered(request, response, cut=bool(script and script.drop))
        return response

    return meet_faults


async def _met(fault: Fault, request: web.Request, handler: WebHandler) -> web.StreamResponse:
    await asyncio.sleep(fault.delay_ms / 1000)
    if fault.drop == "late":
        await request.read()
        _cut(request)
        await asyncio.sleep(fault.late_ms / 1000)
        return await _placed(request, handler)
    return _misfortune(request, fault, None if fault.prevents else await _placed(request, handler))


async def _placed(request: web.Request, handler: WebHandler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        message = "Please check if the URL trying to access is a correct one"
        return json_response(Refusal("INVALID_URL_PATTERN", message).body, 404)
    except web.HTTPMethodNotAllowed:
        message = "The http request method type is not a valid one"
        return json_response(Refusal("INVALID_REQUEST_METHOD", message).body, 400)


def _misfortune(request: web.Request, fault: Fault, real: web.StreamResponse | None) -> web.StreamResponse:
    if fault.drop:
        _cut(request)
        return web.Response()
    if fault.html:
        return web.Response(text=PORTAL, content_type="text/html", status=fault.status or 200)
    if fault.cut and isinstance(real, web.Response) and isinstance(real.body, bytes):
        half = real.body[: len(real.body) // 2]
        return web.Response(body=half, status=real.status, content_type="application/json")
    if fault.items and isinstance(real, web.Response) and isinstance(real.body, bytes):
        return json_response(_disordered(json.loads(real.body), fault.items), real.status)
    if fault.status is not None or real is None:
        return json_response(fault.answer, fault.status or 200)
    return real


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _disordered(body: Any, items: Items) -> Any:
    """The answer of a batch with its items out of order, one of them twice, missing or about another record."""
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list) or not data:
        return body
    first, *others = data
    changed = {
        "shuffled": [*others, first],
        "doubled": [first, *data],
        "dropped": others,
        "foreign": [{**first, "details": {**first.get("details", {}), "id": STRANGER}}, *others],
    }
    return {**body, "data": changed[items]}
