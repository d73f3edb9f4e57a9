"""The ports: what the core needs of the outside, and what a plugin is handed."""

from actiontrack.ports.app import App, InstanceContext, Notifier, Queue
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
    Unread,
    Write,
)
from actiontrack.ports.questions import Answer, Choice, Question
from actiontrack.ports.store import AuditEntry, Reader, SealedEntry, Store, Writer
from actiontrack.ports.time import Calendar, Clock

__all__ = [
    "Answer",
    "App",
    "AuditEntry",
    "Batch",
    "Calendar",
    "Capabilities",
    "Choice",
    "Clock",
    "Connector",
    "Fixed",
    "InstanceContext",
    "InstanceSettings",
    "KeyKind",
    "Notifier",
    "Observation",
    "Outcome",
    "Plain",
    "Problem",
    "Question",
    "Queue",
    "Raw",
    "Reader",
    "Record",
    "SealedEntry",
    "Store",
    "Unread",
    "Write",
    "Writer",
]
