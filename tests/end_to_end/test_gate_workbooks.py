"""The gate as workbooks see it: each agency its own part, the Board the whole; what is forbidden is asked about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from board_suite import AGENCIES, BOARD, HEADINGS, POLICE, Suite, row

HEALTH = POLICE.replace("police", "health").replace("POL", "HEA")
TEXT = "Do the thing numbered 1"


@pytest.fixture
def joint(suite: Suite) -> Suite:
    """A published plan whose first action is the police's and the health trust's, each with a workbook."""
    suite.configure(BOARD, POLICE, HEALTH)
    both = f"{AGENCIES['POL']}, {AGENCIES['HEA']}"
    suite.make_plan(row(number, **({"Lead agency": both} if number == 1 else {})) for number in range(1, 10))
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.sync()
    return suite


def ask_for(suite: Suite, policy: str) -> None:
    """Put a line into `[board]`."""
    file = suite.folder / "actiontrack.toml"
    file.write_text(file.read_text().replace('nation = "ENG"\n', f'nation = "ENG"\n{policy}\n'))


def board_types(suite: Suite, **cells: str) -> None:
    with suite.edit() as plan:
        for heading, value in cells.items():
            plan.set(TEXT, heading.replace("_", " "), value)


def test_police_done_and_health_overdue_is_seen_by_each_in_its_workbook(joint: Suite) -> None:
    with joint.edit("police.xlsx") as plan:
        plan.set(TEXT, "Status", "Reported complete")
    joint.sync(now="2027-01-11T09:00:00Z")
    action = joint.action(TEXT)
    assert [(leg["agency"], leg["status"], leg["overdue"]) for leg in action["legs"]] == [
        ("POL", "reported_complete", False), ("HEA", "in_progress", True),
    ]  # fmt: skip
    assert (action["status"], action["overdue"]) == ("in_progress", True)
    shown = {}
    for name in ("plan.xlsx", "police.xlsx", "health.xlsx"):
        with joint.edit(name) as plan:
            shown[name] = plan.value(plan.find(TEXT), "Status")
    assert shown == {"plan.xlsx": "In progress", "police.xlsx": "Reported complete", "health.xlsx": "In progress"}

    made = joint.run("report", "board", "--as-at", "2027-01-11", "--format", "json", "--out", str(joint.folder / "out"))
    [file] = made["files"]
    overdue = next(each for each in json.loads(Path(file).read_text("utf-8"))["sections"] if each["key"] == "overdue")
    parts = next(table for table in overdue["tables"] if table["key"] == "parts")["rows"]
    assert [(each["part_of"], each["part"], each["days_overdue"], each["whole"]) for each in parts] == [
        (AGENCIES["POL"], "reported complete", None, "in progress"),
        (AGENCIES["HEA"], "in progress", 34, "in progress"),
    ]


def test_verified_in_the_boards_workbook_waits_for_a_quorum(joint: Suite) -> None:
    ask_for(joint, "sign_offs = 2")
    ref = joint.action(TEXT)["ref"]
    for code in ("POL", "HEA"):
        joint.run("--agency", code, "action", "set", ref, "status=reported_complete")
    joint.run("action", "evidence", ref, "--link", "https://example.org/audit")
    joint.run("action", "sign-off", ref, "--agency", "HEA")
    joint.sync()
    board_types(joint, Status="Verified")
    joint.sync(code=None)
    shown = joint.action(TEXT)
    assert shown["status"] == "reported_complete"
    [asked] = shown["proposals"]
    assert asked["why"] == "1 of 2 agencies outside POL have signed it off (HEA)."
    joint.run("action", "sign-off", ref, "--agency", "LA")
    joint.run("proposal", "accept", asked["id"])
    assert joint.action(TEXT)["status"] == "verified"
    joint.sync()
    with joint.edit() as plan:
        assert plan.value(plan.find(TEXT), "Status") == "Verified"


def test_a_closure_in_the_boards_workbook_waits_for_its_decision(joint: Suite) -> None:
    joint.run("meeting", "add", "body=SAB", "date=2026-11-20")
    ref = joint.action(TEXT)["ref"]
    joint.run("action", "set", ref, "status=closed_not_implemented", "status_reason=Cost", code=2)
    board_types(joint, Status="No longer applicable")
    joint.sync(code=None)
    [asked] = joint.action(TEXT)["proposals"]
    assert "decision that it is no longer applicable is not recorded" in asked["why"]
    joint.run("proposal", "accept", asked["id"], code=2)
    said = ("--meeting", "M-2026-11-20", "--reason", "The unit was closed")
    joint.run("proposal", "accept", asked["id"], *said)
    action = joint.action(TEXT)
    assert (action["status"], action["status_reason"]) == ("no_longer_applicable", "The unit was closed")
    assert [(each["outcome"], each["reasons"]) for each in action["decisions"]] == [
        ("no_longer_applicable", "The unit was closed"),
    ]
    joint.sync()
    with joint.edit() as plan:
        assert plan.value(plan.find(TEXT), "Status") == "No longer applicable"


def test_a_closure_accepted_with_a_reason_is_decided_between_two_meetings(joint: Suite) -> None:
    ref = joint.action(TEXT)["ref"]
    board_types(joint, Status="Closed not implemented")
    joint.sync(code=1)
    [asked] = joint.action(TEXT)["proposals"]
    joint.run("--by", "chair", "proposal", "accept", asked["id"], "--reason", "No money was found")
    action = joint.action(TEXT)
    assert (action["status"], action["status_reason"]) == ("closed_not_implemented", "No money was found")
    [decision] = action["decisions"]
    assert [decision[name] for name in ("ref", "meeting", "outcome", "by")] == [
        f"{ref}-D1", "", "closed_not_implemented", "chair",
    ]  # fmt: skip


def test_an_answer_typed_without_its_reasons_is_taken_and_marked_until_they_are_typed(suite: Suite) -> None:
    suite.configure(BOARD)
    suite.make_plan([row(1)], headings=(*HEADINGS, "Board's response", "Reasons for the response"))
    suite.adopt()
    board_types(suite, **{"Board's_response": "Not accepted"})
    suite.sync()
    marked = suite.action(TEXT)
    [gap] = marked["found"]
    assert "the answer not_accepted needs the Board's reasons" in gap
    assert suite.run("recommendation", "show", marked["recommendations"][0])["response"] == "not_accepted"
    board_types(suite, Reasons_for_the_response="No means")
    suite.sync()
    assert suite.action(TEXT)["incomplete"] is False


def test_a_closure_in_the_boards_workbook_stands_on_a_decision_recorded_before(joint: Suite) -> None:
    joint.run("meeting", "add", "body=SAB", "date=2026-11-20")
    ref = joint.action(TEXT)["ref"]
    joint.run("decision", "add", "M-2026-11-20", ref, "no longer applicable", "--reasons", "The unit was closed")
    joint.run("action", "set", ref, "status=no_longer_applicable", "status_reason=The unit was closed")
    assert joint.action(TEXT)["status"] == "no_longer_applicable"
