"""Modules, fields, layouts, users and the organisation (Zoho CRM v8, settings, users and org)."""

from __future__ import annotations

from zoho_console.simulator.answers import (
    NOTHING,
    Answer,
    Refusal,
    invalid_module,
    invalid_parameter,
    missing_parameter,
)
from zoho_console.simulator.gate import Call, Endpoint
from zoho_console.simulator.layouts import layout_metadata
from zoho_console.simulator.listing import page_of
from zoho_console.simulator.metadata import LAYOUT, field_metadata
from zoho_console.simulator.module import Module
from zoho_console.simulator.schema import unsupported_modules
from zoho_console.simulator.world import World

_EVERYBODY = {
    "AllUsers",
    "ActiveUsers",
    "ConfirmedUsers",
    "ActiveConfirmedUsers",
    "AdminUsers",
    "ActiveConfirmedAdmins",
}
_NOBODY = {"DeactiveUsers", "NotConfirmedUsers", "DeletedUsers", "ConfirmedReportingUsers"}


class MetadataApi:
    """The places that describe the organisation."""

    def __init__(self, world: World) -> None:
        self._world = world

    def endpoints(self) -> list[Endpoint]:
        """What stands behind the gate."""
        modules, fields, layouts = ((f"settings.{what}.READ",) for what in ("modules", "fields", "layouts"))
        return [
            Endpoint("GET", "/crm/v8/org", ("org.READ",), self.organisation),
            Endpoint("GET", "/crm/v8/users", ("users.READ",), self.users),
            Endpoint("GET", "/crm/v8/users/{id}", ("users.READ",), self.user),
            Endpoint("GET", "/crm/v8/settings/modules", modules, self.modules),
            Endpoint("GET", "/crm/v8/settings/modules/{module}", modules, self.module),
            Endpoint("GET", "/crm/v8/settings/fields", fields, self.fields),
            Endpoint("GET", "/crm/v8/settings/fields/{id}", fields, self.field),
            Endpoint("GET", "/crm/v8/settings/layouts", layouts, self.layouts),
            Endpoint("GET", "/crm/v8/settings/layouts/{id}", layouts, self.layout),
        ]

    def organisation(self, call: Call) -> Answer:
        """`{"org": [one]}`."""
        return Answer({"org": [self._world.organisation]})

    def users(self, call: Call) -> Answer:
        """`{"users": […], "info": {…}}` of a type; 204 when there are none."""
        kind = call.query.get("type", "AllUsers")
        if kind not in _EVERYBODY | _NOBODY | {"CurrentUser"}:
            raise invalid_parameter("type", "string")
        found = [] if kind in _NOBODY else list(self._world.users.values())
        if kind == "CurrentUser":
            found = [self._world.users[call.access.user_id]]
        if "ids" in call.query:
            wanted = {text.strip() for text in call.query["ids"].split(",")}
            found = [user for user in found if user["id"] in wanted]
        shown, info = page_of(found, call)
        return Answer({"users": shown, "info": info}) if shown else NOTHING

    def user(self, call: Call) -> Answer:
        """One user."""
        user = self._world.users.get(call.parts["id"])
        return Answer({"users": [user]}) if user else NOTHING

    def modules(self, call: Call) -> Answer:
        """Every module, those without an API too."""
        return Answer(
            {"modules": [*(module.metadata for module in self._world.modules.values()), *unsupported_modules()]}
        )

    def module(self, call: Call) -> Answer:
        """One module."""
        return Answer({"modules": [self._module(call.parts["module"]).metadata]})

    def fields(self, call: Call) -> Answer:
        """All fields of the module of the query."""
        module = self._asked(call)
        if call.query.get("type") == "unused":
            return NOTHING
        return Answer({"fields": [field_metadata(spec, module.api_name) for spec in module.fields.values()]})

    def field(self, call: Call) -> Answer:
        """One field by its id."""
        module = self._asked(call)
        found = [spec for spec in module.fields.values() if spec.id == call.parts["id"]]
        if not found:
            message = "the id given seems to be invalid"
            raise Refusal("INVALID_DATA", message, {"resource_path_index": 2})
        return Answer({"fields": [field_metadata(found[0], module.api_name)]})

    def layouts(self, call: Call) -> Answer:
        """The layout of the module of the query; each module has one."""
        return Answer({"layouts": [layout_metadata(self._asked(call), self._world.me)]})

    def layout(self, call: Call) -> Answer:
        """One layout by its id; 204 for an id nobody knows."""
        module = self._asked(call)
        if call.parts["id"] != LAYOUT["id"]:
            return NOTHING
        return Answer({"layouts": [layout_metadata(module, self._world.me)]})

    def _asked(self, call: Call) -> Module:
        if "module" not in call.query:
            raise missing_parameter("module")
        return self._module(call.query["module"])

    def _module(self, name: str) -> Module:
        if name not in self._world.modules:
            raise invalid_module()
        return self._world.modules[name]
