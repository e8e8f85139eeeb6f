"""What the status bar and the rail say: where we are, what it cost, what works, how many jobs run."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Signal

from zoho_console.domain.changes import ChangeSetState
from zoho_console.domain.connections import CUSTOM
from zoho_console.errors import ZohoDatabaseError
from zoho_console.screens.alerts import Alerts
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.words import GUARD_TONES, clock, count, guard_name
from zoho_console.workspace.health import Health, HealthState

EVERY_S = 3.0
# A lamp says whether Zoho can be used; the renewal of a token on its way is no trouble.
_ZOHO = dict.fromkeys(
    (HealthState.WORKS, HealthState.EXPIRING, HealthState.REFRESHING, HealthState.WAITING), ("Zoho works", "good")
) | {HealthState.NOT_CHECKED: ("Zoho not checked", "faint"), HealthState.DATABASE_DOWN: ("Zoho not checked", "faint")}


class StatusScreen(Screen):
    """Looks at the database every few seconds; makes no call to Zoho.

    Signals: `alerted` (an Alert): a connection, this one or another, began to need a person.
    """

    alerted = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.health: Health | None = None
        self.needs_a_person = False
        self._alerts = Alerts()
        self.running = 0
        self.database_works = True
        desk.connection_changed.connect(self.look_now)
        desk.jobs_changed.connect(self.look_now)

    def start(self) -> None:
        """Begin looking."""
        self.tasks.start(self._watch(), name="watch")

    def look_now(self) -> None:
        """Look once, at once."""
        self.tasks.start(self._look(), name="look")

    async def _watch(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(EVERY_S)

    async def _look(self) -> None:
        try:
            every = await self.blocking(self.desk.checkup.look)
            sets = await self.blocking(self.workspace.journal.change_sets, None, 20)
        except ZohoDatabaseError:
            self.database_works = False
        else:
            self.database_works = True
            current = self.desk.connection
            self.health = next((one for one in every if current and one.connection.id == current.id), None)
            if self.health is not None:
                self.desk.saw(self.health.connection)
            self.needs_a_person = any(one.needs_a_person for one in every)
            for alert in self._alerts.news(every):
                self.alerted.emit(alert)
            self.running = sum(one.state is ChangeSetState.APPLYING for one in sets)
        self.changed.emit()

    @property
    def organisation(self) -> str:
        """The line under the product's name."""
        connection = self.desk.connection
        if connection is None:
            return "no connection yet"
        name = connection.organisation.name if connection.organisation else connection.name
        return f"{name} · {'custom' if connection.data_centre == CUSTOM else connection.place}"

    @property
    def name(self) -> str:
        """Organisation and environment, for the status bar."""
        connection = self.desk.connection
        if connection is None:
            return "No connection"
        name = connection.organisation.name if connection.organisation else connection.name
        return f"{name} · {connection.environment}"

    @property
    def colour(self) -> int | None:
        """The index of the connection's colour."""
        return self.desk.connection.colour if self.desk.connection else None

    @property
    def facts(self) -> list[str]:
        """What is true of the connection now, in short words."""
        if self.health is None:
            return []
        facts = []
        usage = self.health.evidence.usage
        if usage is not None:
            facts.append(f"{count(usage.credits_used, 'credit')} used by this console")
            if usage.credits_left is not None:
                facts.append(f"{usage.credits_left:,} left")
        if self.health.expires_at is not None:
            facts.append(f"token good until {clock(self.health.expires_at)}")
        return facts

    @property
    def lamps(self) -> list[tuple[str, str]]:
        """Word and tone of each lamp."""
        zoho = ("Zoho not checked", "faint")
        if self.health is not None:
            zoho = _ZOHO.get(self.health.state, (self.health.verdict.word, self.health.verdict.tone))
        is_down = not self.database_works or (
            self.health is not None and self.health.state is HealthState.DATABASE_DOWN
        )
        database = ("Database not reachable", "bad") if is_down else ("Database works", "good")
        if not self.workspace.database.is_proven:
            database = ("Database unverified", "bad")  # said all the time, for anybody on the way may read along
        lamps = [zoho, database]
        if (guard := self.desk.guard) is not None:
            lamps.insert(0, (guard_name(guard), GUARD_TONES[guard.level]))
        return lamps
