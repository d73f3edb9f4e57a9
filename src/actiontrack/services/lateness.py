"""Whether the scheduler does its work: told by everybody but itself, for one that is dead tells nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from actiontrack.domain.ledger import JobRun
from actiontrack.domain.policy import Schedule
from actiontrack.services.core import Core
from actiontrack.services.leading import last_beat
from actiontrack.services.scheduler import FAILED, LOOK_BACK, ON_TIME, PASSED, due, name_of

LATE = timedelta(hours=1)
"""A slot that is not settled so long after its time is late: most jobs take minutes."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the scheduler fares. Instants are in UTC.

    `leader` and `beat` tell who leads and its last heartbeat, where nobody stopped it as it should be; `silent`: that
    is too long ago. `late` holds (rule, its oldest open slot), `failed` (rule, slot, outcome) of rules whose newest run
    failed, `idle` the rules that never ran.
    """

    leader: str = ""
    beat: datetime | None = None
    silent: bool = False
    late: list[tuple[str, datetime]] = field(default_factory=list)
    failed: list[tuple[str, datetime, str]] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """Whether somebody has to see to it that it runs."""
        return self.silent or bool(self.late)

    def to_json(self) -> dict[str, Any]:
        """As `status --json` has it."""
        return {
            "leader": self.leader,
            "beat": self.beat.isoformat() if self.beat else None,
            "silent": self.silent,
            "late": [{"job": job, "slot": slot.isoformat()} for job, slot in self.late],
            "failed": [{"job": job, "slot": slot.isoformat(), "outcome": told} for job, slot, told in self.failed],
            "idle": self.idle,
        }

    def words(self, timezone: str) -> Iterator[str]:
        """What is wrong, a sentence each, in the board's time."""
        yield from self.lateness(timezone)
        for job, slot, told in self.failed:
            yield f"{job}: the run of {_shown(slot, ZoneInfo(timezone))} {told}."

    def lateness(self, timezone: str) -> Iterator[str]:
        """Why somebody has to see to it that it runs: nothing of the plan's, so that it may go by mail."""
        zone = ZoneInfo(timezone)
        if self.silent and self.beat:
            yield f"The scheduler {self.leader} has not been heard since {_shown(self.beat, zone)}."
        for job, slot in self.late:
            yield f"{job}: the run of {_shown(slot, zone)} has not ended, or not begun."


def pulse(core: Core, schedules: Sequence[Schedule]) -> Pulse:
    """Look at the ledger of runs and at the scheduler's heartbeat. Writes nothing."""
    now = core.clock.now()
    with core.store.reading() as reader:
        leader, beat = last_beat(reader) or ("", None)
        runs = {
            name_of(rule): reader.find(JobRun, job=name_of(rule), slot__ge=now - LOOK_BACK, slot__le=now)
            for rule in schedules
        }
        idle = [name for name, held in runs.items() if not held and not reader.count(JobRun, job=name)]
    found = Pulse(leader, beat, silent=beat is not None and now - beat > ON_TIME, idle=idle)
    for rule in schedules:
        name = name_of(rule)
        waiting = [slot for slot, _ in due(core, rule) if now - slot > LATE]
        if waiting and name not in idle:
            found.late.append((name, waiting[0]))
        ended = [run for run in runs[name] if run.ended_at and run.outcome != PASSED]
        if ended and ended[-1].outcome.startswith(FAILED):
            found.failed.append((name, ended[-1].slot, ended[-1].outcome))
    return found


def _shown(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
