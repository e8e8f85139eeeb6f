"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table; one that the integration guide had people make is adopted with its tokens."""
    _create_connections()
    _create_tokens()
    _create_journal()


def _create_connections() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data_centre", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("accounts_url", sa.Text(), nullable=False),
        sa.Column("api_url", sa.Text(), nullable=False),
        sa.Column("upload_url", sa.Text(), nullable=False),
        sa.Column("redirect_port", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("organisation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("zoho_user", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("colour", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("name", name=op.f("uq_connections_name")),
    )
    op.create_table(
        "field_cache",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_field_cache_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "module", name=op.f("pk_field_cache")),
    )
    op.create_table(
        "token_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_token_events_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_events")),
    )
    op.create_index(op.f("ix_token_events_connection_id"), "token_events", ["connection_id"], unique=False)


def _create_tokens() -> None:
    if sa.inspect(op.get_bind()).has_table("zoho_tokens"):
        # The guide's times have no zone; its defaults are meant as UTC.
        op.execute("alter table zoho_tokens drop constraint if exists unique_token_type")
        for name in ("expires_at", "created_at", "updated_at"):
            op.execute(
                f"alter table zoho_tokens alter column {name} drop default,"
                f" alter column {name} type timestamptz using coalesce({name} at time zone 'UTC', now()),"
                f" alter column {name} set not null"
            )
        op.execute("alter table zoho_tokens alter column created_at set default now()")
        op.execute("alter table zoho_tokens alter column updated_at set default now()")
    else:
        op.create_table(
            "zoho_tokens",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("token_type", sa.String(length=50), server_default="oauth", nullable=False),
            sa.Column("access_token", sa.Text(), nullable=False),
            sa.Column("refresh_token", sa.Text(), nullable=False),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
            sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_zoho_tokens")),
        )
    for column in (
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("scopes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("api_domain", sa.Text(), server_default="", nullable=False),
        sa.Column("generation", sa.Integer(), server_default="1", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("zoho_tokens", column)
    op.create_foreign_key(
        op.f("fk_zoho_tokens_connection_id"), "zoho_tokens", "connections", ["connection_id"], ["id"],
        ondelete="CASCADE",
    )  # fmt: skip
    op.create_index(
        "unique_token_type", "zoho_tokens", [sa.literal_column("coalesce(connection_id, 0)"), "token_type"], unique=True
    )


def _create_journal() -> None:
    op.create_table(
        "change_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Text(), server_default="", nullable=False),
        sa.Column("undo_of", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_change_sets_connection_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["undo_of"], ["change_sets.id"], name=op.f("fk_change_sets_undo_of"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_sets")),
    )
    op.create_index(op.f("ix_change_sets_connection_id"), "change_sets", ["connection_id"], unique=False)
    op.create_table(
        "change_rows",
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), server_default="", nullable=False),
        sa.Column("record_name", sa.Text(), server_default="", nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("advice", sa.Text(), server_default="", nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_sets.id"], name=op.f("fk_change_rows_change_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("change_set_id", "number", name=op.f("pk_change_rows")),
    )
    op.create_index("ix_change_rows_batch", "change_rows", ["change_set_id", "batch", "number"], unique=False)
    op.create_index("ix_change_rows_state", "change_rows", ["change_set_id", "state", "number"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("row_numbers", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_sets.id"], name=op.f("fk_attempts_change_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("change_set_id", "batch", "attempt", name=op.f("pk_attempts")),
    )
