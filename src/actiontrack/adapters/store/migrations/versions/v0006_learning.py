"""Key practice episodes, the Board's decisions, and what else a review and the answers to it say."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Two tables more, and fields that those that are there have none of."""
    _table(
        "key_practice_episode",
        sa.Column("ref", TEXT, nullable=False),
        sa.Column("review", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("contributory_factors", sa.JSON(), nullable=False),
    )
    op.create_index("ix_key_practice_episode_review", "key_practice_episode", ["board_id", "review"])
    _table(
        "decision",
        *(sa.Column(name, TEXT, nullable=False) for name in ("ref", "meeting", "about", "outcome", "reasons", "by")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_decision_about", "decision", ["board_id", "about"])
    for name in ("monitoring", "national_issue"):
        op.add_column("recommendation", sa.Column(name, TEXT, nullable=False, server_default=""))
    op.add_column("action", sa.Column("depends_on", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("sign_off", sa.Column("parts", sa.JSON(), nullable=False, server_default="[]"))
    for name in ("measure", "by"):
        op.add_column("impact_check", sa.Column(name, TEXT, nullable=False, server_default=""))
    op.add_column("impact_check", sa.Column("position", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("impact_check", sa.Column("verified_on", sa.Date()))


def _table(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("board_id", TEXT, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=f"fk_{name}_board_id"),
        sa.PrimaryKeyConstraint("board_id", "ref", name=f"pk_{name}"),
    )
