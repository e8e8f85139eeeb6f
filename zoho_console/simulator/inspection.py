"""Places below `/_simulator` that Zoho does not have: other processes read the counters and script faults here."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from aiohttp import web

from zoho_console.simulator.answers import json_response
from zoho_console.simulator.credits import Allowance
from zoho_console.simulator.faults import Fault, Faults
from zoho_console.simulator.traffic import Traffic
from zoho_console.simulator.world import World

_SETTINGS = {field.name for field in fields(Fault)} - {"match"} | {"method", "path"}


class Inspection:
    """`/_simulator/effects`, `/state`, `/faults`; no token is needed."""

    def __init__(self, world: World, allowance: Allowance, faults: Faults, traffic: Traffic) -> None:
        self._world = world
        self._allowance = allowance
        self._faults = faults
        self._traffic = traffic

    def routes(self) -> list[web.RouteDef]:
        """What the web server serves."""
        return [
            web.get("/_simulator/effects", self.effects),
            web.get("/_simulator/state", self.state),
            web.post("/_simulator/faults", self.add_fault),
            web.delete("/_simulator/faults", self.clear_faults),
        ]

    async def effects(self, _: web.Request) -> web.Response:
        """How often each record was written: `{id: count}`."""
        return json_response(self._world.effects_by_record())

    async def state(self, _: web.Request) -> web.Response:
        """The world in numbers, the credits spent, the faults left, and how often each place was called."""
        spent = {"credits_spent": self._allowance.spent, "faults_left": self._faults.left}
        return json_response({**self._world.described(), **spent, "requests": dict(self._traffic.counts)})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Append a fault: `{"method", "path", "times", "status", …}`, named as the attributes of `Fault`."""
        settings: Any = await request.json()
        unknown = sorted(set(settings) - _SETTINGS)
        if unknown:
            return json_response({"unknown": unknown}, 400)
        self._faults.add(**settings)
        return json_response({"faults_left": self._faults.left}, 201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        """Drop the rest of the script."""
        self._faults.clear()
        return json_response({"faults_left": 0})
