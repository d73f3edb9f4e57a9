"""Links whose rows are gone are counted at every sync: of thousands, few are looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index over those alone."""
    some = sa.text("missing_since IS NOT NULL")
    op.create_index("ix_link_missing", "link", ["board_id", "instance"], sqlite_where=some, postgresql_where=some)
