"""The one door for plugins: everything a plugin may import.

Names are fetched from the house when they are first asked for, so that importing this module costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from actiontrack.errors import (
    AccessRefused,
    ActionTrackError,
    ConfigurationError,
    CursorExpired,
    NotAllowed,
    NotFound,
    PreconditionFailed,
    RetryableError,
    SkippableError,
    UserError,
)
from actiontrack.hookspecs import hookimpl

if TYPE_CHECKING:
    from actiontrack.domain.columns import column_widths, fits
    from actiontrack.domain.derived import DueAction, Standing, effective_due, standing_of
    from actiontrack.domain.escalation import Owed
    from actiontrack.domain.issue import Issue, Severity
    from actiontrack.domain.ledger import Conflict, Escalation, Proposal, Send
    from actiontrack.domain.lifecycle import content_hash, found_gaps, missing_for_move, status_of
    from actiontrack.domain.nouns import (
        Action,
        Agency,
        Comment,
        DateChange,
        Decision,
        Evidence,
        Finding,
        ImpactCheck,
        KeyPracticeEpisode,
        Leg,
        Meeting,
        Member,
        Recommendation,
        Review,
        SignOff,
        Update,
    )
    from actiontrack.domain.policy import Board
    from actiontrack.domain.refs import is_ref, new_ref, normal_ref
    from actiontrack.domain.report import (
        BoardReport,
        Chart,
        Column,
        Figures,
        Headline,
        Report,
        Section,
        Table,
        day_in_words,
        shown,
    )
    from actiontrack.domain.vocabulary import (
        CLOSED_STATUSES,
        DONE_STATUSES,
        LEG_STATUSES,
        Confidence,
        Effect,
        Kind,
        Level,
        Nation,
        Publication,
        Rating,
        Response,
        Side,
        Status,
    )
    from actiontrack.ports import (
        Answer,
        App,
        Attachment,
        AuditEntry,
        Backup,
        Batch,
        Calendar,
        Capabilities,
        CellChange,
        Choice,
        Clock,
        CommandLine,
        Connector,
        Files,
        Fixed,
        HostedReview,
        InstanceContext,
        InstanceSettings,
        KeepsBackups,
        KeyKind,
        Message,
        Notifier,
        NotifierContext,
        Observation,
        Outcome,
        Place,
        Plain,
        Platform,
        Problem,
        Question,
        Queue,
        Raw,
        Reader,
        Record,
        Records,
        RestorePlan,
        SetsUp,
        SetUp,
        SetUpStep,
        ShownProblems,
        ShowsProblems,
        Store,
        Unanswered,
        Unread,
        Web,
        Write,
        Writer,
        basic_auth,
        same_value,
        write_whole,
    )

_DOORS = {
    "columns": "column_widths fits",
    "derived": "DueAction Standing effective_due standing_of",
    "escalation": "Owed",
    "issue": "Issue Severity",
    "ledger": "Conflict Escalation Proposal Send",
    "lifecycle": "content_hash found_gaps missing_for_move status_of",
    "nouns": "Action Agency Comment DateChange Decision Evidence Finding ImpactCheck KeyPracticeEpisode Leg Meeting "
    "Member Recommendation Review SignOff Update",
    "policy": "Board",
    "report": "BoardReport Chart Column Figures Headline Report Section Table day_in_words shown",
    "refs": "is_ref new_ref normal_ref",
    "vocabulary": "CLOSED_STATUSES DONE_STATUSES LEG_STATUSES Confidence Effect Kind Level Nation Publication Rating "
    "Response Side Status",
}
_PORTS = (
    "Answer App Attachment AuditEntry Backup Batch Calendar Capabilities CellChange Choice Clock CommandLine "
    "Connector Files Fixed HostedReview InstanceContext InstanceSettings KeepsBackups KeyKind Message Notifier "
    "NotifierContext Observation Outcome Place Plain Platform Problem Question Queue Raw Reader Record Records "
    "RestorePlan SetUp SetUpStep SetsUp ShownProblems ShowsProblems Store Unanswered Unread Web Write Writer "
    "basic_auth same_value write_whole"
)
_HOMES = {name: f"actiontrack.domain.{module}" for module, names in _DOORS.items() for name in names.split()}
_HOMES |= dict.fromkeys(_PORTS.split(), "actiontrack.ports")


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})


__all__ = [
    "CLOSED_STATUSES",
    "DONE_STATUSES",
    "LEG_STATUSES",
    "AccessRefused",
    "Action",
    "ActionTrackError",
    "Agency",
    "Answer",
    "App",
    "Attachment",
    "AuditEntry",
    "Backup",
    "Batch",
    "Board",
    "BoardReport",
    "Calendar",
    "Capabilities",
    "CellChange",
    "Chart",
    "Choice",
    "Clock",
    "Column",
    "CommandLine",
    "Comment",
    "Confidence",
    "ConfigurationError",
    "Conflict",
    "Connector",
    "CursorExpired",
    "DateChange",
    "Decision",
    "DueAction",
    "Effect",
    "Escalation",
    "Evidence",
    "Figures",
    "Files",
    "Finding",
    "Fixed",
    "Headline",
    "HostedReview",
    "ImpactCheck",
    "InstanceContext",
    "InstanceSettings",
    "Issue",
    "KeepsBackups",
    "KeyKind",
    "KeyPracticeEpisode",
    "Kind",
    "Leg",
    "Level",
    "Meeting",
    "Member",
    "Message",
    "Nation",
    "NotAllowed",
    "NotFound",
    "Notifier",
    "NotifierContext",
    "Observation",
    "Outcome",
    "Owed",
    "Place",
    "Plain",
    "Platform",
    "PreconditionFailed",
    "Problem",
    "Proposal",
    "Publication",
    "Question",
    "Queue",
    "Rating",
    "Raw",
    "Reader",
    "Recommendation",
    "Record",
    "Records",
    "Report",
    "Response",
    "RestorePlan",
    "RetryableError",
    "Review",
    "Section",
    "Send",
    "SetUp",
    "SetUpStep",
    "SetsUp",
    "Severity",
    "ShownProblems",
    "ShowsProblems",
    "Side",
    "SignOff",
    "SkippableError",
    "Standing",
    "Status",
    "Store",
    "Table",
    "Unanswered",
    "Unread",
    "Update",
    "UserError",
    "Web",
    "Write",
    "Writer",
    "basic_auth",
    "column_widths",
    "content_hash",
    "day_in_words",
    "effective_due",
    "fits",
    "found_gaps",
    "hookimpl",
    "is_ref",
    "missing_for_move",
    "new_ref",
    "normal_ref",
    "same_value",
    "shown",
    "standing_of",
    "status_of",
    "write_whole",
]
