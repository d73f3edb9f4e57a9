"""Links whose rows are gone are counted at every sync, and those that failed looked for: of thousands, few are read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index over those that are gone; and, in SQLite, one that holds the failures beside what told of a move."""
    some = sa.text("missing_since IS NOT NULL")
    op.create_index("ix_link_missing", "link", ["board_id", "instance"], sqlite_where=some, postgresql_where=some)
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_link_brief", "link")
        brief = ["board_id", "instance", "action", "remote_id", "digest", "state", "dirty", "row", "failures"]
        op.create_index("ix_link_brief", "link", brief)
