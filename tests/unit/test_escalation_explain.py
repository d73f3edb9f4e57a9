"""`escalation explain`: each level, when and why, what was recorded and told, and what pauses added."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actiontrack.cli.front import run

CONFIG = """\
[board]
name = "Exampleshire"
manager = "manager@board.example"
chair = "chair@board.example"

[[agency]]
code = "POL"
name = "Norchester Constabulary"
lead = "lead@pol.example"
executive = "acc@pol.example"
"""
At = Callable[..., Any]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> At:
    """The command line at nine on a day; gives what --json printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "actiontrack.toml").write_text(CONFIG, encoding="utf-8")

    def run_at(day: str, *arguments: str, code: int = 0) -> Any:
        monkeypatch.setenv("AT_NOW", f"{day}T09:00:00")
        capsys.readouterr()
        ended = run([*arguments, "--json"])
        captured = capsys.readouterr()
        assert ended == code, captured.err
        return json.loads(captured.out)

    return run_at


@pytest.fixture
def ref(at: At) -> str:
    """An action of the police, due on Friday 4 September, made in good time."""
    fields = ("number=1.2", "lead_agency=POL", "lead_officer=officer@pol.example", "current_due=2026-09-04")
    return str(at("2026-07-01", "action", "add", "text=Do it", *fields)["ref"])


def brief(told: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(each["level"], each["reached"], each["state"], each["to"]) for each in told["levels"]]


OFFICER, LEAD, EXECUTIVE, CHAIR = "officer@pol.example", "lead@pol.example", "acc@pol.example", "chair@board.example"


def test_before_anything_is_due_every_level_is_to_come_on_its_day(at: At, ref: str) -> None:
    told = at("2026-07-27", "escalation", "explain", "1.2")
    assert (told["ref"], told["due"], told["paused"], told["pauses"]) == (ref, "2026-09-04", False, [])
    assert brief(told) == [
        ("R20", "2026-08-06", "to_come", OFFICER),
        ("R10", "2026-08-20", "to_come", OFFICER),
        ("R5", "2026-08-27", "to_come", OFFICER),
        ("L1", "2026-09-07", "to_come", OFFICER),
        ("L2", "2026-09-25", "to_come", LEAD),
        ("L3", "2026-10-19", "to_come", EXECUTIVE),
        ("L4", "2026-11-30", "to_come", CHAIR),
        ("L4", "2026-12-30", "to_come", CHAIR),
    ]
    assert told["levels"][4]["why"] == (
        "21 days overdue (due 2026-09-04); L2 goes to the agency lead 15 working days after the due date."
    )


def test_what_is_told_to_come_comes_on_that_day(at: At, ref: str) -> None:
    foretold = at("2026-07-27", "escalation", "explain", ref)["levels"]
    for each in foretold:
        [raised] = at(each["reached"], "sweep")["raised"]
        assert (raised["ref"], raised["level"], raised["to"], raised["why"]) == (
            ref, each["level"], each["to"], each["why"],
        )  # fmt: skip
    told = at("2026-12-30", "escalation", "explain", ref)
    assert [(each["level"], each["reached"]) for each in told["levels"] if each["state"] == "raised"] == [
        (each["level"], each["reached"]) for each in foretold
    ]
    assert [(each["level"], each["reached"]) for each in told["levels"] if each["state"] == "to_come"] == [
        ("L4", "2027-01-28")
    ]


def test_what_was_passed_over_and_who_was_told(at: At, ref: str) -> None:
    before = at("2026-09-26", "escalation", "explain", ref)  # a Saturday
    assert [each["state"] for each in before["levels"]] == ["owed"] * 5 + ["to_come"] * 3
    at("2026-09-26", "sweep")
    told = at("2026-09-26", "escalation", "explain", ref)
    assert [each["state"] for each in told["levels"]] == ["passed"] * 4 + ["raised"] + ["to_come"] * 3
    assert [each["told"] for each in told["levels"] if each["state"] == "passed"] == [[]] * 4
    raised = told["levels"][4]
    waits = {"person": LEAD, "day": "2026-09-28", "state": "waiting", "sent_at": None}
    assert raised["told"] == [waits], "on the next working day"
    assert raised["recorded_at"].startswith("2026-09-26T08:00:00")


def test_what_waits_in_an_earlier_digest_and_what_went_are_both_told(at: At, ref: str, tmp_path: Path) -> None:
    for day in ("2026-09-07", "2026-09-25"):
        at(day, "sweep")
    other = ("text=Do that", "lead_agency=POL", "current_due=2026-09-23")
    second = at("2026-09-20", "action", "add", *other)["ref"]
    at("2026-09-28", "sweep")
    [l1] = [each for each in at("2026-09-28", "escalation", "explain", second)["levels"] if each["state"] == "raised"]
    assert [(each["person"], each["day"]) for each in l1["told"]] == [(LEAD, "2026-09-25")], "it waits, with the other"
    with (tmp_path / "actiontrack.toml").open("a") as config:
        config.write('[[notifier]]\nname = "out"\ntype = "file"\n')
    at("2026-09-29", "sends", "deliver")
    [l1] = [each for each in at("2026-09-29", "escalation", "explain", second)["levels"] if each["state"] == "raised"]
    assert [(each["state"], each["sent_at"][:10]) for each in l1["told"]] == [("sent", "2026-09-29")]


def test_a_pause_says_what_it_added(at: At, ref: str) -> None:
    blocked = ("status=blocked", "status_reason=Waits for the court", "look_again=2026-08-21")
    at("2026-08-10", "action", "set", ref, *blocked)
    paused = at("2026-08-12", "escalation", "explain", ref)
    assert paused["paused"] is True
    assert paused["pauses"] == [{"agency": "POL", "start": "2026-08-10", "end": "2026-08-21", "working_days": 3}]
    assert {each["state"] for each in paused["levels"]} == {"to_come"}
    on = at("2026-08-25", "action", "set", ref, "status=in_progress") and at("2026-08-25", "escalation", "explain", ref)
    assert (on["current_due"], on["due"], on["pauses"][0]["working_days"]) == ("2026-09-04", "2026-09-18", 10)
    assert ("L1", "2026-09-21") in [(each["level"], each["reached"]) for each in on["levels"]]
    assert [each["reached"] for each in paused["levels"] if each["level"] == "L1"] == ["2026-09-21"]


def test_an_undated_action_owes_nothing_and_one_unknown_is_told_of(at: At, ref: str) -> None:
    other = at("2026-07-01", "action", "add", "text=Some day")["ref"]
    assert at("2026-07-01", "escalation", "explain", other)["levels"] == []
    assert "no action 9.9" in at("2026-07-01", "escalation", "explain", "9.9", code=2)["error"]


def test_it_is_told_in_words(at: At, ref: str, capsys: pytest.CaptureFixture[str]) -> None:
    at("2026-09-25", "sweep")
    assert run(["escalation", "explain", ref]) == 0
    shown = capsys.readouterr().out
    assert "due 2026-09-04, 21 days overdue." in shown
    assert "in the digest of 2026-09-25" in shown
