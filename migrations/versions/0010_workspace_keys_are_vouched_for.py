"""Workspace keys are vouched for: a desktop takes one only from those who prove that they know what it knows.

Keys of the former form could have been anybody's, so none is carried over: every connection is signed in once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forget keys and what they sealed, and make room for the proofs."""
    op.execute("delete from zoho_tokens where access_token like 'zc1:%' or refresh_token like 'zc1:%'")
    op.execute("delete from data_keys")
    op.execute("delete from desktops")
    op.alter_column("desktops", "wrapped_key", new_column_name="kept_key")
    op.add_column("desktops", sa.Column("offers", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("desktops", sa.Column("ask_proof", sa.Text(), server_default="", nullable=False))
    op.add_column("desktops", sa.Column("member_proof", sa.Text(), server_default="", nullable=False))
