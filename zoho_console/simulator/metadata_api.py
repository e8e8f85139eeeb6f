"""Fields, modules, organisation and users. Source: fact sheet section 7."""

from __future__ import annotations

from aiohttp import web

from zoho_console.simulator.answers import answer, invalid_module, nothing, required
from zoho_console.simulator.world import USERS, World

_PROFILE = {"name": "Administrator", "id": "777000000000026011"}


class Metadata:
    """What the world is made of, over HTTP."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The routes of metadata; registered before the records', whose paths are wider."""
        return [
            web.get("/crm/v8/settings/fields", self._fields),
            web.get("/crm/v8/settings/modules", self._modules),
            web.get("/crm/v8/org", self._organisation),
            web.get("/crm/v8/users", self._users),
        ]

    async def _fields(self, request: web.Request) -> web.Response:
        if "module" not in request.query:
            return required("module")
        module = self._world.modules.get(request.query["module"])
        if module is None:
            return invalid_module()
        own = {"restricted"}
        fields = [{key: value for key, value in spec.items() if key not in own} for spec in module.fields.values()]
        return answer(
            {"fields": [{**spec, "profiles": [{**_PROFILE, "permission_type": "read_write"}]} for spec in fields]}
        )

    async def _modules(self, _request: web.Request) -> web.Response:
        modules = [
            {"api_name": module.name, "module_name": module.name, "singular_label": module.label.removesuffix("s"),
             "plural_label": module.label, "id": module.id, "api_supported": True, "generated_type": "default",
             "creatable": True, "editable": True, "deletable": True, "viewable": True, "visible": True,
             "visibility": 1, "status": "visible", "show_as_tab": True, "convertable": False, "parent_module": {},
             "profiles": [_PROFILE]}
            for module in self._world.modules.values()
        ]  # fmt: skip
        return answer({"modules": modules})

    async def _organisation(self, _request: web.Request) -> web.Response:
        return answer({"org": [self._world.organisation]})

    async def _users(self, request: web.Request) -> web.Response:
        users = USERS[:1] if request.query.get("type") == "CurrentUser" else USERS
        if int(request.query.get("page", "1")) > 1:
            return nothing()
        shown = [
            {**user, "status": "active", "confirm": True, "role": {"name": "CEO", "id": "777000000000026005"},
             "profile": _PROFILE, "time_zone": "Europe/Berlin", "locale": "de_DE", "country_locale": "de_DE",
             "zuid": f"6009988{number}", "type__s": "Regular User", "created_time": "2024-01-10T09:00:00+01:00"}
            for number, user in enumerate(users)
        ]  # fmt: skip
        info = {"per_page": 200, "count": len(shown), "page": 1, "more_records": False}
        return answer({"users": shown, "info": info})
