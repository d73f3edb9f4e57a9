"""Conflicts and proposals answered in a sheet of the board's own workbook."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import pytest
from board_suite import BOARD, POLICE, Suite
from openpyxl.worksheet.worksheet import Worksheet

from actiontrack.services.sync import engine

FIRST = "Do the thing numbered 1"
FOURTH = "Do the thing numbered 4"
ASKING = BOARD + "questions = true\n"
HEADER = 5


@pytest.fixture
def asking(adopted: Suite) -> Suite:
    """The adopted suite, whose board workbook shows what waits."""
    adopted.configure(ASKING, POLICE)
    adopted.sync()
    return adopted


@contextmanager
def questions(suite: Suite) -> Iterator[Questions]:
    """The sheet in a person's hands: what is typed is saved."""
    book = openpyxl.load_workbook(suite.plan)
    yield Questions(book["Questions"])
    book.save(suite.plan)


class Questions:
    """The sheet of questions."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.columns = {cell.value: cell.column for cell in sheet[HEADER] if cell.value}

    def rows(self) -> list[dict[str, Any]]:
        """Every row below the headings, by heading; the cells right of them as “beside”."""
        found = []
        for line in self.sheet.iter_rows(min_row=HEADER + 1, values_only=True):
            cells = {heading: line[col - 1] for heading, col in self.columns.items() if line[col - 1] is not None}
            beside = [value for value in line[len(self.columns) :] if value is not None]
            if cells or beside:
                found.append(cells | ({"beside": beside} if beside else {}))
        return found

    def type(self, at: int = 0, **cells: Any) -> None:
        """Type into a row's columns: `answered_by` is “Answered by”."""
        for heading, value in cells.items():
            self.sheet.cell(HEADER + 1 + at, self.columns[heading.replace("_", " ").capitalize()]).value = value


def rows(suite: Suite) -> list[dict[str, Any]]:
    with questions_read(suite) as sheet:
        return sheet.rows()


@contextmanager
def questions_read(suite: Suite) -> Iterator[Questions]:
    yield Questions(openpyxl.load_workbook(suite.plan)["Questions"])


def disagree(suite: Suite, heading: str = "Status", ours: Any = "Blocked", theirs: Any = "In progress") -> None:
    """The police and the board's own change one field differently, and a sync finds out."""
    with suite.edit() as plan:
        plan.set(FIRST, heading, ours)
    with suite.edit("police.xlsx") as police:
        police.set(FIRST, heading, theirs)
    suite.sync(code=None)


def ask_for_more_time(suite: Suite) -> None:
    """The police ask for a later date."""
    with suite.edit("police.xlsx") as police:
        police.set(FOURTH, "Due date", datetime.date(2027, 6, 1))
    suite.sync(code=1)


def text_conflict(suite: Suite) -> None:
    disagree(suite, "Action", "Ours: do it in May", "Theirs: do it in June")


# --- the sheet ------------------------------------------------------------------------------------------------------


def test_a_workbook_gets_the_sheet_only_if_asked(adopted: Suite) -> None:
    text_conflict(adopted)
    assert "Questions" not in openpyxl.load_workbook(adopted.plan).sheetnames
    adopted.configure(ASKING, POLICE)
    adopted.sync(code=1)
    assert openpyxl.load_workbook(adopted.plan).sheetnames == ["Action plan", "Counts", "Questions"]
    assert "Questions" not in openpyxl.load_workbook(adopted.folder / "police.xlsx").sheetnames


def test_at_adoption_it_is_announced_and_comes_with_the_ids(suite: Suite) -> None:
    suite.configure(ASKING)
    suite.make_plan([{"Ref": 1, "Action": FIRST}])
    waiting = suite.sync(code=1)["master"]
    assert "A sheet “Questions” is added as the last, for what waits for you." in waiting["setup"]
    suite.adopt()
    assert rows(suite) == []
    assert openpyxl.load_workbook(suite.plan)["Questions"]["A1"].value == "Questions: none is open"


def test_each_open_conflict_and_proposal_is_a_row_in_words(asking: Suite) -> None:
    text_conflict(asking)
    ask_for_more_time(asking)
    conflict, proposal = rows(asking)
    assert {heading: conflict[heading] for heading in list(conflict)[1:]} == {
        "What it is": "Conflict",
        "Action ID": conflict["Action ID"],
        "No.": "1",
        "Action": "Ours: do it in May",
        "Field": "Action",
        "The Board has": "Ours: do it in May",
        "They have, or ask for": "Theirs: do it in June",
        "Agreed before": FIRST,
        "Who": "Norchester Police",
        "Since": "24 November 2026",
    }
    assert (proposal["What it is"], proposal["Field"], proposal["Who"]) == (
        "Later due date", "Due date", "Norchester Police",
    )  # fmt: skip
    assert (proposal["The Board has"], proposal["They have, or ask for"]) == ("29 December 2026", "1 June 2027")
    sheet = openpyxl.load_workbook(asking.plan)["Questions"]
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert lists == {"M6": '"Keep ours,Take theirs,Use the value at right"', "M7": '"Accept,Refuse"'}
    assert [sheet.cell(6, col).protection.locked for col in (1, 12, 13, 16, 17)] == [
        True, True, False, False, True,
    ]  # fmt: skip


def test_the_next_sync_changes_no_byte(asking: Suite) -> None:
    text_conflict(asking)
    ask_for_more_time(asking)
    asking.sync(code=1)
    before = asking.bytes()
    for _ in range(2):
        asking.sync(code=1)
        assert asking.bytes() == before


def test_a_question_filed_at_the_command_line_comes_in_though_no_file_moved(asking: Suite) -> None:
    asking.sync()
    asking.run("action", "extend", asking.action(FIRST)["ref"], "--to", "2027-03-01", "--reason", "Ill", "--by", "Ann")
    asking.sync()
    assert [each["Who"] for each in rows(asking)] == ["Ann"]


def test_only_questions_of_its_own_review(asking: Suite) -> None:
    asking.run("review", "add", "ref=SAR-2026-02", "title=Another")
    ref = asking.run("action", "add", "text=Elsewhere", "review=SAR-2026-02", "current_due=2027-01-01")["ref"]
    asking.run("action", "extend", ref, "--to", "2027-03-01", "--reason", "Ill", "--by", "Ann")
    asking.sync(code=None)
    assert rows(asking) == []
    asking.configure(ASKING.replace('review = "SAR-2026-01"\n', ""), POLICE)
    asking.sync(code=None)
    assert [each["Action ID"] for each in rows(asking)] == [ref]


# --- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "stands"),
    [
        ({"answer": "Keep ours"}, "Ours: do it in May"),
        ({"answer": "take theirs "}, "Theirs: do it in June"),
        ({"answer": "Use the value at right", "value": "Do it in both"}, "Do it in both"),
    ],
)
def test_a_conflict_is_settled_and_both_sides_are_told_in_the_same_run(
    asking: Suite, cells: dict[str, str], stands: str
) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        sheet.type(**cells, reason="We met", answered_by="Ann")
    told = asking.sync()
    assert (told["master"]["answered"], told["master"]["conflicts"], told["master"]["problems"]) == (1, 0, [])
    for name in ("plan.xlsx", "police.xlsx"):
        with asking.edit(name) as each:
            assert each.find(stands)
    assert rows(asking) == []
    history = asking.run("action", "history", asking.action(stands)["ref"])
    if "Keep" not in cells["answer"]:
        assert any((each["who"], each["source"]) == ("Ann", "sync:master") for each in history)
    before = asking.bytes()
    asking.sync()
    assert asking.bytes() == before


def test_a_proposal_is_accepted_or_refused(asking: Suite) -> None:
    ask_for_more_time(asking)
    with questions(asking) as sheet:
        sheet.type(answer="Refuse", reason="Too late")
    asking.sync()
    assert asking.action(FOURTH)["current_due"] == "2026-12-29"
    with asking.edit("police.xlsx") as police:
        assert police.value(police.find(FOURTH), "Due date").date() == datetime.date(2026, 12, 29)
    ask_for_more_time(asking)
    with questions(asking) as sheet:
        sheet.type(answer="Accept", answered_by="Ann")
    asking.sync()
    assert asking.action(FOURTH)["current_due"] == "2027-06-01"
    assert rows(asking) == []


def test_a_new_row_of_an_agency_is_accepted(asking: Suite) -> None:
    with asking.edit("police.xlsx") as police:
        police.append({"Action": "Something new"})
    asking.sync(code=1)
    assert [(each["What it is"], each["Action"]) for each in rows(asking)] == [("New action", "Something new")]
    with questions(asking) as sheet:
        sheet.type(answer="Accept")
    asking.sync(code=None)
    assert asking.action("Something new")["ref"]
    assert rows(asking) == []


def test_a_later_date_needs_the_name_of_somebody_who_did_not_ask_for_it(asking: Suite) -> None:
    ref = asking.action(FIRST)["ref"]
    asking.run("action", "extend", ref, "--to", "2027-03-01", "--reason", "Ill", "--by", "Ann")
    asking.sync()
    with questions(asking) as sheet:
        sheet.type(answer="Accept", reason="Fine")
    (problem,) = asking.sync(code=1)["master"]["problems"]
    assert (problem["sheet"], problem["cell"]) == ("Questions", "M6")
    assert "somebody's name" in problem["why"]
    with questions(asking) as sheet:
        sheet.type(answered_by="ann")
    (problem,) = asking.sync(code=1)["master"]["problems"]
    assert "somebody else has to approve it" in problem["why"]
    (row,) = rows(asking)
    assert (row["Answer"], row["Reason"], row["Answered by"]) == ("Accept", "Fine", "ann")
    assert "somebody else has to approve it" in row["Why it was not applied"]
    with questions(asking) as sheet:
        sheet.type(answered_by="Bob")
    assert asking.sync()["master"]["problems"] == []
    assert asking.action(FIRST)["current_due"] == "2027-03-01"
    assert rows(asking) == []


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"answer": "Whatever"}, "“Whatever” is no answer to this question"),
        ({"answer": "Accept"}, "“Accept” is no answer to this question"),
        ({"reason": "Hm"}, "no answer was chosen"),
        ({"answer": "Use the value at right"}, "no value was typed to use"),
        ({"answer": "Keep ours", "value": "Both"}, "a value was typed, and another answer chosen"),
        ({"answer": "=1+1"}, "M6 holds a formula or an error"),
    ],
)
def test_what_is_no_answer_stays_as_typed_and_is_told_with_its_cell(
    asking: Suite, cells: dict[str, str], why: str
) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        sheet.type(**cells)
    told = asking.sync(code=1)["master"]
    assert told["answered"] == 0
    assert len(asking.run("conflict", "list")) == 1
    (problem,) = told["problems"]
    assert why in problem["why"]
    assert problem["cell"] == "M6"
    (row,) = rows(asking)
    assert {heading.capitalize(): row[heading.capitalize()] for heading in cells} == {
        heading.capitalize(): value for heading, value in cells.items()
    }
    assert why.casefold() in row["Why it was not applied"].casefold()
    before = asking.bytes()
    asking.sync(code=1)
    assert asking.bytes() == before
    with questions(asking) as sheet:
        sheet.type(**dict.fromkeys(cells))
    assert asking.sync(code=1)["master"]["problems"] == []
    assert "Why it was not applied" not in rows(asking)[0]


def test_a_third_value_is_read_as_in_the_plan(asking: Suite) -> None:
    disagree(asking, "Due date", datetime.date(2026, 12, 4), datetime.date(2026, 12, 2))
    (row,) = rows(asking)
    assert (row["The Board has"], row["They have, or ask for"]) == ("4 December 2026", "2 December 2026")
    with questions(asking) as sheet:
        sheet.type(answer="Use the value at right", value="03/12/26", answered_by="Ann")
    (problem,) = asking.sync(code=1)["master"]["problems"]
    assert "“03/12/26”" in problem["why"]
    with questions(asking) as sheet:
        sheet.type(value=datetime.date(2026, 12, 3))
    asking.sync()
    assert asking.action(FIRST)["current_due"] == "2026-12-03"


def test_an_answer_to_a_question_that_changed_is_not_applied(asking: Suite) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        sheet.type(answer="Take theirs")
    late = asking.plan.read_bytes()
    with questions(asking) as sheet:
        sheet.type(answer=None)
    with asking.edit("police.xlsx") as police:
        police.set("Theirs: do it in June", "Action", "Theirs: do it in July")
    asking.sync(code=1)
    with questions(asking) as sheet:
        now = sheet.rows()
    assert now[0]["They have, or ask for"] == "Theirs: do it in July"
    asking.plan.write_bytes(late)
    (problem,) = asking.sync(code=1)["master"]["problems"]
    assert "the question has changed since it was shown" in problem["why"]
    anew, kept = rows(asking)
    assert (anew["They have, or ask for"], "Answer" in anew) == ("Theirs: do it in July", False)
    assert (kept["They have, or ask for"], kept["Answer"]) == ("Theirs: do it in June", "Take theirs")
    before = asking.bytes()
    assert asking.sync(code=1)["master"]["answered"] == 0, "it is not applied by the next run either"
    assert asking.bytes() == before
    with questions(asking) as sheet:
        sheet.type(0, answer="Keep ours")
    asking.sync(code=1)
    assert asking.run("conflict", "list") == []
    (kept,) = rows(asking)
    assert "settled already" in kept["Why it was not applied"]
    with questions(asking) as sheet:
        sheet.type(0, answer=None)
    asking.sync()
    assert rows(asking) == []


def test_a_question_that_closes_by_itself_goes_unless_something_is_typed(asking: Suite) -> None:
    text_conflict(asking)
    with asking.edit("police.xlsx") as police:
        police.set("Theirs: do it in June", "Action", "Ours: do it in May")
    asking.sync()
    assert rows(asking) == []
    ask_for_more_time(asking)
    (row,) = rows(asking)
    with questions(asking) as sheet:
        sheet.type(answer="Refuse", answered_by="Ann")
    asking.run("proposal", "accept", row["Question ID"].split("-")[0])
    told = asking.sync(code=None)["master"]
    assert [("settled already" in each["why"], each["cell"]) for each in told["problems"]] == [(True, "M6")]
    (kept,) = rows(asking)
    assert (kept["Answer"], kept["Answered by"]) == ("Refuse", "Ann")
    with questions(asking) as sheet:
        sheet.type(answer=None, answered_by=None)
    asking.sync()
    assert rows(asking) == []


def test_rows_may_be_sorted_cut_and_copied_whole(asking: Suite) -> None:
    text_conflict(asking)
    ask_for_more_time(asking)
    with questions(asking) as sheet:
        sheet.type(0, answer="Keep ours")
        sheet.type(1, answer="Refuse")
        lines = [[cell.value for cell in line] for line in sheet.sheet["A6:Q7"]]
        for at, line in enumerate([lines[1], [None] * 17, lines[0], lines[0]], HEADER + 1):
            for col, value in enumerate(line, 1):
                sheet.sheet.cell(at, col).value = value
    told = asking.sync()
    assert (told["master"]["conflicts"], told["police"]["proposals"], told["master"]["problems"]) == (0, 0, [])
    assert rows(asking) == []


def test_two_different_answers_to_one_question_are_both_left(asking: Suite) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        for col in range(1, 18):
            sheet.sheet.cell(7, col).value = sheet.sheet.cell(6, col).value
        sheet.type(0, answer="Keep ours")
        sheet.type(1, answer="Take theirs")
    told = asking.sync(code=1)["master"]
    assert [each["cell"] for each in told["problems"]] == ["M6", "M7"]
    assert [each["Answer"] for each in rows(asking)] == ["Keep ours", "Take theirs"]
    with questions(asking) as sheet:
        sheet.type(1, answer=None)
    asking.sync()
    assert rows(asking) == []


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("A", "nonsense", "no question's id"),
        ("A", None, "no question's id"),
        ("A", "0123456789abcdef-01234567-0123", "changed or sorted apart"),
        ("G", "Typed over", "changed or sorted apart"),
    ],
)
def test_a_row_that_was_torn_apart_is_not_applied_and_no_word_of_it_is_lost(
    asking: Suite, column: str, value: str | None, why: str
) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        sheet.sheet[f"{column}6"] = value
        sheet.type(answer="Take theirs", reason="Said so")
    (problem,) = asking.sync(code=1)["master"]["problems"]
    assert why in problem["why"]
    anew, kept = rows(asking)
    assert "Answer" not in anew
    assert (kept["Answer"], kept["Reason"]) == ("Take theirs", "Said so")
    assert kept.get({"A": "Question ID", "G": "The Board has"}[column]) == value
    before = asking.bytes()
    asking.sync(code=1)
    assert asking.bytes() == before


def test_notes_typed_beside_below_and_above_are_carried_along(asking: Suite) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        sheet.sheet["R6"], sheet.sheet["S6"] = "Ask Bob first", 7
        sheet.sheet["R1"], sheet.sheet["B12"] = "Mine", "Below"
    ask_for_more_time(asking)
    found = rows(asking)
    assert found[0]["beside"] == ["Ask Bob first", 7]
    assert found[2:] == [{"beside": ["Mine"]}, {"What it is": "Below"}]
    with questions(asking) as sheet:
        sheet.type(answer="Keep ours")
    asking.sync(code=1)
    kept = next(each for each in rows(asking) if each.get("Question ID") == found[0]["Question ID"])
    assert kept["beside"] == ["Ask Bob first", 7]
    assert "Answer" not in kept
    assert "Kept for what is typed here" in kept["Why it was not applied"]


def test_a_dry_run_tells_and_applies_nothing(asking: Suite) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        sheet.type(answer="Keep ours", answered_by="Ann")
    before = asking.bytes()
    told = asking.run("sync", "--dry-run", code=None)
    assert [(each["does"], each["cell"], each["why"]) for each in told["steps"] if each["does"] == "answer"] == [
        ("answer", "M6", "Keep ours by Ann")
    ]
    assert asking.bytes() == before
    assert len(asking.run("conflict", "list")) == 1
    asking.sync()
    assert asking.run("conflict", "list") == []


def test_cut_off_between_the_commit_and_the_rewriting_nothing_happens_twice(
    asking: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        sheet.type(answer="Use the value at right", value="Both")
    with monkeypatch.context() as cut:

        def die(*_: object) -> bool:
            raise KeyboardInterrupt

        cut.setattr(engine, "send", die)
        asking.run("sync", code=None)
    assert rows(asking)[0]["Value"] == "Both"
    assert asking.run("conflict", "list") == []
    entries = asking.run("audit", "verify")["entries"]
    asking.sync()
    assert rows(asking) == []
    assert asking.action("Both")
    assert asking.run("audit", "verify")["entries"] == entries


def test_answers_in_a_workbook_that_is_only_being_taken_on_wait_for_the_next_sync(asking: Suite) -> None:
    text_conflict(asking)
    with questions(asking) as sheet:
        sheet.type(answer="Keep ours")
    asking.configure(ASKING.replace("master", "renamed"), POLICE)
    told = asking.sync(code=None)["renamed"]
    assert told["answered"] == 0
    assert [each["Answer"] for each in rows(asking)] == ["Keep ours"]
    asking.sync()
    assert rows(asking) == []


def test_where_the_workbook_can_take_no_sheet_the_plan_is_synced_all_the_same(adopted: Suite) -> None:
    book = openpyxl.load_workbook(adopted.plan)
    book.security = openpyxl.workbook.protection.WorkbookProtection(lockStructure=True)
    book.save(adopted.plan)
    adopted.configure(ASKING, POLICE)
    adopted.run("action", "set", adopted.action(FIRST)["ref"], "priority=Urgent")
    told = adopted.sync(code=None)["master"]
    assert "its structure is protected; unprotect it" in told["problems"][0]["why"]
    with adopted.edit() as plan:
        assert plan.value(plan.find(FIRST), "Priority") == "Urgent"


def test_it_takes_a_workbook(suite: Suite) -> None:
    suite.configure(ASKING.replace("plan.xlsx", "plan.csv"))
    assert (
        "only an .xlsx or .xlsm workbook can have a sheet of questions"
        in suite.run("connector", "list", code=3)["error"]
    )
