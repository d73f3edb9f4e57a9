"""Plans as boards really lay them out: merged actions, notes below, colours headed “Status”, two dates under a head."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from actiontrack.api import Fixed
from actiontrack_spreadsheet.connector import SpreadsheetConnector

Connect = Callable[..., SpreadsheetConnector]
MakePlan = Callable[..., Path]

HEADINGS = ["Ref", "Action", "Lead agency", "Due date", "Status"]
DUE = date(2027, 1, 1)


def texts(connector: SpreadsheetConnector) -> list[object]:
    return [record.fields["text"] for record in connector.observe("", {}).records]


def test_who_will_lead_is_an_agency_where_agencies_stand_below(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["What will we do?", "Who will lead?", "By when?"], ["Train", "Police", DUE]])
    seen = connect(plan).observe("", {})
    assert dict(seen.columns) == {
        "text": "What will we do?",
        "lead_agency": "Who will lead?",
        "current_due": "By when?",
    }


def test_first_and_later_dates_under_one_head(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [["Action", "Timescale", None], [None, "Original", "Revised"], ["Train", DUE, date(2027, 2, 1)]],
        merges=["A1:A2", "B1:C1"],
    )
    (record,) = connect(plan).observe("", {}).records
    assert record.fields == {"text": "Train", "original_due": DUE, "current_due": date(2027, 2, 1)}


@pytest.mark.parametrize("other", ["Impact", "Outcome", "How will we know?", "Evidence of impact", "Evidence link"])
def test_what_was_hoped_for_is_no_rival_to_evidence(other: str, make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Evidence", other], ["Train", "Register", "Staff more confident"]])
    assert connect(plan).observe("", {}).columns == {"text": "Action", "evidence": "Evidence"}


@pytest.mark.parametrize("hope", ["Impact", "Outcome", "How will we know?"])
def test_a_hope_alone_is_no_evidence(hope: str, make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Due date", hope], ["Train", DUE, "Staff more confident"]])
    assert "evidence" not in connect(plan).observe("", {}).columns


def test_colours_headed_status_are_a_rating(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([HEADINGS, ["1.1", "Train", "Police", DUE, "RED"], ["1.2", "Audit", "Police", DUE, "Green"]])
    columns = connect(plan).observe("", {}).columns
    assert columns["self_rating"] == "Status"
    assert "status" not in columns


def test_a_status_headed_rag_is_a_status(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "RAG status"], ["Train", "Complete"], ["Audit", "On track"]])
    assert connect(plan).observe("", {}).columns == {"text": "Action", "status": "RAG status"}


def test_colours_headed_status_beside_a_rating_stay_where_the_configuration_puts_them(
    make_plan: MakePlan, connect: Connect
) -> None:
    plan = make_plan([["Action", "Status"], ["Train", "Red"]])
    assert connect(plan, columns={"status": "Status"}).observe("", {}).columns["status"] == "Status"


def test_notes_and_keys_below_a_gap_are_left_aside_and_told_of(make_plan: MakePlan, connect: Connect) -> None:
    connector = connect(
        make_plan(
            [
                HEADINGS,
                ["1.1", "Train", "Police", DUE, "Open"],
                [None, "A new one, typed right below", None, None, None],
                [],
                ["Notes", "Agreed by the panel on 3 May."],
                [None, "Signed: ________"],
                ["Key", "Red - not started"],
            ]
        )
    )
    assert texts(connector) == ["Train", "A new one, typed right below"]
    assert any("Rows 5, 6, 7 below the plan" in sentence for sentence in connector.observe("", {}).setup)


@pytest.mark.parametrize("cells", [["2.1", "Audit"], [None, "Audit", "Council"], [None, "Audit", None, DUE]])
def test_below_a_gap_a_number_an_agency_or_a_date_makes_an_action(
    cells: list[Any], make_plan: MakePlan, connect: Connect
) -> None:
    plan = make_plan([HEADINGS, ["1.1", "Train", "Police", DUE, "Open"], [], cells])
    assert texts(connect(plan)) == ["Train", "Audit"]


def test_a_plan_that_is_text_alone_loses_none_of_it(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Due date"], ["Train", None], [], ["Audit", None], [], ["Write", None]])
    assert texts(connect(plan)) == ["Train", "Audit", "Write"]


def test_a_long_band_that_is_not_merged_is_no_action(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [
            ["Action", "Lead agency"],
            ["Recommendation 1: the Board should be told of every delay", None],
            ["Train", "Police"],
            ["Priority 1 cases are audited each month", "Police"],
        ]
    )
    assert texts(connect(plan)) == ["Train", "Priority 1 cases are audited each month"]


def test_an_action_merged_down_over_its_agencies_is_one_for_each(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [
            HEADINGS,
            ["1", "Train", "Police", DUE, "Open"],
            [None, None, "Council", None, "Complete"],
            [None, None, None, None, None],
            ["2", "Audit", "Council", DUE, "Open"],
        ],
        merges=["A2:A4", "B2:B4", "D2:D4"],
    )
    records = connect(plan).observe("", {}).records
    shown = [
        (record.row, *(record.fields[name] for name in ("text", "lead_agency", "current_due"))) for record in records
    ]
    assert shown == [(2, "Train", "Police", DUE), (3, "Train", "Council", DUE), (5, "Audit", "Council", DUE)]
    assert [record.fields["status"] for record in records] == ["Open", "Complete", "Open"]


def test_links_of_single_cells_and_of_ranges_are_evidence(make_plan: MakePlan, connect: Connect) -> None:
    def link(_book: Any, sheet: Any) -> None:
        sheet["B2"].hyperlink = "https://example.org/1"
        sheet["B3"].hyperlink = "https://example.org/2"
        sheet["B3"].hyperlink.ref = "B3:B4"

    plan = make_plan([["Action", "Evidence"], ["Train", "see"], ["Audit", "see"], ["Write", "see"]], also=link)
    found = [record.fields["evidence"] for record in connect(plan).observe("", {}).records]
    assert [value.value for value in found if isinstance(value, Fixed)] == [
        "https://example.org/1", "https://example.org/2", "https://example.org/2",
    ]  # fmt: skip
