"""What a plan is made of and what a run reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actiontrack.services.sync.problems import ProblemRow


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a run does to one field (or, with an empty field, to one record), and what it rests on."""

    connector: str
    does: str
    ref: str = ""
    sheet: str = ""
    cell: str = ""
    field: str = ""
    base: str | None = None
    ours: str | None = None
    theirs: str | None = None
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """As `sync --dry-run --json` prints it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class ConnectorResult:
    """What became of one instance in a run. The last four counts are of what stands open."""

    name: str
    status: str = "ok"
    """ok · guard (waits for an approval) · failed · deferred (later)."""
    why: str = ""
    read: int = 0
    created_here: int = 0
    updated_here: int = 0
    created_there: int = 0
    updated_there: int = 0
    answered: int = 0
    """Conflicts and proposals that were answered there and are settled now."""
    conflicts: int = 0
    proposals: int = 0
    quarantined: int = 0
    missing: int = 0
    plan: str = ""
    """The hash that `--approve` takes; only where there is something to approve, and in a dry run."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    setup: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    """In an adoption: the rows that were found."""
    problems: Sequence[ProblemRow] = ()

    def to_json(self) -> dict[str, Any]:
        """As `sync --json` prints it. (`asdict` would copy every row of an adoption, value by value.)"""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def needs_a_person(self) -> bool:
        """Whether something waits for somebody."""
        return self.status == "guard" or bool(self.conflicts or self.proposals or self.quarantined)


@dataclass(slots=True)
class SyncResult:
    """What a run did."""

    connectors: list[ConnectorResult] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    dry_run: bool = False

    @property
    def exit_code(self) -> int:
        """0 ok · 1 a person is needed · 4 some instance failed · 5 every one did; the highest applies."""
        lost = [each for each in self.connectors if each.status in ("failed", "deferred")]
        if lost:
            return 5 if len(lost) == len(self.connectors) else 4
        return 1 if any(each.needs_a_person for each in self.connectors) else 0

    def to_json(self) -> dict[str, Any]:
        """As `sync --json` prints it."""
        document: dict[str, Any] = {"connectors": [each.to_json() for each in self.connectors]}
        if self.dry_run:
            document["steps"] = [step.to_json() for step in self.steps]
        return document
