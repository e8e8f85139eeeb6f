"""The tables, as SQLAlchemy Core knows them; the migrations bring a database to exactly this."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _moment(name: str, *, default: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), server_default=func.now() if default else None, nullable=not default)


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


connections = Table(
    "connections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("data_centre", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("accounts_url", Text, nullable=False),
    Column("api_url", Text, nullable=False),
    Column("upload_url", Text, nullable=False),
    Column("redirect_port", Integer, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("organisation", JSONB),
    Column("zoho_user", JSONB),
    Column("colour", Integer, nullable=False),
    _moment("created_at", default=True),
)

# The guide's table: its columns by their names, times with a zone. A row without a connection belongs to a script that
# uses `TokenStore` alone. `generation` counts access tokens; a claim is one console's right to refresh until then.
zoho_tokens = Table(
    "zoho_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_type", String(50), nullable=False, server_default="oauth"),
    Column("access_token", Text, nullable=False),
    Column("refresh_token", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    _moment("created_at", default=True),
    _moment("updated_at", default=True),
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE")),
    Column("scopes", ARRAY(Text), nullable=False, server_default="{}"),
    _words("api_domain"),
    Column("generation", Integer, nullable=False, server_default="1"),
    _moment("claimed_until"),
    _moment("last_ok_at"),
    _words("last_error"),
)
Index(
    "unique_token_type",
    text("coalesce(connection_id, 0)"),
    zoho_tokens.c.token_type,
    unique=True,
)

token_events = Table(
    "token_events",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), nullable=False, index=True),
    _moment("at", default=True),
    Column("kind", Text, nullable=False),
    _words("text"),
)

field_cache = Table(
    "field_cache",
    metadata,
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
    Column("module", Text, primary_key=True),
    Column("fields", JSONB, nullable=False),
    _moment("fetched_at", default=True),
)

change_sets = Table(
    "change_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("module", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("header", JSONB, nullable=False),
    Column("mapping", JSONB, nullable=False),
    Column("labels", JSONB, nullable=False),
    _words("created_by"),
    Column("undo_of", ForeignKey("change_sets.id", ondelete="SET NULL")),
    Column("state", Text, nullable=False),
    _words("note"),
    _moment("created_at", default=True),
    _moment("started_at"),
    _moment("finished_at"),
)

change_rows = Table(
    "change_rows",
    metadata,
    Column("change_set_id", ForeignKey("change_sets.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("texts", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    _words("record_id"),
    _words("record_name"),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    _words("code"),
    _words("reason"),
    _words("advice"),
    Column("batch", Integer),
    Index("ix_change_rows_state", "change_set_id", "state", "number"),
    Index("ix_change_rows_batch", "change_set_id", "batch", "number"),
)

# One sending of one batch: written before any byte leaves, answered after.
attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("change_set_id", ForeignKey("change_sets.id", ondelete="CASCADE"), nullable=False),
    Column("batch", Integer, nullable=False),
    Column("row_numbers", ARRAY(Integer), nullable=False),
    _moment("sent_at", default=True),
    _moment("answered_at"),
    _words("note"),
    Index("ix_attempts_batch", "change_set_id", "batch"),
)
