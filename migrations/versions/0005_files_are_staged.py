"""Files are staged: their content is kept once, apart from what becomes of its rows; a job may retry another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give every job a file with the cells of its rows."""
    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("staged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_files_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_connection_id"), "files", ["connection_id"])
    op.create_table(
        "file_rows",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_file_rows_file_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_file_rows")),
    )
    op.add_column("change_sets", sa.Column("file_id", sa.Integer(), nullable=True))
    op.add_column("change_sets", sa.Column("retries", sa.Integer(), nullable=True))
    op.add_column("change_sets", sa.Column("blanks", sa.Text(), server_default="keep", nullable=False))
    op.execute(
        "insert into files (id, connection_id, name, rows, staged_at)"
        " select id, connection_id, source,"
        " (select count(*) from change_rows where change_set_id = change_sets.id), created_at from change_sets"
    )
    op.execute("select setval(pg_get_serial_sequence('files', 'id'), coalesce(max(id), 0) + 1, false) from files")
    op.execute("insert into file_rows (file_id, number, texts) select change_set_id, number, texts from change_rows")
    op.execute("update change_sets set file_id = id")
    op.create_foreign_key(
        op.f("fk_change_sets_file_id"), "change_sets", "files", ["file_id"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        op.f("fk_change_sets_retries"), "change_sets", "change_sets", ["retries"], ["id"], ondelete="SET NULL"
    )
    op.create_index(op.f("ix_change_sets_file_id"), "change_sets", ["file_id"])
    op.drop_column("change_rows", "texts")
