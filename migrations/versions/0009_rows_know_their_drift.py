"""Rows know who changed which of their values since the export, so that a person can decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it. Of plans of before it is not known."""
    op.add_column("change_rows", sa.Column("drift", sa.JSON()))
