"""Out and in again: nothing changes, and the same review gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from learning_board import FIXTURE, REVIEW, LearningBoard, document, nothing_done, one

SUFFIXES = (".yaml", ".json", ".xlsx")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_exported_is_taken_in_without_a_change(board: LearningBoard, suffix: str) -> None:
    board.take()
    first = board.export(f"first{suffix}")
    before = board.head()
    assert nothing_done(board.run("learning", "import", str(board.folder / f"first{suffix}")))
    assert board.head() == before
    assert board.export(f"second{suffix}") == first


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_another_board_gets_the_whole_review(
    board: LearningBoard, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.take()
    board.export(f"out{suffix}")
    plain = board.export("plain.yaml").decode()
    (tmp_path / "other").mkdir()
    other = LearningBoard(tmp_path / "other", monkeypatch)
    other.configure()
    told = other.run("learning", "import", str(board.folder / f"out{suffix}"))
    assert told["created"]["action"] == 6
    # Action IDs are each store's own.
    ids = {ref["ref"]: number for number, ref in _numbered(board).items()}
    ours = {ref["ref"]: number for number, ref in _numbered(other).items()}
    theirs = other.export("plain.yaml").decode()
    for ref, number in ids.items():
        plain = plain.replace(ref, number)
    for ref, number in ours.items():
        theirs = theirs.replace(ref, number)
    assert theirs == plain


def _numbered(board: LearningBoard) -> dict[str, dict[str, str]]:
    return {each["number"]: each for each in board.run("action", "list")}


def test_refs_are_as_short_as_they_may_be_and_numbers_stay_text(board: LearningBoard) -> None:
    ten = document()
    ten["actions"][0]["number"] = "1.10"
    ten["actions"][1]["depends_on"] = ["1.10"]
    board.take(ten)
    board.run("finding", "add", "ref=F1", f"review={REVIEW}", "text=Added by hand, under the short name.")
    text = board.export("out.yaml").decode()
    assert "number: '1.10'" in text
    assert "- ref: F1\n    text: Added by hand, under the short name." in text
    assert f"- ref: {REVIEW}-F1\n    text: Referrals are judged" in text
    assert nothing_done(board.run("learning", "import", str(board.folder / "out.yaml")))


def test_a_date_that_moved_goes_out_with_its_original(board: LearningBoard) -> None:
    board.take()
    ref = one(board.run("action", "list"), "1.3", "number")["ref"]
    board.run("action", "set", ref, "current_due=2026-12-01")
    assert "due: 2026-12-01\n    original_due: 2026-12-18" in board.export("out.yaml").decode()
    assert nothing_done(board.run("learning", "import", str(board.folder / "out.yaml")))


def test_a_workbook_that_people_edited_is_taken_in(board: LearningBoard) -> None:
    board.take()
    board.export("out.xlsx")
    book = openpyxl.load_workbook(board.folder / "out.xlsx")
    findings, actions = book["Findings"], book["Actions"]
    headings = {cell.value: cell.column for cell in findings[1]}
    findings.cell(2, headings["Effect"]).value = "Supports"
    findings.cell(2, headings["Questions for board"]).value = "One question?\nAnother?"
    columns = {cell.value: cell.column for cell in actions[1]}
    row = actions.max_row + 1
    for heading, value in (("Number", 4.1), ("Text", "Ask seven boards."), ("Lead agency", "ASC"), ("Due", None)):
        actions.cell(row, columns[heading]).value = value
    book.save(board.folder / "out.xlsx")
    told = board.run("learning", "import", str(board.folder / "out.xlsx"))
    assert [each["number"] for each in told["actions"]] == ["4.1"]
    shown = board.run("finding", "show", f"{REVIEW}-F1")
    assert (shown["effect"], shown["questions_for_board"]) == ("supports", ["One question?", "Another?"])


def test_a_workbook_offers_words_and_runs_nothing(board: LearningBoard) -> None:
    risky = document()
    risky["review"]["title"] = '=HYPERLINK("http://example.org","Adult K")'
    risky["findings"][0]["contributory_factors"] = ["+1 to that", "• a bullet\nof two lines\n• and three"]
    board.take(risky)
    board.export("out.xlsx")
    book = openpyxl.load_workbook(board.folder / "out.xlsx")
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    title = book["Review"].cell(2, 3)
    assert (title.value, title.quotePrefix) == (risky["review"]["title"], True)
    assert len(book["Recommendations"].data_validations.dataValidation) == 3
    assert book["Lists"].sheet_state == "hidden"
    assert nothing_done(board.run("learning", "import", str(board.folder / "out.xlsx")))


def test_what_can_not_be_written_is_told(board: LearningBoard) -> None:
    assert "There is no review" in board.run("learning", "export", "SAR-1", "--out", "x.yaml", code=2)["error"]
    board.take()
    told = board.run("learning", "export", REVIEW, "--out", str(board.folder / "x.doc"), code=2)
    assert ".yaml, .json or .xlsx" in told["error"]
    told = board.run("learning", "export", REVIEW, "--out", str(board.folder / "none" / "x.yaml"), code=2)
    assert "can't be written" in told["error"]


def test_the_fixture_has_all_the_model_can_say() -> None:
    plain = document()
    assert {each["effect"] for each in plain["findings"]} == {"supports", "hinders"}
    kinds = {each["kind"] for each in plain["recommendations"]}
    assert kinds == {"clear_cut", "competing_priorities", "needs_research"}
    assert len(plain["review"]["review_team"]) == 5
    assert FIXTURE.is_file()
