"""What the journal remembers of systems that answer late, in part, or not at all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Widen what is remembered of an instance and of a link; those that are there have none of it yet."""
    for name in ("keyed", "stopped", "stopped_why"):
        op.add_column("instance", sa.Column(name, TEXT, nullable=False, server_default=""))
    for name in ("scanned_at", "tried_at", "retry_at"):
        op.add_column("instance", sa.Column(name, INSTANT, nullable=True))
    op.add_column("instance", sa.Column("failures", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("link", sa.Column("outdated", TEXT, nullable=False, server_default=""))
    op.add_column("link", sa.Column("outdated_at", INSTANT, nullable=True))
    for name in ("outdated_reads", "failures"):
        op.add_column("link", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
