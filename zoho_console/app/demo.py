"""The demo: a workspace of its own on the built-in simulator, signed in, nothing of it kept."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zoho_console.domain.connections import CUSTOM, Connection, NewConnection, custom_origins
from zoho_console.domain.grants import Grant
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.workspace import Workspace

NAME = "Demo"


class Demo:
    """A running simulator and a workspace beside it in a temporary folder."""

    def __init__(self, accounts: int = 5000) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="zoho-console-demo-"))
        # As root, Postgres runs as another user and must be able to reach its folder.
        self._folder.chmod(0o711)
        self.simulator = Simulator(SimulatorOptions(accounts=accounts, auto_consent=True))
        self.simulator.start()
        try:
            self.workspace = Workspace.open(self._folder, secrets=MemorySecrets())
        except BaseException:
            self.simulator.stop()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def connect(self) -> Connection:
        """A connection to the simulator, signed in as its demo user."""
        return sign_in_to(self.simulator, self.workspace, NAME)

    def close(self) -> None:
        """End both and remove the folder."""
        self.workspace.close()
        self.simulator.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def sign_in_to(simulator: Simulator, workspace: Workspace, name: str) -> Connection:
    """A new connection to a simulator of this process, signed in without a browser. Cost: 2 calls."""
    origins = custom_origins(simulator.url, simulator.url)
    connection = workspace.add_connection(
        NewConnection(name, CUSTOM, simulator.client_id, origins), simulator.client_secret
    )
    answer = simulator.issue_grant()
    grant = Grant(
        refresh_token=answer["refresh_token"],
        access_token=answer["access_token"],
        expires_at=datetime.now(UTC) + timedelta(seconds=answer["expires_in"]),
        scopes=tuple(answer["scope"].split()),
        api_domain=answer["api_domain"],
    )
    workspace.vault(connection.id).save(grant, event="signed_in")
    workspace.engine.call(workspace.identify(connection))
    return workspace.connections.get(connection.id)
