"""The desktops that share a workspace's sign-ins: who may read them, who asks to."""

from __future__ import annotations

from zoho_console.errors import NotEnrolled, SecretError
from zoho_console.screens.screen import Desk, Screen
from zoho_console.store.desktops import Desktop

__all__ = ["Desktop", "TeamScreen"]


class TeamScreen(Screen):
    """State: `desktops`, and `problem` (why this one reads nothing: the password store, or nobody approved it yet)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desktops: list[Desktop] = []
        self.problem = ""

    # --- intents ---

    def look(self) -> None:
        """Read them anew; the password store may keep its answer for a while."""
        self.tasks.start(self._look(), name="look")

    def approve(self, code: str) -> None:
        """Let the desktop that shows this code read the sign-ins."""
        self.tasks.start(self._approve(code), name="approve")

    def remove(self, desktop: Desktop) -> None:
        """Take a desktop off; every key is renewed."""
        self.tasks.start(self._remove(desktop), name="remove")

    # --- work ---

    async def _look(self) -> None:
        problem = await self.blocking(self.workspace.secrets.problem)
        try:
            self.desktops = await self.blocking(self.workspace.keys.desktops.all)
        except SecretError as error:
            self.desktops, problem = [], error
        waiting = next((NotEnrolled(one.code) for one in self.desktops if one.is_this and not one.is_approved), None)
        wrong = waiting or problem
        self.problem = f"{wrong} {wrong.advice}" if wrong else ""

    async def _approve(self, code: str) -> None:
        approved = await self.blocking(self.workspace.keys.desktops.approve, code)
        self.notice(f"“{approved.name}” may read the sign-ins now.")
        await self._look()

    async def _remove(self, desktop: Desktop) -> None:
        await self.blocking(self.workspace.keys.remove_desktop, desktop.id)
        self.notice(
            f"“{desktop.name}” is removed and every key is new.",
            "It may have copied tokens: revoke each sign-in and sign in again.",
            "warn",
        )
        await self._look()
