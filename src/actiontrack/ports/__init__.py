"""The ports: what the core needs of the outside, and what a plugin is handed."""

from actiontrack.ports.app import App, CommandLine, InstanceContext, Queue, Records
from actiontrack.ports.connectors import (
    Batch,
    Capabilities,
    Connector,
    Fixed,
    InstanceSettings,
    KeyKind,
    Observation,
    Outcome,
    Plain,
    Problem,
    Raw,
    Record,
    Unanswered,
    Unread,
    Write,
)
from actiontrack.ports.evidence import EvidenceFiles
from actiontrack.ports.files import Files, Place, Watcher
from actiontrack.ports.mending import Backup, CellChange, KeepsBackups, RestorePlan, ShownProblems, ShowsProblems
from actiontrack.ports.notifiers import Attachment, Message, Notifier, NotifierContext
from actiontrack.ports.platform import HostedReview, Platform, SetsUp, SetUp, SetUpStep
from actiontrack.ports.questions import Answer, Choice, Question
from actiontrack.ports.store import AuditEntry, Reader, SealedEntry, Store, Writer
from actiontrack.ports.time import Calendar, Clock
from actiontrack.ports.values import same_value
from actiontrack.ports.web import Web, basic_auth
from actiontrack.ports.whole import write_whole

__all__ = [
    "Answer",
    "App",
    "Attachment",
    "AuditEntry",
    "Backup",
    "Batch",
    "Calendar",
    "Capabilities",
    "CellChange",
    "Choice",
    "Clock",
    "CommandLine",
    "Connector",
    "EvidenceFiles",
    "Files",
    "Fixed",
    "HostedReview",
    "InstanceContext",
    "InstanceSettings",
    "KeepsBackups",
    "KeyKind",
    "Message",
    "Notifier",
    "NotifierContext",
    "Observation",
    "Outcome",
    "Place",
    "Plain",
    "Platform",
    "Problem",
    "Question",
    "Queue",
    "Raw",
    "Reader",
    "Record",
    "Records",
    "RestorePlan",
    "SealedEntry",
    "SetUp",
    "SetUpStep",
    "SetsUp",
    "ShownProblems",
    "ShowsProblems",
    "Store",
    "Unanswered",
    "Unread",
    "Watcher",
    "Web",
    "Write",
    "Writer",
    "basic_auth",
    "same_value",
    "write_whole",
]
