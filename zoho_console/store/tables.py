"""The tables, as SQLAlchemy Core knows them; the migrations bring a database to exactly this."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
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


class Words(TypeDecorator[str]):
    """Text for people, some of it from outside; what Postgres cannot hold (NUL, half characters) becomes a mark."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it is stored."""
        return value and value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _moment(name: str, *, default: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), server_default=func.now() if default else None, nullable=not default)


def _words(name: str) -> Column[str]:
    return Column(name, Words, nullable=False, server_default="")


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
    # The level that holds (domain.guards), but for a while `lowered_to`.
    Column("guard", Text, nullable=False, server_default="open"),
    Column("lowered_to", Text, nullable=False, server_default=""),
    _moment("lowered_until"),
    Column("spare_ports", ARRAY(Integer), nullable=False, server_default="{}"),
)

# Who may read the sign-ins: a desktop asks to join, a person on one that may approves it. `kept_key` is the workspace
# key as this desktop sealed it for itself; `generation` counts workspace keys, a new one for each desktop removed.
# `offers` are keys from others that it has not taken yet, each proven by what it knew before. `ask_proof` is made with
# the desktop's code, `member_proof` with the workspace key: rows that somebody else wrote have none that hold.
desktops = Table(
    "desktops",
    metadata,
    Column("id", Integer, primary_key=True),
    _words("name"),
    Column("public_key", Text, nullable=False, unique=True),
    Column("kept_key", Text, nullable=False, server_default=""),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("offers", ARRAY(Text), nullable=False, server_default="{}"),
    Column("ask_proof", Text, nullable=False, server_default=""),
    Column("member_proof", Text, nullable=False, server_default=""),
    _moment("asked_at", default=True),
    _moment("approved_at"),
    _words("approved_by"),
)

# One for each connection, and one (without connection) for what scripts keep; wrapped by the workspace key.
data_keys = Table(
    "data_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE")),
    Column("wrapped", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Index("unique_data_key", text("coalesce(connection_id, 0)"), unique=True),
)

# The guide's table: its columns by their names, times with a zone. A row without a connection belongs to a script that
# uses `TokenStore` alone. Both tokens are sealed (store.sealing). `generation` counts access tokens; a claim is one
# console's right to refresh until then, and `claims` counts them: who holds an old one writes nothing.
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
    Column("claims", Integer, nullable=False, server_default="0"),
    _moment("last_ok_at"),
    _words("claimed_by"),
    # The failures of the present kind since the last success: how many, the first and the last of them.
    _words("last_error"),
    Column("failure_kind", Text, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    _moment("failing_since"),
    _moment("failed_at"),
    _moment("quiet_until"),
    Column("calls_at_once", Integer, nullable=False, server_default="0"),  # last seen to hold
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
    _words("console"),
)

# What the calls of a quarter hour cost, over all consoles of the workspace; `credits_left` is Zoho's last word in it.
credit_use = Table(
    "credit_use",
    metadata,
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("calls", Integer, nullable=False, server_default="0"),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("credits_left", Integer),
)

field_cache = Table(
    "field_cache",
    metadata,
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
    Column("module", Text, primary_key=True),
    Column("fields", JSONB, nullable=False),
    _moment("fetched_at", default=True),
)

# A file as it was when a job was made of it. Jobs name it: the first, its undo, the retry of its failed rows.
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("rows", Integer, nullable=False),
    _moment("staged_at", default=True),
)

# The cells of each row; apart from `change_rows`, of which Postgres writes each row anew whenever its state changes.
file_rows = Table(
    "file_rows",
    metadata,
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("texts", JSON, nullable=False),
)

change_sets = Table(
    "change_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("module", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Words, nullable=False),
    Column("header", JSON, nullable=False),
    Column("mapping", JSON, nullable=False),
    Column("labels", JSON, nullable=False),
    _words("created_by"),
    Column("undo_of", ForeignKey("change_sets.id", ondelete="SET NULL")),
    Column("state", Text, nullable=False),
    _words("note"),
    _moment("created_at", default=True),
    _moment("started_at"),
    _moment("finished_at"),
    # Who may send for it, until when by the database's clock; each new holder counts the epoch up.
    Column("epoch", Integer, nullable=False, server_default="0"),
    _words("owner"),
    _moment("lease_until"),
    Column("file_id", ForeignKey("files.id", ondelete="SET NULL"), index=True),
    Column("retries", ForeignKey("change_sets.id", ondelete="SET NULL")),
    Column("blanks", Text, nullable=False, server_default="keep"),
    Column("terms", JSONB, nullable=False, server_default="{}"),
    Column("job_rows", Integer, nullable=False, server_default="0"),  # that a bulk write job could send
    # Who said yes to this very plan; nobody where plan and yes were one command.
    _words("yes_by"),
    _moment("yes_at"),
)

# JSON and not JSONB, which would turn 1e16 into a whole number and refuse a NUL that stood in a file: what is reported
# and put back must be what was there, to the letter.
change_rows = Table(
    "change_rows",
    metadata,
    Column("change_set_id", ForeignKey("change_sets.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    _words("record_id"),
    _words("record_name"),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    _words("code"),
    _words("reason"),
    _words("advice"),
    Column("batch", Integer),
    Column("attempt", Integer, nullable=False, server_default="0"),
    _words("seen_at"),
    Column("proof", Text, nullable=False, server_default=""),
    Column("drift", JSON(none_as_null=True)),
    Index("ix_change_rows_state", "change_set_id", "state", "number"),
    Index("ix_change_rows_batch", "change_set_id", "batch", "number"),
)

# One sending of one batch: written before any byte leaves, answered after, or lost. `answer` is what Zoho said.
attempts = Table(
    "attempts",
    metadata,
    Column("change_set_id", ForeignKey("change_sets.id", ondelete="CASCADE"), primary_key=True),
    Column("batch", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("row_numbers", ARRAY(Integer), nullable=False),
    _moment("sent_at", default=True),
    _moment("answered_at"),
    _words("note"),
    Column("epoch", Integer, nullable=False, server_default="0"),
    _moment("lost_at"),
    Column("answer", JSON(none_as_null=True)),
    Column("zoho_job", Text, nullable=False, server_default=""),
)

# The records that may be changing at Zoho just now: one row of one job at most for each record of an organisation.
flights = Table(
    "flights",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("module", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("change_set_id", ForeignKey("change_sets.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Index("ix_flights_change_set_id", "change_set_id", "number"),
)
