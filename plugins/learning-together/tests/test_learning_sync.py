"""From one file to the workbooks of those who act, through the real sync, and back."""

from __future__ import annotations

import openpyxl
from learning_board import REVIEW, LearningBoard, document, nothing_done, one

POLICE = (
    '[[connector]]\nname = "police"\ntype = "spreadsheet"\npath = "police.xlsx"\ncreate = true\n'
    'side = "agency"\nagency = "POL"\n'
)
MASTER = '[[connector]]\nname = "master"\ntype = "spreadsheet"\npath = "plan.xlsx"\ncreate = true\nside = "board"\n'


def synced(board: LearningBoard) -> None:
    """Sync until everything is approved and said."""
    waiting = [each for each in board.sync(code=None).values() if each["status"] == "guard"]
    if waiting:
        board.sync(*(part for each in waiting for part in ("--approve", each["plan"])), code=None)


def test_an_agency_sees_its_actions_and_answers_and_the_file_touches_neither(board: LearningBoard) -> None:
    board.configure(MASTER, POLICE)
    published = document()
    published["review"]["publication"] = "published"
    numbers = {each["number"]: each["ref"] for each in board.take(published)["actions"]}
    synced(board)
    with board.edit("police.xlsx") as sheet:
        rows = {each["Number"]: each for each in sheet.rows()}
        assert set(rows) == {"1.1", "2.1", "3.1", "3.2"}
        assert rows["3.2"]["Recommendation number"] == "1, 3"
        assert rows["2.1"]["Recommendation"].startswith("The Board decides what the front door")
        sheet.set(numbers["3.1"], "Status", "Reported complete")
        sheet.set(numbers["3.1"], "Progress", "Tuesdays, at the library.")
    synced(board)
    shown = board.run("action", "show", numbers["3.1"])
    assert {leg["agency"]: leg["status"] for leg in shown["legs"]} == {
        "HOU": "not_started", "NHS": "not_started", "POL": "reported_complete",
    }  # fmt: skip
    assert nothing_done(board.take(published))
    one(published["actions"], "3.1", "number")["text"] = "Find a place and a weekday, and begin by Christmas."
    board.take(published)
    assert board.run("action", "show", numbers["3.1"])["legs"] == shown["legs"]
    synced(board)
    text = {each["Action ID"]: each["Action"] for each in board.edit("police.xlsx").rows()}
    assert text[numbers["3.1"]].endswith("begin by Christmas.")
    master = {each["Number"]: each for each in board.edit("plan.xlsx").rows()}
    assert len(master) == 6


def test_while_it_is_embargoed_an_agency_gets_its_actions_and_no_more(board: LearningBoard) -> None:
    board.configure(POLICE)
    marked = document()
    for kind in ("findings", "recommendations", "key_practice_episodes"):
        for each in marked[kind]:
            each["text"] = f"SECRET {each['text']}"
    marked["review"]["title"] = "SECRET"
    board.take(marked)
    synced(board)
    book = openpyxl.load_workbook(board.folder / "police.xlsx")
    words = " ".join(str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.value)
    assert "Show the referrals of six months" in words
    assert "SECRET" not in words
    assert REVIEW not in words
