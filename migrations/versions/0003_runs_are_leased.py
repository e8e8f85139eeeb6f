"""Runs are leased: who may send for a job, which attempt a row was sent in, which records are on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add leases, flights and the moment of a doubt. What was in doubt for good is called unproved from now on."""
    op.add_column("change_sets", sa.Column("epoch", sa.Integer(), server_default="0", nullable=False))
    op.add_column("change_sets", sa.Column("owner", sa.Text(), server_default="", nullable=False))
    op.add_column("change_sets", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("change_rows", sa.Column("attempt", sa.Integer(), server_default="0", nullable=False))
    op.add_column("change_rows", sa.Column("seen_at", sa.Text(), server_default="", nullable=False))
    op.add_column("attempts", sa.Column("epoch", sa.Integer(), server_default="0", nullable=False))
    op.add_column("attempts", sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attempts", sa.Column("answer", sa.JSON(), nullable=True))
    op.create_table(
        "flights",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_sets.id"], name=op.f("fk_flights_change_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organisation", "module", "record_id", name=op.f("pk_flights")),
    )
    op.create_index("ix_flights_change_set_id", "flights", ["change_set_id", "number"])
    op.execute(
        "update change_rows set attempt = last.attempt"
        " from (select change_set_id, batch, max(attempt) as attempt from attempts group by 1, 2) as last"
        " where change_rows.state = 'sent' and last.change_set_id = change_rows.change_set_id"
        " and last.batch = change_rows.batch"
    )
    op.execute("update change_rows set state = 'unproved' where state = 'in_doubt'")
