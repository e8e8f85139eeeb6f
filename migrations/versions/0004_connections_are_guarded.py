"""Connections are guarded: how much stands between a person and a change, and who said yes to a plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the guard and its lowering, and the yes. Connections that are there stay open, as they were."""
    op.add_column("connections", sa.Column("guard", sa.Text(), server_default="open", nullable=False))
    op.add_column("connections", sa.Column("lowered_to", sa.Text(), server_default="", nullable=False))
    op.add_column("connections", sa.Column("lowered_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("change_sets", sa.Column("yes_by", sa.Text(), server_default="", nullable=False))
    op.add_column("change_sets", sa.Column("yes_at", sa.DateTime(timezone=True), nullable=True))
