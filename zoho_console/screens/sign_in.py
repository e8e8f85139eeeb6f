"""A sign-in as a check list: which step is done, which one is on its way, what went wrong and what helps."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Coroutine
from enum import Enum, auto
from functools import partial
from typing import Any

from PySide6.QtCore import Signal

from zoho_console.domain.connections import Connection, redirect_uri
from zoho_console.errors import PortTaken, UnexpectedSignIn, ZohoError
from zoho_console.screens.screen import Desk, Screen
from zoho_console.workspace.sign_in import TIME_LIMIT_S, SignInAttempt, Step
from zoho_console.workspace.sign_in_checks import other_ports
from zoho_console.workspace.workspace import Identity

__all__ = ["Progress", "SignInScreen", "Step", "progress_of"]

_ATTEMPT = "attempt"
Way = Callable[[SignInAttempt], Coroutine[Any, Any, Identity]]


class Progress(Enum):
    """Where one step of a sign-in stands."""

    DONE = auto()
    NOW = auto()
    AHEAD = auto()
    SKIPPED = auto()


def progress_of(step: Step, reached: Collection[Step]) -> Progress:
    """Where `step` stands; waiting for the person is done once the answer came, and a code by hand skips it."""
    every = list(Step)
    done = set(reached) - (set() if Step.CODE in reached else {Step.WAITING})
    if step in done:
        return Progress.DONE
    after = every.index(step) - max((every.index(one) + 1 for one in done), default=0)
    if after < 0:
        return Progress.SKIPPED
    return Progress.AHEAD if after else Progress.NOW


class SignInScreen(Screen):
    """State: `connection` that somebody signs in to (None: nobody does), `steps` reached, `address` to open, `rejected`
    callbacks, `problem` that ended the attempt, `ports` to use in place of one that is taken.

    Signals: `signed_in` (the Connection); `stepped`, `opened`, `refused`: made on the engine's thread, delivered here.
    """

    signed_in = Signal(object)
    stepped = Signal(object)
    opened = Signal(str)
    refused = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.connection: Connection | None = None
        self.steps: list[Step] = []
        self.address = ""
        self.rejected = 0
        self.problem: ZohoError | None = None
        self.ports: list[int] = []
        self._port = 0
        self._deadline = 0.0
        self._attempt: SignInAttempt | None = None
        self.stepped.connect(self._stepped)
        self.opened.connect(self._opened)
        self.refused.connect(self._refused)

    @property
    def is_waiting(self) -> bool:
        """Whether an attempt is under way; otherwise `problem` says how it ended."""
        return self.tasks.is_running(_ATTEMPT)

    @property
    def seconds_left(self) -> int:
        """How long the browser may still take."""
        return max(0, round(self._deadline - time.monotonic()))

    @property
    def redirect(self) -> str:
        """The address that has to be registered for this attempt."""
        return redirect_uri(self._port)

    @property
    def may_keep(self) -> bool:
        """Whether the person may store a sign-in that is not quite the expected one."""
        return isinstance(self.problem, UnexpectedSignIn) and self.problem.may_keep

    @property
    def is_port_taken(self) -> bool:
        """Whether another program stands in the way."""
        return isinstance(self.problem, PortTaken)

    # --- intents ---

    def begin(self, connection: Connection, port: int = 0) -> None:
        """Sign in through the browser, with Zoho's answer at this port; 0: the connection's own."""
        if not self.is_waiting:
            self._port = port or connection.redirect_port
            self._start(connection, lambda attempt: attempt.through_browser(self.opened.emit))

    def again(self, port: int = 0) -> None:
        """Begin anew, at the same port or at another one."""
        if self.connection is not None:
            self.begin(self.connection, port or self._port)

    def paste(self, address: str) -> None:
        """Use the address that the browser ended on."""
        self.tasks.start(self._paste(address), name="paste")

    def use_code(self, code: str) -> None:
        """Sign in with a self client's code in place of the browser."""
        if self.connection is not None:
            self._start(self.connection, lambda attempt: attempt.by_code(code))

    def keep(self) -> None:
        """Store the sign-in although something is unexpected about it."""
        self.tasks.start(self._keep(), name=_ATTEMPT)

    def cancel(self) -> None:
        """Stop; nothing was stored."""
        self.tasks.cancel(_ATTEMPT)
        self._drop_what_was_not_kept()
        self._reset(None)

    def open_again(self) -> None:
        """Open the consent page once more."""
        self.desk.open_url(self.address)

    # --- work ---

    def _start(self, connection: Connection, way: Way) -> None:
        self._drop_what_was_not_kept()
        self._attempt = SignInAttempt(
            self.workspace, connection, port=self._port, on_step=self.stepped.emit, on_rejected=self.refused.emit
        )
        self._deadline = time.monotonic() + TIME_LIMIT_S
        self._reset(connection)
        self.tasks.start(self._go(connection, partial(way, self._attempt)), name=_ATTEMPT)

    def _reset(self, connection: Connection | None) -> None:
        self.connection, self.steps, self.address, self.rejected = connection, [], "", 0
        self.problem, self.ports = None, []
        self.changed.emit()

    async def _go(self, connection: Connection, work: Callable[[], Coroutine[Any, Any, Identity]]) -> None:
        try:
            identity = await self.engine(work())
        except ZohoError as error:
            if isinstance(error, PortTaken):
                every = await self.blocking(self.workspace.connections.all)
                self.ports = other_ports(connection, every, error.port)
            self.problem = error
            return
        except Exception:
            self._reset(None)
            raise
        self._reset(None)
        self.notice(f"Signed in to “{identity.organisation.name}” as {identity.user.name}.")
        self.signed_in.emit(await self.blocking(self.workspace.connections.get, connection.id))

    async def _paste(self, address: str) -> None:
        if self._attempt is not None:
            await self.engine(self._attempt.paste(address))

    async def _keep(self) -> None:
        if self._attempt is not None and self.connection is not None:
            await self._go(self.connection, self._attempt.keep)

    def _drop_what_was_not_kept(self) -> None:
        if self.may_keep and self._attempt is not None:
            self.tasks.start(self._drop(self._attempt), name="drop")

    async def _drop(self, attempt: SignInAttempt) -> None:
        await self.engine(attempt.drop())

    def _stepped(self, step: Step) -> None:
        self.steps = [*self.steps, step]
        self.changed.emit()

    def _opened(self, address: str) -> None:
        self.address = address
        self.desk.open_url(address)
        self.changed.emit()

    def _refused(self, _reason: str) -> None:
        self.rejected += 1
        self.changed.emit()
