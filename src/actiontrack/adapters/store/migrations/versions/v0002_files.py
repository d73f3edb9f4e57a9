"""Workbooks issued to agencies, files of folders, and instances in which nothing moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Widen what is remembered of an instance; those that are there have none of it yet."""
    for name in ("issued_to", "agency"):
        op.add_column("instance", sa.Column(name, TEXT, nullable=False, server_default=""))
    op.add_column("instance", sa.Column("still", sa.JSON(), nullable=False, server_default="{}"))
