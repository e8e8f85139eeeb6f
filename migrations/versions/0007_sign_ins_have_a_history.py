"""Sign-ins have a history: ports answers came back to, who renewed a token, what calls cost by the quarter hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the three."""
    op.add_column("connections", sa.Column("spare_ports", ARRAY(sa.Integer()), server_default="{}", nullable=False))
    op.add_column("token_events", sa.Column("console", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "credit_use",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("credits_left", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_credit_use_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "at", name=op.f("pk_credit_use")),
    )
