"""A store with a clock set by hand, a short way to record things on a day, and to read a report's tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from actiontrack.adapters.calendar import load_calendar
from actiontrack.adapters.store import open_store
from actiontrack.domain.nouns import Action, Agency, Leg, Meeting, Stored
from actiontrack.domain.policy import Board
from actiontrack.domain.report import BoardReport, Report, Table
from actiontrack.domain.vocabulary import Nation, Status
from actiontrack.hooks import load_plugins
from actiontrack.services.core import Core
from actiontrack.services.reporting import board_report

AS_AT = date(2026, 11, 24)


class Hand:
    """A clock set by hand, the core over an empty store, and a short way to record things on a day."""

    def __init__(self) -> None:
        self.day = date(2026, 1, 5)
        self.store = open_store("sqlite://", "exampleshire", clock=self)
        self.core = Core(
            store=self.store,
            clock=self,
            calendar=load_calendar(Nation.ENG),
            hooks=load_plugins(installed=False),
            board=Board(name="Exampleshire Safeguarding Adults Board"),
            agencies=[Agency(code="POL", name="Police"), Agency(code="HLT", name="Health trust")],
            instances={},
            connectors={},
        )
        self.actions: dict[str, Action] = {}

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def today(self) -> date:
        return self.day

    def put(self, *items: Stored, on: date | None = None) -> None:
        self.day = on or self.day
        with self.store.writing("kim", "cli") as writer:
            writer.put(*items)

    def act(self, ref: str, *, on: date | None = None, **fields: Any) -> Action:
        """Record an action, new or changed, with one leg of its lead."""
        self.day = on or self.day
        old = self.actions.get(ref)
        if old is None:
            base = {"text": f"Do {ref}", "lead_agency": "POL", "number": ref, "created_at": self.now()}
            due = fields.get("current_due")
            new = Action(ref=ref, changed_at=self.now(), **{"original_due": due, **base, **fields})
        else:
            new = old.model_copy(update={**fields, "changed_at": self.now()})
        self.actions[ref] = new
        leg_status = (
            new.status if new.status in set(Status) - {Status.VERIFIED, Status.EMBEDDED} else Status.IN_PROGRESS
        )
        self.put(new, Leg(action=ref, agency=new.lead_agency, status=leg_status))
        return new

    def meet(self, *days: date) -> None:
        self.put(*(Meeting(ref=f"M-{day}", body="Board", date=day) for day in days))

    def core_head(self) -> int:
        with self.store.reading() as reader:
            return reader.head()

    def report(self, as_at: date = AS_AT, **options: Any) -> BoardReport:
        self.day = max(self.day, AS_AT)
        return board_report(self.core, as_at=as_at, **options)


def rows(report: Report, key: str) -> list[dict[str, Any]]:
    """A table's rows as objects."""
    table: Table = next(table for table in report.tables() if table.key == key)
    return [dict(zip([column.key for column in table.columns], row, strict=True)) for row in table.rows]


def refs(report: Report, key: str) -> list[str]:
    return [row["ref"] for row in rows(report, key)]


def says(report: Report, key: str) -> str:
    return " ".join(next(section for section in report.sections if section.key == key).says)
