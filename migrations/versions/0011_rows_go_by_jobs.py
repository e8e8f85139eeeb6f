"""Rows go by bulk write jobs of Zoho: which job has them, and of how many a job would be cheaper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both. What was sent before went by records."""
    op.add_column("attempts", sa.Column("zoho_job", sa.Text(), server_default="", nullable=False))
    op.add_column("change_sets", sa.Column("job_rows", sa.Integer(), server_default="0", nullable=False))
