"""Tokens are sealed: which desktops may read them, a key for each connection, numbered claims, counted failures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of keys. Sign-ins kept in clear until now cannot be sealed here and have to be made again."""
    op.create_table(
        "desktops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.Text(), server_default="", nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desktops")),
        sa.UniqueConstraint("public_key", name=op.f("uq_desktops_public_key")),
    )
    op.create_table(
        "data_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_data_keys_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_keys")),
    )
    op.create_index("unique_data_key", "data_keys", [sa.text("coalesce(connection_id, 0)")], unique=True)
    op.add_column("zoho_tokens", sa.Column("claims", sa.Integer(), server_default="0", nullable=False))
    op.add_column("zoho_tokens", sa.Column("claimed_by", sa.Text(), server_default="", nullable=False))
    op.add_column("zoho_tokens", sa.Column("failure_kind", sa.Text(), server_default="", nullable=False))
    op.add_column("zoho_tokens", sa.Column("calls_at_once", sa.Integer(), server_default="0", nullable=False))
    op.add_column("zoho_tokens", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    for name in ("failing_since", "failed_at", "quiet_until"):
        op.add_column("zoho_tokens", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("delete from zoho_tokens where connection_id is not null")
