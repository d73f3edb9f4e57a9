"""The outbox: of each thing told, its words as they were frozen, and how often and with what it was tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Widen the ledger of sends; what has gone is sent, the rest waits."""
    op.add_column("send", sa.Column("state", TEXT, nullable=False, server_default="waiting"))
    op.add_column("send", sa.Column("claimed_at", INSTANT, nullable=True))
    op.add_column("send", sa.Column("attempts", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("send", sa.Column("retry_at", INSTANT, nullable=True))
    for name in ("why", "way"):
        op.add_column("send", sa.Column(name, TEXT, nullable=False, server_default=""))
    op.add_column("send", sa.Column("words", sa.JSON(), nullable=False, server_default="{}"))
    op.create_index("ix_send_state", "send", ["board_id", "state"])
    op.execute(sa.text("UPDATE send SET state = 'sent' WHERE sent_at IS NOT NULL"))
