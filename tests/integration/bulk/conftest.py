"""The journey on a workspace of its own, connected to the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest
from bulk_journey import Journey

from zoho_console.domain.connections import Connection
from zoho_console.simulator.server import Simulator
from zoho_console.workspace.workspace import Workspace


@pytest.fixture
def journey(workspace: Workspace, simulator: Simulator, acme: Connection, tmp_path: Path) -> Journey:
    return Journey(workspace, simulator, acme, tmp_path)
