"""Whatever the record holds: formats agree, parts sum to their whole, and the same inputs give the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from read_reports import READERS, Told, squeezed, tables_told

from actiontrack.adapters.calendar import load_calendar
from actiontrack.adapters.store import open_store
from actiontrack.domain.ledger import Proposal, ProposalKind
from actiontrack.domain.nouns import Action, Agency, DateChange, Evidence, Leg, Meeting
from actiontrack.domain.policy import Board
from actiontrack.domain.report import Report
from actiontrack.domain.vocabulary import Nation, Status
from actiontrack.hooks import load_plugins
from actiontrack.services.core import Core
from actiontrack.services.reporting import board_report, write_report

AS_AT = date(2026, 11, 24)
LAST = date(2026, 9, 8)
CALENDAR = load_calendar(Nation.ENG)
HOOKS = load_plugins()
NEVER = {"script", "img", "iframe", "b", "i", "link", "form", "object"}
"""Elements that no page of ours has."""

# XML 1.0 has no control characters but three; the store keeps them, and a workbook shows them escaped.
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=40)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
plans = st.lists(
    st.fixed_dictionaries(
        {
            "text": words,
            "number": words,
            "lead_agency": st.sampled_from(["", "POL", "HLT", "<i>X</i>"]),
            "current_due": st.none() | days,
            "status": st.sampled_from(list(Status)),
            "later": st.none() | st.sampled_from(list(Status)),
            "evidence": st.none() | words,
            "moved": st.booleans(),
            "asks": st.booleans(),
            "self_rating": st.sampled_from(["", "green", "red"]),
            "found": st.sampled_from([(), ("Blocked without a reason.",)]),
        }
    ),
    max_size=8,
)


class Steps:
    """A clock that stands where it is put."""

    day = date(2026, 2, 2)

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def today(self) -> date:
        return self.day


@contextmanager
def core_of(plan: list[dict[str, Any]]) -> Iterator[Core]:
    """A store with the plan as adopted in February, and what became of it in October."""
    clock = Steps()
    with closing(open_store("sqlite://", "exampleshire", clock=clock)) as store:
        actions = []
        with store.writing("kim", "import:plan.xlsx") as writer:
            writer.put(Agency(code="POL", name="=Police & <Crime>"), Meeting(ref="M", body="Board", date=LAST))
            for at, row in enumerate(plan):
                fields = {name: row[name] for name in ("text", "number", "lead_agency", "current_due", "status")}
                fields |= {"self_rating": row["self_rating"], "found": row["found"], "original_due": row["current_due"]}
                action = Action(ref=f"AT-{at}", created_at=clock.now(), changed_at=clock.now(), **fields)
                actions.append(action)
                writer.put(action, Leg(action=action.ref, agency=action.lead_agency))
        clock.day = date(2026, 10, 6)
        with store.writing("kim", "cli") as writer:
            for action, row in zip(actions, plan, strict=True):
                writer.put(*happened(action, row, clock))
        clock.day = AS_AT
        agencies = [Agency(code="HLT", name="Health")]
        board = Board(name="A <b>bold</b> Board & friends")
        yield Core(store, clock, CALENDAR, HOOKS, board, agencies, {}, {})


def happened(action: Action, row: dict[str, Any], clock: Steps) -> list[Any]:
    found: list[Any] = []
    if row["later"]:
        found.append(action.model_copy(update={"status": row["later"]}))
    if row["evidence"] is not None:
        found.append(
            Evidence(
                ref=f"e-{action.ref}", action=action.ref, position=1, shows=row["evidence"], received_date=clock.day
            )
        )
    if row["moved"] and action.current_due:
        later = action.current_due + timedelta(days=30)
        found.append(
            DateChange(
                ref=f"d-{action.ref}", action=action.ref, from_date=action.current_due, to_date=later,
                requested_by=row["text"], reason=row["text"], at=clock.now(),
            )
        )  # fmt: skip
    if row["asks"]:
        found.append(
            Proposal(
                id=f"p-{action.ref}", kind=ProposalKind.EXTEND, action=action.ref, to_value="2027-03-01",
                reason=row["text"], since=clock.now(),
            )
        )  # fmt: skip
    return found


def figures_only(told: Told, report: Report) -> Told:
    """Without the columns of free text: how letters of every script are drawn is not told by what is drawn."""
    kept = {squeezed(table.caption): [column.kind != "text" for column in table.columns] for table in report.tables()}
    return {
        caption: [[cell for cell, keep in zip(row, kept[caption], strict=True) if keep] for row in rows]
        for caption, rows in told.items()
    }


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(plan=plans)
def test_every_format_tells_the_same_and_tells_it_twice(plan: list[dict[str, Any]], tmp_path: Path) -> None:
    with core_of(plan) as core:
        report = board_report(core, as_at=AS_AT)
        made = {path.suffix[1:]: path.read_bytes() for path in write_report(core, report, [], tmp_path)}

        assert made.keys() == READERS.keys()
        wanted = tables_told(report)
        for name in ("html", "json", "xlsx", "docx"):
            assert READERS[name](made[name], report) == wanted, name
        assert figures_only(READERS["pdf"](made["pdf"], report), report) == figures_only(wanted, report)
        assert json.loads(made["json"])["figures"] == report.figures.to_json()
        assert set(re.findall(r"<([a-z]+)", made["html"].decode())).isdisjoint(NEVER)

        again = board_report(core, as_at=AS_AT)
        assert again == report
        assert {path.suffix[1:]: path.read_bytes() for path in write_report(core, again, [], tmp_path)} == made


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans, as_at=st.dates(date(2026, 1, 1), date(2027, 6, 1)))
def test_the_parts_sum_to_their_whole(plan: list[dict[str, Any]], as_at: date) -> None:
    with core_of(plan) as core:
        report = board_report(core, as_at=as_at)
    figures = report.figures
    assert sum(count for _, count in figures.ageing) == figures.overdue
    assert sum(one.live for one in figures.by_agency) == figures.live
    assert sum(one.overdue for one in figures.by_agency) == figures.overdue
    assert figures.live + figures.excluded == len(plan)
    lists = {table.key: table.rows for table in report.tables()}
    for key in ("overdue", "undated", "awaiting_verification", "closed_without_evidence", "reopened", "dates_moved"):
        assert len(lists[key]) == getattr(figures, key), key
    assert len(lists["done_since"]) == (figures.done_since or 0)
    assert len(lists["extensions"]) == figures.extensions_requested
    assert (
        len(lists["extensions"]) + len(lists["closures"]) + len(lists["refusals"]) + len(lists["referrals"])
        == figures.decisions
    )
    assert sum(int(str(row[1])) for row in lists["left_out"]) == figures.excluded
    assert len(report.headlines) <= 5


@given(st.integers(1, 5000))
def test_every_overdue_day_falls_in_the_bucket_that_names_it(overdue_days: int) -> None:
    from actiontrack.services.reporting.ageing import bucket_of

    key = bucket_of(overdue_days)
    if key == ">180":
        assert overdue_days > 180
    else:
        first, last = map(int, key.split("-"))
        assert first <= overdue_days <= last
