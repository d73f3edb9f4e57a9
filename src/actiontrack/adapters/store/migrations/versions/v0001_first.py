"""The first schema: records, ledgers and the audit chain, each row with its board."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON()
INSTANT = sa.DateTime(timezone=True)


def _column(name: str, kind: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _table(name: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    """A table whose rows belong to a board, and are named by `key` within it."""
    op.create_table(
        name,
        _column("board_id", TEXT),
        *columns,
        sa.ForeignKeyConstraint(["board_id"], ["board.id"], name=f"fk_{name}_board_id"),
        sa.PrimaryKeyConstraint("board_id", *key, name=f"pk_{name}"),
    )


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "board",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_board"),
    )
    _table(
        "audit",
        ("position",),
        _column("position", sa.BigInteger()),
        _column("at", INSTANT),
        _column("who", TEXT),
        _column("source", TEXT),
        _column("noun", TEXT),
        _column("ref", TEXT),
        _column("salt", TEXT, nullable=True),
        _column("payload", TEXT, nullable=True),
        _column("digest", TEXT),
        _column("hash", TEXT),
    )
    op.create_index("ix_audit_record", "audit", ["board_id", "noun", "ref", "position"])
    op.create_index("ix_audit_since", "audit", ["board_id", "position", "noun", "ref"])
    _table(
        "agency",
        ("code",),
        _column("code", TEXT),
        _column("name", TEXT),
        _column("kind", TEXT),
        _column("lead", TEXT),
        _column("executive", TEXT),
        _column("aliases", JSON),
    )
    _table(
        "meeting",
        ("ref",),
        _column("ref", TEXT),
        _column("body", TEXT),
        _column("date", sa.Date()),
    )
    _table(
        "review",
        ("ref",),
        _column("ref", TEXT),
        _column("title", TEXT),
        _column("regime", TEXT),
        _column("methodology", TEXT),
        _column("format", TEXT),
        _column("board", TEXT),
        _column("commissioned", sa.Date(), nullable=True),
        _column("report_signed_off", sa.Date(), nullable=True),
        _column("published", sa.Date(), nullable=True),
        _column("publication", TEXT),
        _column("parallel_proceedings", TEXT),
        _column("platform_link", TEXT),
        _column("lead_reviewers", JSON),
        _column("review_team", JSON),
        _column("case_group", JSON),
        _column("sites", JSON),
    )
    _table(
        "finding",
        ("ref",),
        _column("ref", TEXT),
        _column("review", TEXT),
        _column("text", TEXT),
        _column("effect", TEXT),
        _column("confidence", TEXT),
        _column("typology", JSON),
        _column("contributory_factors", JSON),
        _column("kpe_refs", JSON),
        _column("questions_for_board", JSON),
    )
    op.create_index("ix_finding_review", "finding", ["board_id", "review"])
    _table(
        "recommendation",
        ("ref",),
        _column("ref", TEXT),
        _column("review", TEXT),
        _column("number", TEXT),
        _column("text", TEXT),
        _column("kind", TEXT),
        _column("level", TEXT),
        _column("response", TEXT),
        _column("response_reasons", TEXT),
        _column("decided_at", TEXT),
        _column("review_by", sa.Date(), nullable=True),
        _column("intended_outcome", TEXT),
        _column("impact_measure", TEXT),
        _column("findings", JSON),
        _column("addressed_to", JSON),
        _column("linked", JSON),
    )
    op.create_index("ix_recommendation_review", "recommendation", ["board_id", "review"])
    _table(
        "action",
        ("ref",),
        _column("ref", TEXT),
        _column("number", TEXT),
        _column("review", TEXT),
        _column("text", TEXT),
        _column("lead_agency", TEXT),
        _column("lead_officer", TEXT),
        _column("priority", TEXT),
        _column("original_due", sa.Date(), nullable=True),
        _column("current_due", sa.Date(), nullable=True),
        _column("status", TEXT),
        _column("status_reason", TEXT),
        _column("superseded_by", TEXT),
        _column("self_rating", TEXT),
        _column("impact_check_due", sa.Date(), nullable=True),
        _column("created_at", INSTANT),
        _column("changed_at", INSTANT),
        _column("recommendations", JSON),
        _column("found", JSON),
    )
    op.create_index("ix_action_number", "action", ["board_id", "number"])
    op.create_index("ix_action_review", "action", ["board_id", "review"])
    op.create_index("ix_action_status_current_due", "action", ["board_id", "status", "current_due"])
    _table(
        "leg",
        ("action", "agency"),
        _column("action", TEXT),
        _column("agency", TEXT),
        _column("position", sa.BigInteger()),
        _column("status", TEXT),
        _column("reason", TEXT),
        _column("look_again", sa.Date(), nullable=True),
        _column("blocked_since", sa.Date(), nullable=True),
        _column("active", sa.Boolean()),
        _column("pauses", JSON),
    )
    op.create_index("ix_leg_agency", "leg", ["board_id", "agency"])
    _table(
        "update",
        ("ref",),
        _column("ref", TEXT),
        _column("action", TEXT),
        _column("position", sa.BigInteger()),
        _column("agency", TEXT),
        _column("text", TEXT),
        _column("at", INSTANT),
        _column("by", TEXT),
        _column("source", TEXT),
    )
    op.create_index("ix_update_action_position", "update", ["board_id", "action", "position"])
    _table(
        "comment",
        ("ref",),
        _column("ref", TEXT),
        _column("action", TEXT),
        _column("position", sa.BigInteger()),
        _column("text", TEXT),
        _column("at", INSTANT),
        _column("by", TEXT),
        _column("source", TEXT),
    )
    op.create_index("ix_comment_action_position", "comment", ["board_id", "action", "position"])
    _table(
        "evidence",
        ("ref",),
        _column("ref", TEXT),
        _column("action", TEXT),
        _column("position", sa.BigInteger()),
        _column("agency", TEXT),
        _column("shows", TEXT),
        _column("link", TEXT),
        _column("file", TEXT),
        _column("sha256", TEXT),
        _column("effective_date", sa.Date(), nullable=True),
        _column("received_date", sa.Date()),
        _column("reviewed_by", TEXT),
    )
    op.create_index("ix_evidence_action_position", "evidence", ["board_id", "action", "position"])
    _table(
        "sign_off",
        ("ref",),
        _column("ref", TEXT),
        _column("action", TEXT),
        _column("agency", TEXT),
        _column("by", TEXT),
        _column("at", INSTANT),
        _column("seen", TEXT),
    )
    op.create_index("ix_sign_off_action", "sign_off", ["board_id", "action"])
    _table(
        "impact_check",
        ("ref",),
        _column("ref", TEXT),
        _column("action", TEXT),
        _column("due", sa.Date()),
        _column("checked", sa.Date(), nullable=True),
        _column("passed", sa.Boolean(), nullable=True),
        _column("note", TEXT),
    )
    op.create_index("ix_impact_check_action", "impact_check", ["board_id", "action"])
    _table(
        "date_change",
        ("ref",),
        _column("ref", TEXT),
        _column("action", TEXT),
        _column("from_date", sa.Date(), nullable=True),
        _column("to_date", sa.Date(), nullable=True),
        _column("requested_by", TEXT),
        _column("reason", TEXT),
        _column("approved_by", TEXT),
        _column("at", INSTANT),
    )
    op.create_index("ix_date_change_action", "date_change", ["board_id", "action"])
    _table(
        "sweep_batch",
        ("ref",),
        _column("ref", TEXT),
        _column("day", sa.Date()),
        _column("rows", sa.BigInteger()),
        _column("digest", TEXT),
        _column("at", INSTANT),
    )
    _table(
        "instance",
        ("name",),
        _column("name", TEXT),
        _column("source", TEXT),
        _column("binding", TEXT),
        _column("adopted_at", INSTANT, nullable=True),
        _column("fingerprint", TEXT),
        _column("proof", TEXT),
        _column("cursor", TEXT),
        _column("settled", sa.BigInteger()),
        _column("must_confirm", TEXT),
        _column("seen_at", INSTANT, nullable=True),
        _column("columns", JSON),
    )
    _table(
        "link",
        ("instance", "action"),
        _column("instance", TEXT),
        _column("action", TEXT),
        _column("remote_id", TEXT),
        _column("state", TEXT),
        _column("digest", TEXT),
        _column("dirty", sa.Boolean()),
        _column("missing_since", INSTANT, nullable=True),
        _column("row", sa.BigInteger()),
        _column("base", JSON),
        _column("seen", JSON),
        _column("assumed", JSON),
        _column("heard", JSON),
    )
    op.create_index("ix_link_action", "link", ["board_id", "action"])
    op.create_index("ix_link_instance_dirty", "link", ["board_id", "instance", "dirty"])
    op.create_index(
        "uq_link_remote_id",
        "link",
        ["board_id", "instance", "remote_id"],
        unique=True,
        sqlite_where=sa.text("remote_id != ''"),
        postgresql_where=sa.text("remote_id != ''"),
    )
    _table(
        "intent",
        ("op_id",),
        _column("op_id", TEXT),
        _column("instance", TEXT),
        _column("action", TEXT),
        _column("remote_id", TEXT),
        _column("creates", sa.Boolean()),
        _column("state", TEXT),
        _column("why", TEXT),
        _column("at", INSTANT),
        _column("ended_at", INSTANT, nullable=True),
        _column("before", JSON),
        _column("after", JSON),
    )
    op.create_index("ix_intent_action", "intent", ["board_id", "action"])
    op.create_index("ix_intent_instance_state", "intent", ["board_id", "instance", "state"])
    _table(
        "conflict",
        ("id",),
        _column("id", TEXT),
        _column("noun", TEXT),
        _column("target", TEXT),
        _column("action", TEXT),
        _column("field", TEXT),
        _column("since", INSTANT),
        _column("closed_at", INSTANT, nullable=True),
        _column("how", TEXT),
        _column("base", JSON, nullable=True),
        _column("ours", JSON, nullable=True),
        _column("sides", JSON),
    )
    op.create_index("ix_conflict_closed_at_action", "conflict", ["board_id", "closed_at", "action"])
    _table(
        "proposal",
        ("id",),
        _column("id", TEXT),
        _column("kind", TEXT),
        _column("instance", TEXT),
        _column("action", TEXT),
        _column("remote_id", TEXT),
        _column("field", TEXT),
        _column("by", TEXT),
        _column("reason", TEXT),
        _column("why", TEXT),
        _column("since", INSTANT),
        _column("closed_at", INSTANT, nullable=True),
        _column("how", TEXT),
        _column("from_value", JSON, nullable=True),
        _column("to_value", JSON, nullable=True),
    )
    op.create_index("ix_proposal_closed_at_action", "proposal", ["board_id", "closed_at", "action"])
    _table(
        "stored_issue",
        ("source", "id"),
        _column("source", TEXT),
        _column("id", TEXT),
        _column("severity", TEXT),
        _column("text", TEXT),
        _column("do", TEXT),
        _column("sheet", TEXT),
        _column("cell", TEXT),
        _column("value", TEXT),
        _column("quarantines", sa.Boolean()),
        _column("since", INSTANT),
    )
    _table(
        "run",
        ("ref",),
        _column("ref", TEXT),
        _column("started_at", INSTANT),
        _column("ended_at", INSTANT, nullable=True),
        _column("outcome", JSON),
    )
    _table(
        "lease",
        ("name",),
        _column("name", TEXT),
        _column("holder", TEXT),
        _column("token", sa.BigInteger()),
        _column("until", INSTANT),
    )
    _table(
        "escalation",
        ("action", "level", "period"),
        _column("action", TEXT),
        _column("level", TEXT),
        _column("period", sa.Date()),
        _column("state", TEXT),
        _column("to", TEXT),
        _column("days_overdue", sa.BigInteger()),
        _column("why", TEXT),
        _column("at", INSTANT),
    )
    _table(
        "send",
        ("person", "period", "kind"),
        _column("person", TEXT),
        _column("period", sa.Date()),
        _column("kind", TEXT),
        _column("at", INSTANT),
        _column("sent_at", INSTANT, nullable=True),
        _column("refs", JSON),
    )
    _table(
        "job_run",
        ("job", "slot"),
        _column("job", TEXT),
        _column("slot", INSTANT),
        _column("started_at", INSTANT),
        _column("ended_at", INSTANT, nullable=True),
        _column("outcome", TEXT),
    )
    _table(
        "setting",
        ("name",),
        _column("name", TEXT),
        _column("value", TEXT),
    )
