"""Zoho Accounts: the consent page, the token endpoint and revocation (OAuth 2.0 of Zoho, fact sheet section 1)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from aiohttp import web

from zoho_console.simulator.answers import json_response
from zoho_console.simulator.consent import consent_page, error_page
from zoho_console.simulator.grants import Consent, Grants, TokenError
from zoho_console.simulator.world import World

LOCATION = "eu"
_KNOWN_GROUPS = ("zohocrm.", "zohofiles.", "zohosearch.", "aaaserver.")


class _BadRequest(Exception):
    """A sign-in request that is answered with a page, never with a redirect."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.page = error_page(code, sentence)


class AccountsApi:
    """The routes below `/oauth/v2`. With `auto_consent` the browser goes back at once."""

    def __init__(self, world: World, grants: Grants, *, auto_consent: bool = False) -> None:
        self._world = world
        self._grants = grants
        self._auto_consent = auto_consent

    def routes(self) -> list[web.RouteDef]:
        """What the web server serves."""
        return [
            web.get("/oauth/v2/auth", self.ask, allow_head=False),
            web.post("/oauth/v2/auth", self.answer),
            web.post("/oauth/v2/token", self.token),
            web.post("/oauth/v2/token/revoke", self.revoke),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """The consent page, or the redirect that its Accept would make."""
        query = dict(request.query)
        try:
            consent = self._checked(query)
        except _BadRequest as problem:
            return _page(problem.page, 400)
        if self._auto_consent:
            return self._accepted(consent, query)
        app = self._grants.app(consent.client_id)
        name, person, company = app.name if app else "", self._world.me["full_name"], self._world.organisation
        return _page(consent_page(name, person, company["company_name"], consent.scopes, query))

    async def answer(self, request: web.Request) -> web.Response:
        """Where Accept and Reject of the page lead."""
        form = await _form(request)
        try:
            consent = self._checked(form)
        except _BadRequest as problem:
            return _page(problem.page, 400)
        if form.get("answer") == "accept":
            return self._accepted(consent, form)
        return _redirect(consent.redirect_uri, {"error": "access_denied"}, form)

    async def token(self, request: web.Request) -> web.Response:
        """Tokens for a code or a refresh token. Errors come with HTTP 200, as Zoho sends them."""
        form = await _form(request)
        kinds = {"authorization_code": self._grants.exchange, "refresh_token": self._grants.refresh}
        give = kinds.get(form.get("grant_type", ""))
        if give is None:
            return json_response({"error": "unsupported_grant_type"})
        try:
            return json_response(give(form))
        except TokenError as error:
            return json_response(error.body)

    async def revoke(self, request: web.Request) -> web.Response:
        """The end of a token."""
        form = await _form(request)
        if self._grants.revoke(form.get("token", "")):
            return json_response({"status": "success"})
        return json_response({"error": "invalid_token"}, 400)

    def _checked(self, query: dict[str, str]) -> Consent:
        app = self._grants.app(query.get("client_id", ""))
        if app is None:
            raise _BadRequest("invalid_client", "No program with this client id is registered in this data centre.")
        redirect = query.get("redirect_uri", "")
        if not app.redirect.fullmatch(redirect):
            raise _BadRequest("invalid_redirect_uri", "The redirect address is not one of the registered ones.")
        if query.get("response_type") != "code":
            raise _BadRequest("unsupported_response_type", "The response type must be “code”.")
        scopes = tuple(scope.strip() for scope in query.get("scope", "").split(",") if scope.strip())
        if not scopes or not all(scope.lower().startswith(_KNOWN_GROUPS) for scope in scopes):
            raise _BadRequest("invalid_scope", "The request asks for a permission that does not exist.")
        return Consent(
            app.client_id,
            redirect,
            scopes,
            offline=query.get("access_type") == "offline",
            prompted=query.get("prompt") == "consent",
            challenge=query.get("code_challenge", ""),
            method=query.get("code_challenge_method", "plain"),
        )

    def _accepted(self, consent: Consent, query: dict[str, str]) -> web.Response:
        code = self._grants.issue_code(consent)
        more = {"code": code, "location": LOCATION, "accounts-server": self._grants.api_domain}
        return _redirect(consent.redirect_uri, more, query)


async def _form(request: web.Request) -> dict[str, str]:
    """Query and form together; Zoho reads both."""
    posted = await request.post()
    return {**request.query, **{name: value for name, value in posted.items() if isinstance(value, str)}}


def _page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def _redirect(uri: str, parameters: dict[str, str], query: dict[str, str]) -> web.Response:
    state = {"state": query["state"]} if "state" in query else {}
    joint = "&" if urlsplit(uri).query else "?"
    return web.Response(status=302, headers={"Location": f"{uri}{joint}{urlencode({**state, **parameters})}"})
