"""The simulator as a web server on this computer, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from zoho_console.errors import PortTaken
from zoho_console.simulator.accounts_api import AccountsApi
from zoho_console.simulator.bulk_read_api import BulkReadApi
from zoho_console.simulator.bulk_write_api import BulkWriteApi
from zoho_console.simulator.coql_api import CoqlApi
from zoho_console.simulator.credits import EDITIONS, Allowance
from zoho_console.simulator.faults import Faults
from zoho_console.simulator.gate import Endpoint, Gate
from zoho_console.simulator.grants import Consent, Grants, RegisteredApp
from zoho_console.simulator.inspection import Inspection
from zoho_console.simulator.loading import load_accounts
from zoho_console.simulator.metadata_api import MetadataApi
from zoho_console.simulator.misfortunes import faulty
from zoho_console.simulator.record_writer import RecordWriter
from zoho_console.simulator.records_api import RecordsApi
from zoho_console.simulator.samples import fill
from zoho_console.simulator.traffic import Traffic
from zoho_console.simulator.uploads import Uploads
from zoho_console.simulator.values import ValueRules
from zoho_console.simulator.world import Clock, World

HOST, HOST_V6 = "127.0.0.1", "::1"
CLIENT_ID = "1000.SIMULATOR0CONSOLE0DEMO0CLIENT0"
CLIENT_SECRET = "simulator-demo-secret"
REDIRECT = re.compile(r"http://localhost:[0-9]{1,5}/oauth/callback")
ALL_SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.READ",
    "ZohoCRM.org.READ",
    "ZohoCRM.coql.READ",
    "ZohoCRM.bulk.ALL",
    "ZohoFiles.files.ALL",
    "ZohoSearch.securesearch.READ",
)
_MAX_BODY_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """How the stand-in is set up. `load` is a CSV file in place of the demo accounts, `port` 0 any free one.

    `auto_consent` accepts every sign-in at once. `strict_brackets` refuses COQL conditions that are not bracketed in
    pairs, as Zoho's documentation demands; `strict_picklists` refuses unknown values of restricted picklists.
    `bulk_polls` questions find a bulk job unfinished; one of bulk read gives `bulk_read_rows` at most. `edition` is one
    of `EDITIONS`: it sets how many calls may run at once and, unless `credits` does, the credits of a day. `clock`
    gives the present moment with a time zone, which answers are dated by. `records_traffic` keeps every request with
    its answer.
    """

    accounts: int = 5000
    seed: int = 1
    load: Path | None = None
    latency_ms: int = 0
    port: int = 0
    auto_consent: bool = False
    strict_brackets: bool = True
    strict_picklists: bool = True
    bulk_polls: int = 2
    bulk_read_rows: int = 200_000
    records_traffic: bool = False
    edition: str = "enterprise"
    credits: int | None = None
    clock: Clock | None = None


class Simulator:
    """A stand-in for Zoho: accounts, API and upload server are one address, `url`.

    `world` holds the records and the log of writes, `faults` the script of misfortunes, `grants` the tokens,
    `allowance` the credits, `traffic` what came in. Errors of `start`: PortTaken, FileProblem for the file to load.
    """

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(self, options: SimulatorOptions | None = None) -> None:
        self.options = options or SimulatorOptions()
        self.world = World(self.options.clock)
        if self.options.load:
            load_accounts(self.world, self.options.load)
        else:
            fill(self.world, self.options.accounts, self.options.seed)
        self.faults = Faults()
        self.traffic = Traffic(records=self.options.records_traffic)
        edition = EDITIONS[self.options.edition]
        self.allowance = Allowance(self.world.now, self.options.credits or edition.credits, edition.parallel_calls)
        self.world.organisation["license_details"] = {
            **self.world.organisation["license_details"],
            "paid": self.options.edition != "free",
            "paid_type": self.options.edition,
        }
        self.grants = Grants(self.world.now, self.world.me["id"])
        self.grants.register(RegisteredApp(CLIENT_ID, CLIENT_SECRET, "Zoho Console", REDIRECT))
        self.url = ""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._ready = threading.Event()

    def start(self) -> None:
        """Serve until `stop`; when this returns, `url` answers."""
        sockets = _listening(self.options.port)
        self._ready.clear()
        self.url = f"http://{HOST}:{sockets[0].getsockname()[1]}"
        self.grants.api_domain = self.url
        self._thread = threading.Thread(target=self._run, args=(sockets,), name="simulator", daemon=True)
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close every connection and end the thread; does nothing before `start`."""
        if self._thread is None or self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def issue_grant(self, scopes: Iterable[str] = ALL_SCOPES) -> dict[str, Any]:
        """A token answer with a refresh token, as after a sign-in, without a browser."""
        code = self.grants.issue_code(Consent(CLIENT_ID, "", tuple(scopes)))
        return self.grants.exchange({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "code": code})

    def _run(self, sockets: list[socket.socket]) -> None:
        asyncio.run(self._serve(sockets))

    async def _serve(self, sockets: list[socket.socket]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        for listener in sockets:
            await web.SockSite(runner, listener).start()
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    def places(self) -> list[str]:
        """Every place of the API behind the gate, as “method path”."""
        return [f"{endpoint.method} {endpoint.path}" for endpoint in self._endpoints()]

    def _endpoints(self) -> list[Endpoint]:
        uploads, polls = Uploads(self.world), self.options.bulk_polls
        writer = RecordWriter(self.world, ValueRules(self.world, strict_picklists=self.options.strict_picklists))
        return [
            *MetadataApi(self.world).endpoints(),
            *CoqlApi(self.world, strict_brackets=self.options.strict_brackets).endpoints(),
            *uploads.endpoints(),
            *RecordsApi(self.world, writer).endpoints(),
            *BulkReadApi(self.world, polls, self.options.bulk_read_rows).endpoints(),
            *BulkWriteApi(self.world, writer, uploads, polls, lambda: self.url).endpoints(),
        ]

    def _application(self) -> web.Application:
        gate = Gate(self.world, self.grants, self.allowance, self.options.latency_ms)
        application = web.Application(middlewares=[faulty(self.faults, self.traffic)], client_max_size=_MAX_BODY_BYTES)
        application.add_routes(Inspection(self.world, self.allowance, self.faults, self.traffic).routes())
        accounts = AccountsApi(self.world, self.grants, auto_consent=self.options.auto_consent)
        application.add_routes(accounts.routes())
        application.add_routes([gate.route(endpoint) for endpoint in self._endpoints()])
        application.on_response_prepare.append(self._date)
        return application

    async def _date(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(self.world.now(), usegmt=True)


def _listening(port: int) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1 and, where this computer has it, on ::1, so that `localhost` answers."""
    try:
        first = socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise PortTaken(port, str(error)) from error
    try:
        second = socket.create_server((HOST_V6, first.getsockname()[1]), family=socket.AF_INET6, backlog=128)
    except OSError:
        return [first]
    return [first, second]
