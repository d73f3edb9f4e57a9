"""Everything that is wrong with a file is told at once, each with its place and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from learning_board import FIXTURE, LearningBoard

SMALL = """\
version: "1"
review:
  ref: SAR-1
findings:
  - ref: F1
    text: A pattern.
    effect: hinders
recommendations:
  - ref: R1
    text: Do it.
    findings: [F1]
actions:
  - number: "1"
    text: Do it so.
    recommendations: [R1]
"""


def problems(board: LearningBoard, text: str, name: str = "review.yaml") -> list[tuple[int, str, str, str]]:
    (board.folder / name).write_text(text, encoding="utf-8")
    told = board.run("learning", "import", str(board.folder / name), code=2)
    return [(each["line"], each["key"], each["why"], each["do"]) for each in told["problems"]]


@pytest.mark.parametrize(
    ("old", "new", "line", "why", "do"),
    [
        ('version: "1"', 'version: "2"', 1, "version 2 of the format is not known", 'write version: "1"'),
        ("  ref: SAR-1\n", "  ref: SAR-1\n  titel: K\n", 4, "there is no key “titel” here", "the nearest is “title”"),
        ("effect: hinders", "effect: hinder", 7, "it is no word of this list", "the nearest is “hinders”"),
        ("    effect: hinders\n", "", 5, "“effect” is needed here", "say effect"),
        ("    text: Do it.\n", "    text:\n", 10, "“text” is needed here", "say text"),
        ("findings: [F1]", "findings: [F2]", 11, "there is no finding F2 in this file", "the nearest is “F1”"),
        ("recommendations: [R1]", "recommendations: [R9]", 15, "there is no recommendation R9 in this file",
         "the nearest is “R1”"),
        ("findings: [F1]", "findings: F1", 11, "a list is meant", "write it as a list"),
        ("    text: A pattern.\n", "    text: [A, pattern]\n", 6, "a text is meant", "write it as text"),
        ("    text: Do it.\n", "    text: Do it.\n    text: Do that.\n", 11, "it stands twice, first in line 10",
         "keep one of the two"),
        ("    text: Do it so.\n", "    text: Do it so.\n    due: 30/04/2027\n", 15,
         "a date is written year-month-day, such as 2026-04-30", "correct it"),
        ("    text: Do it so.\n", "    text: Do it so.\n    due: 2027-02-30\n", 15, "there is no such day",
         "correct it"),
        ("    text: Do it so.\n", "    text: Do it so.\n    lead_agency: POLL\n", 15, "no agency goes by “POLL” here",
         "the nearest is “POL”, or add it to the configuration as an [[agency]]"),
        ("    text: Do it so.\n", "    text: Do it so.\n    depends_on: ['1']\n", 15,
         "it would have to be done before itself", "leave one of them out of depends_on"),
        ("    text: Do it.\n", "    text: Do it.\n    response: not_accepted\n", 11,
         "a recommendation that is not accepted needs its reasons (Care Act 2014, Sch 2 para 4(1)(g))",
         "say response_reasons"),
        ("    text: Do it.\n", "    text: Do it.\n    decided_at: M-1\n", 11,
         "there is no meeting M-1 in this file or the store", "put it under `meetings`"),
        ("    text: Do it.\n", "    text: Do it.\n    linked: [SAR-0-R1]\n", 11,
         "there is no recommendation SAR-0-R1 in the store",
         "name it by the ref `actiontrack recommendation list` shows"),
        ('  - number: "1"\n', "  - ref: AT-1\n", 13, "it is no Action ID",
         "leave it out; actiontrack gives a new action its own"),
        ("  ref: SAR-1\n", "  ref: SAR-1\n  review_team: [{agency: POL, name: A. Person}]\n", 4,
         "a review file holds agencies and posts, never people's names",
         "leave it out, and say the agency, the role and how many"),
        ("  ref: SAR-1\n", "  ref: SAR-1\n  case_group: [{agency: POL, count: many}]\n", 4, "a whole number is meant",
         "correct it"),
    ],
)  # fmt: skip
def test_a_problem_is_told_with_its_line(
    board: LearningBoard, old: str, new: str, line: int, why: str, do: str
) -> None:
    assert old in SMALL
    [told] = problems(board, SMALL.replace(old, new))
    assert (told[0], *told[2:]) == (line, why, do)


def test_all_of_them_at_once_in_the_order_of_the_lines(board: LearningBoard) -> None:
    wrong = SMALL.replace("effect: hinders", "effect: none\n    typo: x").replace("text: Do it.", "txt: Do it.")
    assert [each[0] for each in problems(board, wrong)] == [7, 8, 10, 11]
    assert board.run("review", "list") == []


def test_the_same_in_json(board: LearningBoard) -> None:
    text = json.dumps({"version": "1", "review": {"ref": "SAR-1", "titel": "x"}, "findings": [{"ref": "F1"}]}, indent=1)
    told = problems(board, text, "review.json")
    assert [(each[0], each[1]) for each in told] == [
        (5, "review, titel"),
        (8, "findings 1, text"),
        (8, "findings 1, effect"),
    ] or [(each[0], each[1]) for each in told] == [
        (5, "review, titel"),
        (8, "findings 1, effect"),
        (8, "findings 1, text"),
    ]
    doubled = '{"version": "1",\n "version": "1",\n "review": {"ref": "SAR-1"}}'
    assert problems(board, doubled, "review.json")[0][:3] == (2, "version", "it stands twice, first in line 1")


def test_a_json_number_is_no_text(board: LearningBoard) -> None:
    text = '{"version": "1", "review": {"ref": "SAR-1"}, "actions": [\n{"number": 7, "text": "x"}]}'
    assert problems(board, text, "review.json")[0][2] == "a text is meant"


def test_words_our_data_does_not_know_are_taken_and_told(board: LearningBoard) -> None:
    odd = SMALL.replace("  ref: SAR-1\n", "  ref: SAR-1\n  regime: SARR\n").replace(
        "effect: hinders", "effect: hinders\n    typology: [human-tool operation, tool, tools]"
    )
    (board.folder / "review.yaml").write_text(odd, encoding="utf-8")
    told = board.run("learning", "import", str(board.folder / "review.yaml"))
    assert [(each["line"], each["value"]) for each in told["warnings"]] == [(4, "SARR"), (9, "tool")]
    assert told["created"]["review"] == 1


def edited(board: LearningBoard, *cells: tuple[str, str, Any]) -> Path:
    """The made-up review's workbook with these cells typed over."""
    board.take()
    board.export("out.xlsx")
    book = openpyxl.load_workbook(board.folder / "out.xlsx")
    for sheet, cell, value in cells:
        page = book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
        page[cell] = value
    book.save(board.folder / "out.xlsx")
    return board.folder / "out.xlsx"


def test_a_workbooks_problems_have_their_sheet_and_cell(board: LearningBoard) -> None:
    path = edited(
        board,
        ("Findings", "C2", "neither"),
        ("Findings", "F3", "K1, K9"),
        ("Recommendations", "D1", "What is asked for"),
        ("Actions", "G3", "=TODAY()"),
        ("Actions", "I4", "next spring"),
        ("Notes", "A1", "remember"),
        ("Review team", "B3", None),
    )
    told = board.run("learning", "import", str(path), code=2)["problems"]
    where = {(each["sheet"], each["cell"]) for each in told}
    assert {("Findings", "C2"), ("Recommendations", "D1"), ("Notes", ""), ("Actions", "G3"), ("Actions", "I4")} <= where
    by_cell = {each["cell"]: each for each in told}
    assert by_cell["G3"]["why"] == "it is a formula, and what it gives may change"
    assert "there is no column “What is asked for” in this sheet" in by_cell["D1"]["why"]
    path = edited(board, ("Findings", "F3", "K1, K9"))
    [problem] = board.run("learning", "import", str(path), code=2)["problems"]
    assert (problem["sheet"], problem["cell"]) == ("Findings", "F3")
    assert problem["why"] == "there is no episode K9 in this file"


def test_a_person_reads_each_on_a_line(board: LearningBoard, capsys: pytest.CaptureFixture[str]) -> None:
    from actiontrack.cli.front import run

    (board.folder / "review.yaml").write_text(SMALL.replace("F1]", "F2]"), encoding="utf-8")
    assert run(["--config", str(board.folder / "actiontrack.toml"), "learning", "import", str(board.file)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    why = "there is no finding F2 in this file; the nearest is “F1”"
    assert told.err.splitlines() == [
        f"review.yaml, line 11: recommendations 1, findings 1: {why}.",
        f"actiontrack: {board.file}: 1 problem; nothing was stored.",
    ]


def test_a_person_reads_what_was_done(board: LearningBoard, capsys: pytest.CaptureFixture[str]) -> None:
    from actiontrack.cli.front import run

    config = ["--config", str(board.folder / "actiontrack.toml")]
    assert run([*config, "learning", "import", str(FIXTURE), "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "would be made: 1 review, 2 meetings, 4 key practice episodes" in told.out
    assert told.err == "nothing was stored\n"
    run([*config, "learning", "import", str(FIXTURE)])
    run([*config, "finding", "set", "SAR-2026-07-F1", "text=Otherwise."])
    capsys.readouterr()
    assert run([*config, "learning", "import", str(FIXTURE)]) == 0
    out = capsys.readouterr().out
    assert "Left as it is here:" in out
    assert "nothing to do" in out
