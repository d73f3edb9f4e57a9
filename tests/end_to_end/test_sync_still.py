"""Instances in which nothing moved are not observed; whatever may move one is noticed, wherever it comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from board_suite import BOARD, POLICE, Suite
from openpyxl.worksheet.datavalidation import DataValidation

from actiontrack_spreadsheet.connector import SpreadsheetConnector

FIRST = "Do the thing numbered 1"
HEALTH = POLICE.replace("police", "health").replace("POL", "HEA")


class Watched:
    """A suite at rest, and which files its syncs observe."""

    def __init__(self, suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
        self.suite = suite
        self.seen: list[str] = []
        observe = SpreadsheetConnector.observe

        def noted(connector: SpreadsheetConnector, *args: object) -> object:
            self.seen.append(connector._path.name)
            return observe(connector, *args)  # type: ignore[arg-type]

        monkeypatch.setattr(SpreadsheetConnector, "observe", noted)

    def sync(self, *args: str, code: int = 0) -> set[str]:
        """The files that a sync observes."""
        self.seen.clear()
        self.suite.sync(*args, code=code)
        return set(self.seen)


@pytest.fixture
def resting(adopted: Suite, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Both workbooks saved by another program, and all that follows from it done."""
    for name in ("plan.xlsx", "police.xlsx"):
        with adopted.edit(name):
            pass
    adopted.sync()
    return Watched(adopted, monkeypatch)


def test_the_same_files_are_not_observed(resting: Watched) -> None:
    before, told = resting.suite.bytes(), resting.suite.sync(now="2026-11-24T11:00:00Z")
    assert resting.seen == []
    assert {name: each["read"] for name, each in told.items()} == {"master": 9, "police": 3}
    assert resting.suite.bytes() == before
    seen = {each["seen"][:13] for each in resting.suite.run("connector", "list")}
    assert seen == {"2026-11-24T11"}, "a report says until when the sources were looked at"


def test_a_file_saved_again_with_the_same_content_is_not_observed(resting: Watched) -> None:
    before = resting.suite.bytes()
    for name in before:
        with resting.suite.edit(name) as sheet:
            sheet.book.properties.title = "Saved again"
    assert resting.suite.bytes() != before
    assert resting.sync() == set()
    with resting.suite.edit() as plan:
        plan.set(FIRST, "Priority", "Low")
    assert "plan.xlsx" in resting.sync()
    assert resting.suite.action(FIRST)["priority"] == "Low"


def type_there(suite: Suite) -> None:
    with suite.edit("police.xlsx") as police:
        police.set(FIRST, "Lead officer", "Somebody new")


def set_here(suite: Suite) -> None:
    suite.run("--agency", "POL", "action", "set", suite.action(FIRST)["ref"], "lead_officer=Somebody new")


@pytest.mark.parametrize("move", [type_there, set_here])
def test_a_change_on_any_side_reaches_all_in_one_sync(resting: Watched, move: Callable[[Suite], None]) -> None:
    move(resting.suite)
    assert resting.sync() == {"plan.xlsx", "police.xlsx"}
    for name in ("plan.xlsx", "police.xlsx"):
        with resting.suite.edit(name) as sheet:
            assert sheet.value(sheet.find(FIRST), "Lead officer") == "Somebody new"


def offer_words(suite: Suite) -> None:
    with suite.edit() as plan:
        words = DataValidation(type="list", formula1='"Not started,In progress,Done"')
        words.add("I5:I13")
        plan.sheet.add_data_validation(words)


def protect(suite: Suite) -> None:
    with suite.edit() as plan:
        plan.sheet.protection.sheet = True


def add_row(suite: Suite) -> None:
    with suite.edit() as plan:
        plan.append({"Ref": 10, "Action": "Do one thing more", "Lead agency": "Norchester Council"})


def format_as_text(suite: Suite) -> None:
    with suite.edit() as plan:
        plan.sheet.cell(plan.find(FIRST), plan.columns["Due date"]).number_format = "0"


def merge_cells(suite: Suite) -> None:
    with suite.edit() as plan:
        plan.sheet.merge_cells("C5:C7")


def link_a_cell(suite: Suite) -> None:
    with suite.edit() as plan:
        plan.sheet.cell(plan.find(FIRST), plan.columns["Evidence"]).hyperlink = "https://evidence.example/1"


def add_a_sheet(suite: Suite) -> None:
    with suite.edit() as plan:
        plan.book.create_sheet("Action plan 2027")


def read_dates_otherwise(suite: Suite) -> None:
    suite.configure(BOARD + 'dates = "mdy"\n', POLICE)


def connect_another(suite: Suite) -> None:
    suite.configure(BOARD, POLICE, HEALTH)


def wait_a_day(suite: Suite) -> None:
    suite.monkeypatch.setenv("AT_NOW", "2026-11-25T09:00:00Z")


@pytest.mark.parametrize(
    "move",
    [
        offer_words, protect, add_row, format_as_text, merge_cells, link_a_cell, add_a_sheet, read_dates_otherwise,
        connect_another, wait_a_day,
    ],
)  # fmt: skip
def test_what_a_sync_rests_on_has_it_observe(resting: Watched, move: Callable[[Suite], None]) -> None:
    assert resting.sync() == set()
    move(resting.suite)
    resting.suite.sync(code=None)
    assert "plan.xlsx" in resting.seen


def test_a_file_that_is_gone_or_open_is_told_of_again(resting: Watched) -> None:
    lock = resting.suite.folder / ".~lock.plan.xlsx#"
    lock.write_text("Ms K,,,")
    assert resting.suite.sync(code=4)["master"]["status"] == "deferred"
    lock.unlink()
    aside = resting.suite.plan.rename(Path(resting.suite.folder / "aside.xlsx"))
    assert resting.suite.sync(code=4)["master"]["status"] == "failed"
    aside.rename(resting.suite.plan)
    assert resting.sync() == set()


def test_a_refused_proposal_is_put_back_in_a_workbook_at_rest(resting: Watched) -> None:
    suite = resting.suite
    with suite.edit("police.xlsx") as police:
        due = police.value(police.find(FIRST), "Due date")
        police.set(FIRST, "Due date", due.replace(year=2028))
    resting.sync(code=1)
    resting.sync(code=1)
    assert resting.sync(code=1) == set()
    (asked,) = suite.run("proposal", "list")
    suite.run("proposal", "refuse", asked["id"], "--reason", "too late")
    resting.sync()
    with suite.edit("police.xlsx") as police:
        assert police.value(police.find(FIRST), "Due date") == due


@pytest.mark.parametrize(("take", "stands"), [("ours", "Chosen here"), ("theirs", "Typed there")])
def test_a_resolved_conflict_goes_out_to_workbooks_at_rest(resting: Watched, take: str, stands: str) -> None:
    suite = resting.suite
    differ(suite)
    resting.sync(code=1)
    resting.sync(code=1)
    assert resting.sync(code=1) == set()
    (found,) = suite.run("conflict", "list")
    suite.run("conflict", "resolve", found["id"], "--take", take)
    resting.sync()
    assert officers(suite) == [stands, stands]


def test_a_conflict_that_closes_by_itself_lets_what_waited_out_in_the_same_sync(resting: Watched) -> None:
    suite = resting.suite
    differ(suite)
    resting.sync(code=1)
    resting.sync(code=1)
    assert resting.sync(code=1) == set()
    with suite.edit("police.xlsx") as police:
        police.set(FIRST, "Lead officer", "Chosen here")
    resting.sync()
    assert officers(suite) == ["Chosen here", "Chosen here"]


def differ(suite: Suite) -> None:
    suite.run("--agency", "POL", "action", "set", suite.action(FIRST)["ref"], "lead_officer=Chosen here")
    with suite.edit("police.xlsx") as police:
        police.set(FIRST, "Lead officer", "Typed there")


def officers(suite: Suite) -> list[object]:
    said = []
    for name in ("plan.xlsx", "police.xlsx"):
        with suite.edit(name) as sheet:
            said.append(sheet.value(sheet.find(FIRST), "Lead officer"))
    return said
