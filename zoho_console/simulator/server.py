"""`Simulator`: the world on a loopback port, served by a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from zoho_console.errors import ZohoConfigError
from zoho_console.simulator import samples
from zoho_console.simulator.accounts_api import CLIENT_ID, CLIENT_SECRET, SCOPES, Accounts
from zoho_console.simulator.answers import refusal
from zoho_console.simulator.faults import Fault, Faults
from zoho_console.simulator.gate import Gate
from zoho_console.simulator.loading import load_accounts
from zoho_console.simulator.metadata_api import Metadata
from zoho_console.simulator.options import SimulatorOptions
from zoho_console.simulator.records_api import Records
from zoho_console.simulator.world import World

LARGEST_BODY = 100 * 1024 * 1024


class Simulator:
    """A stand-in for Zoho's accounts, API and upload servers at one `url`.

    `world` holds records and counts effects; `faults` scripts trouble. A context manager starts and stops it.
    """

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(self, options: SimulatorOptions = SimulatorOptions()) -> None:  # noqa: B008 - a frozen value
        self._options = options
        self.world = World()
        self.faults = Faults()
        self.url = ""
        self._accounts = Accounts(self.world, auto_consent=options.auto_consent)
        self.gate = Gate(self.world, self._accounts, self.faults, options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="simulator", daemon=True)
        self._ready = threading.Event()
        self._failure: Exception | None = None

    def start(self) -> None:
        """Fill the world and serve it. Errors: FileProblem (load), ZohoConfigError (port taken)."""
        if self._options.load is not None:
            load_accounts(self.world, self._options.load)
        else:
            samples.fill(self.world, self._options.accounts, self._options.seed)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise ZohoConfigError(
                f"The simulator cannot use port {self._options.port}.", advice="Choose another port."
            ) from self._failure

    def stop(self) -> None:
        """Stop serving; the world can still be read."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def issue_grant(self, scopes: tuple[str, ...] = SCOPES) -> dict[str, Any]:
        """A token answer as after a consent, without the browser."""
        return self._accounts.issue(scopes)

    def expire_tokens(self) -> None:
        """End every access token now, as if an hour had passed."""
        self._accounts.expire_all()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(self._application(), access_log=None, handle_signals=False, shutdown_timeout=1)
        try:
            self._loop.run_until_complete(runner.setup())
            site = web.TCPSite(runner, "127.0.0.1", self._options.port)
            self._loop.run_until_complete(site.start())
            self.url = self._accounts.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        except OSError as error:
            self._failure = error
        self._ready.set()
        try:
            if self._failure is None:
                self._loop.run_forever()
        finally:
            self._loop.run_until_complete(runner.cleanup())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self.gate.middleware()], client_max_size=LARGEST_BODY)
        application.add_routes(self._accounts.routes())
        application.add_routes(Metadata(self.world).routes())
        application.add_routes(Records(self.world).routes())
        application.add_routes(
            [
                web.get("/_simulator/effects", self._effects),
                web.get("/_simulator/account/{id}", self._account),
                web.post("/_simulator/faults", self._add_fault),
                web.route("*", "/{path:.*}", self._unknown),
            ]
        )
        return application

    async def _effects(self, _request: web.Request) -> web.Response:
        return web.json_response(self.world.describe())

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response(self.world.records().get(request.match_info["id"]))

    async def _add_fault(self, request: web.Request) -> web.Response:
        self.faults.add(Fault(**await request.json()))
        return web.json_response({"added": True})

    async def _unknown(self, _request: web.Request) -> web.Response:
        return refusal(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
