"""Runs have terms, and rows a proof: how a plan is carried out, and what reading back showed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both. Runs of before were sent in one go and not read back, and go on so."""
    op.add_column("change_sets", sa.Column("terms", JSONB(), server_default="{}", nullable=False))
    op.add_column("change_rows", sa.Column("proof", sa.Text(), server_default="", nullable=False))
    op.execute("""update change_sets set terms = '{"waves": false, "verify": 0}'""")
