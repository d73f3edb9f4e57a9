"""The state of one run over all its rounds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from actiontrack.domain.ledger import Conflict, Instance
from actiontrack.domain.nouns import Action
from actiontrack.errors import ActionTrackError
from actiontrack.ports import Record
from actiontrack.services.core import Core
from actiontrack.services.sync.lease import Hold
from actiontrack.services.sync.steps import ConnectorResult

if TYPE_CHECKING:  # a run in which nothing moved merges nothing, and is quick: it loads none of this
    from actiontrack.services.sync.answering import Answered


@dataclass(slots=True)
class Run:
    """One run."""

    core: Core
    who: str
    dry_run: bool
    approved: Collection[str]
    named: bool
    """Somebody named the instances: they are tried at once, however long they were to wait."""
    results: dict[str, ConnectorResult] = field(default_factory=dict)
    found: list[Conflict] = field(default_factory=list)
    changed: list[tuple[Action | None, Action]] = field(default_factory=list)
    hold: Hold | None = None
    """The lease; a dry run needs none."""
    faults: dict[str, ActionTrackError] = field(default_factory=dict)
    """Why a source could not be read."""
    lapses: dict[str, ActionTrackError] = field(default_factory=dict)
    """Why a system could not be reached, or let nobody in, in this round."""
    still: dict[str, Instance] = field(default_factory=dict)
    """Instances that are not observed, because nothing has moved in them."""
    whole: set[str] = field(default_factory=set)
    """Instances of which everything is to be read: an increment would not do."""
    made: dict[str, dict[str, Record]] = field(default_factory=dict)
    """Instance → op_id → the record found there of a create without an acknowledgement."""
    answered: dict[str, Answered] = field(default_factory=dict)
    """What became of the answers typed in each instance, in this round."""
    thawed: bool = False
    """Whether a conflict closed in this round: what waited may go out, though no record changed."""


def fault_of(error: Exception) -> str:
    """A fault in a connector. An exception's own text may hold people's words: only its kind is told."""
    return f"the connector failed ({type(error).__name__}); `actiontrack doctor` checks it. The others went on"
