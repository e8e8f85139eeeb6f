"""Every state of a connection, reached through Zoho, the database, the password store or the clock, with its remedy."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from keyring.backends import fail
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import Connection, Origins
from zoho_console.domain.grants import Grant
from zoho_console.errors import PasswordStoreLocked, SecretError, ZohoError
from zoho_console.screens.screen import Desk
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops, this_console
from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.migrate import bring_to_head
from zoho_console.store.secrets import MemorySecrets, Secrets
from zoho_console.ui.dialogs import Confirmation
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.secret_dialog import SecretDialog
from zoho_console.ui.theme import Look
from zoho_console.workspace.health import HealthState, Remedy
from zoho_console.workspace.health_rules import health_of
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., QWidget]
Picture = Callable[[QWidget, str], None]


class Moody(MemorySecrets):
    """A password store in memory that can be locked, or not be there."""

    refusal: SecretError | None = None
    is_late = False
    silence: threading.Event | None = None  # it answers once this is set

    def get(self, name: str, variable: str = "") -> str | None:
        if self.silence is not None:
            self.silence.wait()
        if self.refusal is not None:
            raise self.refusal
        return super().get(name, variable)

    def set(self, name: str, secret: str, variable: str = "") -> None:
        if self.refusal is not None:
            raise self.refusal
        super().set(name, secret, variable)

    def problem(self) -> SecretError | None:
        return self.refusal

    def answers_late(self) -> bool:
        return self.is_late


class Board:
    """The page on a workspace of its own, and a hand to press remedies."""

    def __init__(
        self, qtbot: QtBot, workspace: Workspace, secrets: Moody, page: TokenHealthPage, picture: Picture
    ) -> None:
        self.qtbot, self.workspace, self.secrets, self.page = qtbot, workspace, secrets, page
        self.screen = page._screen
        self._picture = picture

    def look(self, wanted: HealthState) -> None:
        """Look anew until the one card shows this state."""
        self.screen.shown()
        self.wait(wanted)

    def wait(self, wanted: HealthState) -> None:
        self.qtbot.waitUntil(lambda: self.state is wanted and not self.is_busy)
        card = self.page.cards[0]
        self.qtbot.waitUntil(card.isVisible)
        assert card.pill.word == self.screen.health[0].verdict.word
        assert card.sentence.text() == self.screen.health[0].verdict.sentence
        assert card.remedy.isVisible() == (self.screen.health[0].verdict.remedy is not Remedy.NONE)
        self._picture(self.page, f"state-{wanted}")

    @property
    def is_busy(self) -> bool:
        return self.screen.tasks.is_running("secrets") or any(self.screen.is_busy(one) for one in self.screen.health)

    @property
    def state(self) -> HealthState | None:
        return self.screen.health[0].state if self.screen.health else None

    @property
    def sentence(self) -> str:
        return self.screen.health[0].verdict.sentence

    def press(self) -> None:
        card = self.page.cards[0]
        self.qtbot.waitUntil(card.remedy.isEnabled)
        self.qtbot.mouseClick(card.remedy, LEFT)

    def leads_to_the_sign_in(self, connection: Connection) -> None:
        """Press the remedy; the page of connections opens with a sign-in to this one."""
        pages: list[str] = []
        asked: list[object] = []
        self.screen.desk.page_wanted.connect(pages.append)
        self.screen.desk.sign_in_wanted.connect(asked.append)
        self.press()
        assert pages == ["connections"]
        assert [one.id for one in asked if isinstance(one, Connection)] == [connection.id]

    def call(self, connection: Connection) -> None:
        """Ask Zoho who we are; what goes wrong is left to the page to tell."""
        with suppress(ZohoError):
            self.workspace.engine.call(self.workspace.identify(connection))

    def renew(self, connection: Connection) -> None:
        with suppress(ZohoError):
            self.workspace.engine.call(self.workspace.refresh(connection))

    def sql(self, statement: str) -> None:
        with self.workspace.database.begin() as connection:
            connection.execute(text(statement))


class Clock:
    """Zoho's, which may be put wrong; then this computer's is, as seen from there."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def zohos_clock() -> Clock:
    return Clock()


@pytest.fixture
def simulator(zohos_clock: Clock) -> Iterator[Simulator]:
    with Simulator(SimulatorOptions(accounts=20, auto_consent=True, clock=zohos_clock)) as running:
        yield running


@pytest.fixture
def secrets() -> Moody:
    return Moody()


@pytest.fixture
def workspace(database: Database, secrets: Moody) -> Iterator[Workspace]:
    opened = Workspace(database, secrets)
    yield opened
    opened.close()


@pytest.fixture
def board(
    qtbot: QtBot,
    desk: Desk,
    workspace: Workspace,
    secrets: Moody,
    look: Look,
    shown: Show,
    acme: Connection,
    pictured: Picture,
) -> Board:
    page = TokenHealthPage(TokenHealthScreen(desk), look)
    shown(page)
    made = Board(qtbot, workspace, secrets, page, pictured)
    made.look(HealthState.WORKS)
    return made


def sign_in_again(board: Board, simulator: Simulator, connection: Connection) -> None:
    """What a sign-in through the browser leaves behind."""
    answer = simulator.issue_grant()
    ends = datetime.now(UTC) + timedelta(seconds=answer["expires_in"])
    grant = Grant(answer["refresh_token"], answer["access_token"], ends, tuple(answer["scope"].split()))
    board.workspace.vault(connection.id).save(grant, event="signed_in")
    board.workspace.engine.call(board.workspace.forget_client(connection.id))


def own_keys(board: Board) -> None:
    """This desktop's key comes from the password store, not from the environment."""
    board.workspace.keys = DataKeys(
        board.workspace.database, Desktops(board.workspace.database, board.secrets, environment={})
    )


def test_works_and_renews_when_asked(board: Board, acme: Connection) -> None:
    assert board.sentence.startswith("Last good call")
    board.press()
    board.qtbot.waitUntil(lambda: board.screen.health[0].token.generation == 2)


def test_not_checked_until_it_is_checked(board: Board) -> None:
    board.sql("update zoho_tokens set last_ok_at = now() - interval '3 hours'")
    board.look(HealthState.NOT_CHECKED)
    assert "Last good call 3 hours ago" in board.sentence
    board.workspace.engine.call(board.workspace.forget_client(board.screen.health[0].connection.id))
    board.press()
    board.wait(HealthState.WORKS)


def test_credits_low_by_zohos_own_figure(board: Board, simulator: Simulator, acme: Connection) -> None:
    simulator.allowance.spend(simulator.allowance.total - simulator.allowance.spent - 400)
    then = "now() - interval '23 hours 30 minutes'"
    board.sql(f"insert into credit_use (connection_id, at, calls, used) values ({acme.id}, {then}, 30, 3000)")
    board.call(acme)
    board.look(HealthState.CREDITS_LOW)
    assert "of the last 24 hours" in board.sentence
    assert "About 3,000 come back by " in board.sentence
    board.press()
    board.wait(HealthState.CREDITS_LOW)


def test_expiring_until_it_is_renewed(board: Board) -> None:
    board.sql("update zoho_tokens set expires_at = now() + interval '2 minutes'")
    board.look(HealthState.EXPIRING)
    board.press()
    board.wait(HealthState.WORKS)


def test_refreshing_here_and_waiting_for_another_console(board: Board) -> None:
    claim = "update zoho_tokens set claims = claims + 1, claimed_until = now() + interval '{}', claimed_by = '{}'"
    board.sql(claim.format("20 seconds", this_console()))
    board.look(HealthState.REFRESHING)
    board.sql(claim.format("20 seconds", "anna on ANNA-PC"))
    board.look(HealthState.WAITING)
    assert "“anna on ANNA-PC” is renewing" in board.sentence
    board.sql(claim.format("-1 seconds", "anna on ANNA-PC"))
    board.look(HealthState.WORKS)


def test_a_refresh_that_fails_is_told_and_tried_again(board: Board, simulator: Simulator, acme: Connection) -> None:
    simulator.faults.add(path="/oauth/v2/token", status=503, times=1)
    board.renew(acme)
    board.look(HealthState.REFRESH_FAILED)
    assert "Renewing failed once since" in board.sentence
    assert board.sentence.endswith("Last good call a moment ago.")
    assert "works until" in board.sentence
    board.press()
    board.wait(HealthState.WORKS)


def test_throttled_says_when_the_next_try_is(board: Board, simulator: Simulator, acme: Connection) -> None:
    for _ in range(11):
        board.renew(acme)
    board.look(HealthState.THROTTLED)
    assert "the next try is at" in board.sentence
    board.sql("update zoho_tokens set quiet_until = now() - interval '1 second'")
    board.look(HealthState.REFRESH_FAILED)


def test_no_permission_names_who_can_change_it(board: Board, simulator: Simulator, acme: Connection) -> None:
    simulator.faults.add(path="/users", status=403, body={"code": "NO_PERMISSION", "message": "denied"}, times=1)
    board.call(acme)
    board.look(HealthState.NO_PERMISSION)
    assert f"{acme.user.name}'s Zoho profile" in board.sentence  # type: ignore[union-attr]
    assert "A Zoho administrator can change that." in board.sentence
    board.press()
    board.wait(HealthState.WORKS)


def test_a_missing_scope_leads_to_a_new_sign_in(board: Board, simulator: Simulator, acme: Connection) -> None:
    simulator.faults.add(path="/users", status=401, body={"code": "OAUTH_SCOPE_MISMATCH", "message": "x"}, times=1)
    board.call(acme)
    board.look(HealthState.SCOPE_MISSING)
    assert "ZohoCRM.users.READ" in board.sentence
    board.leads_to_the_sign_in(acme)


def test_a_wrong_secret_is_replaced_and_tried(board: Board, acme: Connection) -> None:
    right = board.workspace.client_secrets.get(acme)
    board.workspace.client_secrets.set(acme, "wrong")
    board.renew(acme)
    board.look(HealthState.WRONG_CLIENT)
    assert board.page.cards[0].remedy.text() == "Replace the secret…"
    board.press()
    board.qtbot.waitUntil(lambda: board.page.findChild(SecretDialog) is not None)
    dialog = board.page.findChild(SecretDialog)
    assert dialog.secret.echoMode() is dialog.secret.EchoMode.Password
    board.qtbot.keyClicks(dialog.secret, right)
    board.qtbot.mouseClick(dialog.keep, LEFT)
    board.wait(HealthState.WORKS)


def test_revoked_needs_two_refusals_a_minute_apart(board: Board, simulator: Simulator, acme: Connection) -> None:
    simulator.grants.end_access()
    simulator.grants.revoke_all()
    board.renew(acme)
    board.look(HealthState.REFRESH_FAILED)
    board.renew(acme)
    board.look(HealthState.REFRESH_FAILED)
    board.sql("update zoho_tokens set failing_since = now() - interval '61 seconds'")
    board.renew(acme)
    board.look(HealthState.REVOKED)
    assert f"Sign in again as {acme.user.name}" in board.sentence  # type: ignore[union-attr]
    assert board.workspace.vault(acme.id).load() is not None  # nothing is deleted because of an answer
    board.leads_to_the_sign_in(acme)
    sign_in_again(board, simulator, acme)
    board.look(HealthState.WORKS)


def test_a_clock_that_differs_from_zohos_is_told_while_work_goes_on(
    board: Board, zohos_clock: Clock, acme: Connection
) -> None:
    zohos_clock.ahead = timedelta(minutes=-12)
    board.call(acme)
    board.look(HealthState.CLOCK_WRONG)
    assert "This computer's clock is 12 minutes fast" in board.sentence
    assert [light.word for light in board.screen.lights] == ["Opens", "Works", "12 minutes fast"]
    assert board.workspace.engine.call(board.workspace.identify(acme)).user == acme.user
    zohos_clock.ahead = timedelta(0)
    board.call(acme)
    board.look(HealthState.WORKS)


def test_a_wrong_clock_is_told_and_decides_nothing(board: Board, acme: Connection) -> None:
    evidence = board.screen.health[0].evidence
    for wrong, how in ((timedelta(minutes=12), "12 minutes fast"), (timedelta(days=-2, minutes=-1), "2 days slow")):
        health = health_of(acme, evidence, datetime.now(UTC) + wrong)
        assert health.state is HealthState.CLOCK_WRONG
        assert how in health.verdict.sentence
        assert health.expires_at is not None
        left = health.expires_at - health.looked_at
        assert timedelta(minutes=55) < left < timedelta(minutes=61)


def test_no_way_to_zoho_and_back(board: Board, simulator: Simulator, acme: Connection) -> None:
    simulator.faults.add(path="/org", drop=True, times=8)
    board.call(acme)
    board.look(HealthState.OFFLINE)
    assert "Jobs wait." in board.sentence
    simulator.faults.clear()
    board.press()
    board.wait(HealthState.WORKS)


def test_a_certificate_nobody_trusts_is_named(board: Board, acme: Connection, tmp_path: Path) -> None:
    with ForeignServer(tmp_path) as port:
        moved = replace(acme, origins=Origins(acme.origins.accounts, f"https://127.0.0.1:{port}", ""))
        board.sql("update connections set api_url = '" + moved.origins.api + "'")
        board.sql("update zoho_tokens set api_domain = ''")
        board.workspace.engine.call(board.workspace.forget_client(acme.id))
        board.call(board.workspace.connections.get(acme.id))
        board.look(HealthState.TLS_NOT_TRUSTED)
    assert "does not trust the certificate" in board.sentence
    assert "does not switch checks off" in board.sentence


class ForeignServer:
    """A TLS server whose certificate nobody signed."""

    def __init__(self, folder: Path) -> None:
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
             "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True,
        )  # fmt: skip
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> int:
        self._thread.start()
        start = asyncio.start_server(self._answer, "127.0.0.1", 0, ssl=self._context)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result()
        return int(self._server.sockets[0].getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(self._server.wait_closed(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _answer(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()


def test_not_signed_in_leads_to_the_sign_in(board: Board, acme: Connection) -> None:
    board.workspace.vault(acme.id).delete()
    board.look(HealthState.NOT_SIGNED_IN)
    board.leads_to_the_sign_in(acme)


def test_a_secret_that_is_missing_is_pasted_once(board: Board, acme: Connection) -> None:
    secret = board.workspace.client_secrets.get(acme)
    board.workspace.client_secrets.delete(acme)
    board.look(HealthState.SECRET_MISSING)
    board.press()
    board.qtbot.waitUntil(lambda: board.page.findChild(SecretDialog) is not None)
    dialog = board.page.findChild(SecretDialog)
    board.qtbot.keyClicks(dialog.secret, secret)
    board.qtbot.keyClick(dialog.secret, Qt.Key.Key_Return)
    board.wait(HealthState.WORKS)


def test_a_token_that_was_tampered_with_is_not_used(board: Board, simulator: Simulator, acme: Connection) -> None:
    board.sql("update zoho_tokens set access_token = refresh_token")
    board.look(HealthState.UNTRUSTED)
    assert "tell your database administrator" in board.sentence
    board.leads_to_the_sign_in(acme)
    sign_in_again(board, simulator, acme)
    board.look(HealthState.WORKS)


def test_a_desktop_that_nobody_approved_asks(board: Board, acme: Connection) -> None:
    others = board.workspace.keys
    own_keys(board)
    board.look(HealthState.NOT_ENROLLED)
    code = next(one.code for one in board.screen.team.desktops if one.is_this)
    assert code in board.sentence
    others.desktops.approve(code)
    board.press()
    board.wait(HealthState.WORKS)


def test_a_password_store_that_is_locked_is_asked_again_at_a_press(board: Board) -> None:
    board.secrets.refusal = PasswordStoreLocked(
        "Your system's password store is locked, or it refused.", advice="Unlock it and try again; nothing is lost."
    )
    board.look(HealthState.KEYRING_LOCKED)
    assert "nothing is lost" in board.sentence
    board.secrets.refusal = None
    board.press()
    board.wait(HealthState.WORKS)


def test_while_the_password_store_keeps_silent_the_page_lives_and_says_that_it_is_asked(
    board: Board, pictured: Picture
) -> None:
    board.secrets.refusal = PasswordStoreLocked("Your system's password store does not answer.", advice="Unlock it.")
    board.look(HealthState.KEYRING_LOCKED)
    board.secrets.refusal, board.secrets.silence = None, threading.Event()
    board.press()
    card = board.page.cards[0]
    assert card.remedy.text() == "Working…"
    assert [light.word for light in board.screen.lights] == ["Being asked", "Works", "Right"]
    pictured(board.page, "keyring-asked")
    board.screen.shown()  # who leaves the page and comes back does not have it asked a second time
    board.secrets.silence.set()
    board.wait(HealthState.WORKS)


def test_without_a_password_store_the_page_shows_how_to_get_one(board: Board, pictured: Picture) -> None:
    missing = Secrets({}, find=fail.Keyring).problem()
    assert missing is not None
    board.secrets.refusal = missing
    board.look(HealthState.NO_KEYRING)
    assert "writes no secret to disk" in board.sentence
    board.press()
    board.qtbot.waitUntil(lambda: board.page.findChild(Confirmation) is not None)
    shown = board.page.findChild(Confirmation)
    pictured(shown, "no-keyring-how")
    words = " ".join(one.text() for one in shown.findChildren(QLabel))
    assert "gnome-keyring" in words
    assert "ZOHO_SDK_CLIENT_SECRET" in words
    board.secrets.refusal = None
    board.qtbot.mouseClick(shown.verb, LEFT)
    board.wait(HealthState.WORKS)


def test_a_password_store_that_answers_late_needs_no_press(board: Board) -> None:
    board.secrets.refusal = PasswordStoreLocked(
        "Your system's password store does not answer.", advice="Unlock it and try again; nothing is lost."
    )
    board.look(HealthState.KEYRING_LOCKED)
    board.secrets.refusal = None
    board.secrets.is_late = True
    board.wait(HealthState.WORKS)


def test_a_database_that_goes_away_hides_the_rest_until_it_is_back(
    qtbot: QtBot, loop: object, open_folder: Path, simulator: Simulator, look: Look, shown: Show, pictured: Picture
) -> None:
    postgres = EmbeddedPostgres(open_folder / f"away-{id(qtbot)}")
    database = Database(postgres.start())
    bring_to_head(database)
    secrets = Moody()
    workspace = Workspace(database, secrets)
    acme = sign_in_to(simulator, workspace, "Acme")
    desk = Desk(workspace, open_url=lambda _url: None)
    desk.use(acme)
    page = TokenHealthPage(TokenHealthScreen(desk), look)
    shown(page)
    board = Board(qtbot, workspace, secrets, page, pictured)
    board.look(HealthState.WORKS)
    postgres.stop()
    board.look(HealthState.DATABASE_DOWN)
    assert "nothing is sent to Zoho" in board.sentence
    again = EmbeddedPostgres(open_folder / f"away-{id(qtbot)}")
    assert again.start()
    board.press()
    board.wait(HealthState.WORKS)
    workspace.close()
    again.stop()


def test_states_are_in_the_order_of_their_precedence() -> None:
    assert [state.name for state in HealthState][:5] == [
        "DATABASE_DOWN", "NO_KEYRING", "KEYRING_LOCKED", "NOT_ENROLLED", "UNTRUSTED",
    ]  # fmt: skip
    assert len(HealthState) == 22
