"""What a person must mend: all of it in one list, in the workbook where asked for, and gone once it is mended."""

from __future__ import annotations

import csv
import datetime
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from board_suite import BOARD, HEADINGS, Suite, row
from openpyxl.comments import Comment

BAD: dict[str, tuple[int, str, Any]] = {
    "H5": (0, "Due date", "31/02/2026"),
    "H6": (1, "Due date", "03/04/2026"),
    "I7": (2, "Status", "Nearly there"),
    "E8": (3, "Lead agency", "Norchester Polise"),
    "H9": (4, "Due date", "when ready"),
    "I10": (5, "Status", "=1/0"),
    "I11": (6, "Status", "@done"),
}


def bad_plan(suite: Suite, headings: tuple[str, ...] = HEADINGS) -> None:
    rows = [row(number) for number in range(1, 10)]
    for at, heading, value in BAD.values():
        rows[at][heading] = value
    suite.configure(BOARD)
    suite.make_plan(rows, headings=headings)


@pytest.fixture
def troubled(suite: Suite) -> Suite:
    """A board whose adopted plan has seven cells that can't be read."""
    bad_plan(suite)
    suite.adopt()
    return suite


def listed(suite: Suite, *options: str, code: int = 1) -> dict[str, Any]:
    return suite.run("connector", "problems", "master", *options, code=code)


def opened(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path)


def lines(path: Path, sheet: str = "Problems") -> list[list[Any]]:
    """What is below the headings of our sheet."""
    page = opened(path)[sheet]
    head = next(cell.row for cell in page["A"] if cell.value == "Sheet")
    return [[cell.value for cell in each] for each in page.iter_rows(min_row=head + 1)]


def test_one_run_tells_everything_the_headings_ask_and_the_cells(suite: Suite) -> None:
    headings = tuple({"Evidence": "Status", "Progress": "Deadline"}.get(each, each) for each in HEADINGS)
    bad_plan(suite, headings)
    told = suite.sync(code=5)["master"]
    assert told["status"] == "failed"
    assert "2 questions: (1)" in told["why"]
    cells = {each["cell"]: each for each in told["problems"]}
    questions = {cell for cell in cells if cell.endswith("4")}
    assert len(questions) == 2
    assert all(
        "could each be" in cells[cell]["why"] and "[connector.columns]" in cells[cell]["do"] for cell in questions
    )
    assert {"E8"} <= set(cells), "what stands in columns that are clear is told in the same list"
    for each in told["problems"]:
        assert each["file"] == "plan.xlsx"
        assert each["sheet"] == "Action plan"
        assert all(each[key] for key in ("cell", "value", "why", "do"))
    assert listed(suite)["problems"] == told["problems"]
    failed = suite.run("import", str(suite.plan), code=2)
    assert {each["cell"] for each in failed["problems"]} == questions
    issues = suite.run("status", code=1)["issues"]
    assert {each["cell"] for each in issues} == set(cells)
    bad_plan(suite)
    assert suite.sync(code=1)["master"]["status"] == "guard"
    assert {each["cell"] for each in listed(suite)["problems"]} == set(BAD)


def test_the_first_sync_lists_them_before_anything_is_approved(suite: Suite) -> None:
    bad_plan(suite)
    fresh = listed(suite)["problems"]
    assert [each["cell"] for each in fresh] == list(BAD), "from the top down"
    assert suite.run("action", "list") == []
    told = suite.sync(code=1)["master"]
    assert told["status"] == "guard"
    assert told["problems"] == fresh
    adopted = suite.sync("--approve", told["plan"], code=1)["master"]
    assert adopted["created_here"] == 9
    assert {each["cell"]: each["why"] for each in adopted["problems"]} == {each["cell"]: each["why"] for each in fresh}
    assert adopted["quarantined"] == len(BAD)


def test_what_is_mended_leaves_the_list(troubled: Suite) -> None:
    with troubled.edit() as plan:
        plan.set("Do the thing numbered 1", "Due date", datetime.date(2026, 12, 8))
    troubled.sync(code=1)
    assert {each["cell"] for each in listed(troubled)["problems"]} == set(BAD) - {"H5"}


def test_a_file_that_fails_is_on_the_list_until_it_is_back(troubled: Suite) -> None:
    good = troubled.plan.read_bytes()
    troubled.plan.write_bytes(b"PK\x03\x04 half a file")
    troubled.sync(code=5)
    first = listed(troubled)["problems"][0]
    assert (first["file"], first["cell"]) == ("plan.xlsx", "")
    assert "plan.xlsx" in first["why"]
    troubled.plan.write_bytes(good)
    troubled.sync(code=1)
    assert {each["cell"] for each in listed(troubled)["problems"]} == set(BAD)


def test_a_copy_lists_them_on_a_sheet_with_links_and_no_formulas(troubled: Suite) -> None:
    before = troubled.plan.read_bytes()
    copy = troubled.folder / "to mend.xlsx"
    assert listed(troubled, "--out", str(copy), "--dry-run")["listed"] == len(BAD)
    assert not copy.exists()
    told = listed(troubled, "--out", str(copy))
    assert (told["file"], told["sheet"], told["listed"], told["comments"]) == (str(copy), "Problems", len(BAD), 0)
    assert troubled.plan.read_bytes() == before
    rows = lines(copy)
    assert [each[1] for each in rows] == list(BAD)
    assert [each[2] for each in rows] == [value for _, _, value in BAD.values()]
    assert all(each[3] and each[4] for each in rows)
    page = opened(copy)["Problems"]
    links = {cell.value: cell.hyperlink.location for cell in page["B"] if cell.hyperlink}
    assert links == {cell: f"'Action plan'!{cell}" for cell in BAD}
    assert not any(cell.data_type == "f" for each in page for cell in each)
    quoted = next(cell for each in page for cell in each if cell.value == "=1/0")
    assert quoted.quotePrefix
    assert "there already" in listed(troubled, "--out", str(copy), code=2)["error"]
    assert ".xlsx" in listed(troubled, "--out", str(troubled.folder / "copy.xlsm"), code=2)["error"]


def test_a_copy_is_never_taken_for_the_workbook(troubled: Suite) -> None:
    listed(troubled, "--out", str(troubled.folder / "copy.xlsx"))
    troubled.configure(BOARD, BOARD.replace('"master"', '"second"').replace("plan.xlsx", "copy.xlsx"))
    second = troubled.sync(code=1)["second"]
    assert (second["status"], second["created_here"]) == ("guard", 0)
    assert "copy" in second["why"]


def test_comments_stand_at_the_cells_and_people_keep_theirs(troubled: Suite) -> None:
    book = opened(troubled.plan)
    book["Action plan"]["H9"].comment = Comment("Ask Jo", "Ann Example")
    book.save(troubled.plan)
    troubled.sync(code=1)
    copy = troubled.folder / "copy.xlsx"
    told = listed(troubled, "--out", str(copy), "--as", "comments")
    assert (told["comments"], told["listed"], told["sheet"]) == (len(BAD) - 1, 1, "Problems")
    page = opened(copy)["Action plan"]
    said = {cell.coordinate: cell.comment.text for each in page for cell in each if cell.comment}
    assert set(said) == set(BAD)
    assert said["H9"] == "Ask Jo"
    assert "no such day" in said["H5"]
    assert "What to do: Correct the date." in said["H5"]
    assert [each[1] for each in lines(copy)] == ["H9"]


@pytest.mark.parametrize("way", ["sheet", "comments"])
def test_in_place_they_come_and_go_and_a_sync_goes_on_as_before(troubled: Suite, way: str) -> None:
    before = troubled.plan.read_bytes()
    told = listed(troubled, "--in-place", "--as", way)
    assert told["file"] == str(troubled.plan)
    kept = troubled.run("connector", "backups", "master")
    assert Path(kept[0]["path"]).read_bytes() == before
    shown = troubled.plan.read_bytes()
    assert troubled.sync(code=1)["master"]["status"] == "ok"
    assert troubled.plan.read_bytes() == shown
    assert listed(troubled, "--in-place", "--as", way)["listed"] == told["listed"]
    assert troubled.plan.read_bytes() == shown, "shown again, nothing is written"
    with troubled.edit() as plan:
        plan.set("Do the thing numbered 1", "Due date", datetime.date(2026, 12, 8))
        if way == "sheet":
            page = plan.book["Problems"]
            page.cell(page.max_row, 7).value = "Jo looks at this one"
    listed(troubled, "--in-place", "--as", way)
    page = opened(troubled.plan)["Action plan"]
    if way == "sheet":
        assert [each[1] for each in lines(troubled.plan)] == list(BAD)[1:]
        assert lines(troubled.plan)[-1][6] == "Jo looks at this one"
    else:
        assert {cell.coordinate for each in page for cell in each if cell.comment} == set(BAD) - {"H5"}
    other = "comments" if way == "sheet" else "sheet"
    listed(troubled, "--in-place", "--as", other)
    page = opened(troubled.plan)["Action plan"]
    assert bool([cell for each in page for cell in each if cell.comment]) is (other == "comments")


def test_a_note_keeps_the_line_of_what_was_mended(troubled: Suite) -> None:
    listed(troubled, "--in-place")
    with troubled.edit() as plan:
        page = plan.book["Problems"]
        place = next(cell for cell in page["B"] if cell.value == "H5")
        page.cell(place.row, 6).value = "asked the team"
        plan.set("Do the thing numbered 1", "Due date", datetime.date(2026, 12, 8))
    listed(troubled, "--in-place")
    last = lines(troubled.plan)[-1]
    assert last[2] == "31/02/2026"
    assert "mended" in last[4]
    assert last[5] == "asked the team"


def test_a_sheet_of_a_person_that_is_called_so_stays(troubled: Suite) -> None:
    book = opened(troubled.plan)
    book.create_sheet("Problems")["A1"] = "My own list"
    book.save(troubled.plan)
    told = listed(troubled, "--in-place")
    book = opened(troubled.plan)
    assert book["Problems"]["A1"].value == "My own list"
    assert told["sheet"] == "Problems (2)"
    assert len(lines(troubled.plan, "Problems (2)")) == len(BAD)


def test_what_is_open_elsewhere_is_left_alone(troubled: Suite) -> None:
    before = troubled.plan.read_bytes()
    troubled.plan.with_name(".~lock.plan.xlsx#").write_text(",Ann Example,board-pc,24.11.2026 09:00,file:///x;")
    assert "Ann Example" in listed(troubled, "--in-place", code=5)["error"]
    assert troubled.plan.read_bytes() == before
    assert len(listed(troubled)["problems"]) == len(BAD), "the list itself is at hand"


def test_the_list_as_csv_is_safe_to_open(troubled: Suite) -> None:
    out = troubled.folder / "list.csv"
    assert listed(troubled, "--out", str(out))["listed"] == len(BAD)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert {each[2]: each[3] for each in rows} == {
        cell: f"'{value}" if value[0] in "=@" else value for cell, (_, _, value) in BAD.items()
    }
    assert "there already" in listed(troubled, "--out", str(out), code=2)["error"]


def test_of_a_csv_plan_there_is_the_list_alone(suite: Suite) -> None:
    suite.configure(BOARD.replace("plan.xlsx", "plan.csv"))
    (suite.folder / "plan.csv").write_text("Ref,Action,Lead agency,Due date\n1,Do it,Norchester Police,31/02/2026\n")
    suite.adopt()
    assert listed(suite)["problems"][0]["cell"] == "D2"
    assert ".csv file for the list" in listed(suite, "--in-place", code=2)["error"]
    listed(suite, "--out", str(suite.folder / "list.csv"))


def test_people_see_a_list_cut_short(suite: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    from actiontrack.cli.front import run

    suite.configure(BOARD)
    suite.make_plan(row(number, Status="Sometime") for number in range(1, 20))
    assert run(["--config", str(suite.folder / "actiontrack.toml"), "sync"]) == 1
    printed = capsys.readouterr().out
    assert "19 problems to mend" in printed
    assert "and 9 more: --json has them all, and `actiontrack connector problems master`." in printed
    assert run(["--config", str(suite.folder / "actiontrack.toml"), "connector", "problems", "master"]) == 1
    assert "Action plan I23" in capsys.readouterr().out
