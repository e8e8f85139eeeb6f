"""The health of every connection: evidence gathered from the store, the password store and the last calls."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from zoho_console.domain.connections import Connection
from zoho_console.errors import NotEnrolled, SecretError, UntrustedToken, ZohoDatabaseError, ZohoError
from zoho_console.store.credit_use import use_since
from zoho_console.store.token_history import events_since, sign_ins
from zoho_console.store.tokens import TokenHealth
from zoho_console.workspace.health import Evidence, Health, HealthState
from zoho_console.workspace.health_rules import credits_are_low, health_of, skew_of
from zoho_console.workspace.lights import Light, clock_light, database_light, password_store_light
from zoho_console.workspace.overview import HOUR, HOURS, Overview, overview_of, sign_ins_of
from zoho_console.workspace.workspace import Workspace


class Checkup:
    """Looks at the connections of a workspace. Every method blocks; none makes a call to Zoho.

    The password store may keep its answer for a while, so it has a look of its own, whose result serves until the next.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turn = threading.Lock()
        self._store_problem: ZohoError | None = None
        self._without_secret: frozenset[int] = frozenset()
        self._may_open = False
        self._is_without_store = False  # and needs none: the environment answers
        self._last: list[Health] = []

    def look_at_secrets(self) -> None:
        """Ask the password store for this desktop's key and every client secret; it may want to be unlocked."""
        with self._turn:  # an older look must not end after a newer one and stand
            self._look_at_secrets()

    def _look_at_secrets(self) -> None:
        try:
            self._workspace.keys.prepare()
            connections = self._workspace.connections.all()
            missing = [one.id for one in connections if not self._workspace.client_secrets.has(one)]
            absent = self._workspace.secrets.problem()
            if missing and absent is not None:
                raise absent  # to paste it would be of no use, for there is no place to keep it
        except SecretError as error:
            self._store_problem, self._may_open = error, False
            return
        except ZohoDatabaseError:
            return  # said by `look`
        self._store_problem, self._without_secret, self._may_open = None, frozenset(missing), True
        self._is_without_store = absent is not None

    def look(self) -> list[Health]:
        """How each connection is, by name. While the database is away: those of the last look, marked so."""
        try:
            self._last = [health_of(one, self._evidence(one)) for one in self._workspace.connections.all()]
        except ZohoDatabaseError:
            if not self._last:
                raise
            self._last = [health_of(one.connection, Evidence(one.token, database_works=False)) for one in self._last]
        return self._last

    def overviews(self) -> dict[int, Overview]:
        """The day of each connection, by id. Errors: ZohoDatabaseError."""
        self._workspace.credit_log.write()
        database, connections = self._workspace.database, self._workspace.connections.all()
        now, events = events_since(database, HOURS * HOUR)
        uses, made = use_since(database, HOURS * HOUR), sign_ins_of(connections, sign_ins(database))
        return {one.id: overview_of(one, now, events, uses, made[one.id]) for one in connections}

    def lights(self, *, is_store_asked: bool = False) -> tuple[Light, ...]:
        """Password store (which may just be asked again), database and clock, as the last looks found them."""
        return (
            password_store_light(
                self._store_problem,
                was_asked=self._may_open,
                is_asked=is_store_asked,
                is_absent=self._is_without_store,
            ),
            database_light(works=not any(one.state is HealthState.DATABASE_DOWN for one in self._last)),
            clock_light([skew_of(one.evidence, one.looked_at) for one in self._last]),
        )

    def _evidence(self, connection: Connection) -> Evidence:
        token, usage = self._workspace.vault(connection.id).health(), self._workspace.usage(connection.id)
        is_low = usage is not None and credits_are_low(usage)
        return Evidence(
            token,
            usage=usage,
            credits_back=self._credits_back(connection, token) if is_low else 0,
            trouble=self._workspace.trouble(connection.id),
            locked_out=self._store_problem or self._locked_out(connection, token),
            has_secret=connection.id not in self._without_secret,
        )

    def _credits_back(self, connection: Connection, token: TokenHealth) -> int:
        """A credit counts for 24 hours."""
        within_the_hour = (token.now or datetime.now(UTC)) - (HOURS - 1) * HOUR
        uses = use_since(self._workspace.database, HOURS * HOUR)
        return sum(one.used for one in uses if one.connection_id == connection.id and one.at < within_the_hour)

    def _locked_out(self, connection: Connection, token: TokenHealth) -> ZohoError | None:
        if self._may_open and token.has_grant:
            try:
                self._workspace.vault(connection.id).load()
            except (NotEnrolled, UntrustedToken) as error:
                return error
        return None
