"""What tells whether a link moved, apart from all that it remembers: of thousands, few are read in full."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index that holds it, in SQLite: elsewhere one takes no version of any length."""
    if op.get_bind().dialect.name == "sqlite":
        brief = ["board_id", "instance", "action", "remote_id", "digest", "state", "dirty", "row"]
        op.create_index("ix_link_brief", "link", brief)
