"""A whole review from its file to embedded practice: the command line, everybody's workbooks, the real sync.

Whatever is forbidden on the way is refused with what is missing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from learning_board import AGENCIES, REVIEW, LearningBoard, document

MASTER = '[[connector]]\nname = "master"\ntype = "spreadsheet"\npath = "plan.xlsx"\ncreate = true\nside = "board"\n'


def workbook_of(code: str) -> str:
    return (
        f'[[connector]]\nname = "{code}"\ntype = "spreadsheet"\npath = "{code}.xlsx"\ncreate = true\n'
        f'side = "agency"\nagency = "{code}"\n'
    )


class Year(LearningBoard):
    """The board of the made-up review, with a workbook for everybody."""

    def to(self, day: str) -> None:
        self.monkeypatch.setenv("AT_NOW", f"{day}T09:00:00Z")

    def synced(self) -> None:
        """Sync until everything is approved and said."""
        waiting = [each for each in self.sync(code=None).values() if each["status"] == "guard"]
        if waiting:
            self.sync(*(part for each in waiting for part in ("--approve", each["plan"])), code=None)
        self.sync(code=None)

    def typed(self, code: str, ref: str, **cells: str) -> None:
        """Somebody of that agency types into its workbook."""
        with self.edit(f"{code}.xlsx") as sheet:
            for heading, value in cells.items():
                sheet.set(ref, heading, value)

    def refused(self, *args: str) -> str:
        """The sentence a forbidden step is refused with."""
        told: dict[str, Any] = self.run(*args, code=2)
        return str(told["error"])

    def to_close(self, ref: str) -> list[str]:
        return list(self.run("recommendation", "show", ref)["to_close"])

    def shown(self, ref: str) -> dict[str, Any]:
        return dict(self.run("action", "show", ref))

    def everybody_reports(self, ref: str) -> None:
        for code in ("HOU", "NHS", "POL"):
            self.typed(code, ref, Status="Reported complete")
        self.synced()


def test_from_finding_to_embedded_practice(board: LearningBoard) -> None:
    year = Year(board.folder, board.monkeypatch)
    year.configure(MASTER, *map(workbook_of, AGENCIES))
    year.to("2026-09-20")
    refs = {each["number"]: each["ref"] for each in year.take()["actions"]}
    year.synced()
    begin, plan = refs["3.1"], refs["3.2"]

    # Each agency its own part; what only the Board can say stays a question, what can't stand is told.
    year.typed("POL", begin, Status="Verified")
    year.typed("NHS", begin, Status="Blocked")
    year.synced()
    asked = [each for each in year.shown(begin)["proposals"] if each["by"] == "POL"]
    assert [(each["field"], each["to"]) for each in asked] == [("status", "verified")]
    assert year.shown(begin)["status"] == "not_started"
    year.run("proposal", "refuse", asked[0]["id"], "--reason", "The Board decides that")
    year.typed("NHS", begin, Status="In progress")
    year.synced()

    # Verified: everybody has reported, there is evidence, and somebody outside the lead agency has seen it.
    assert "It can't go from not started to verified" in year.refused("action", "set", begin, "status=verified")
    year.everybody_reports(begin)
    assert year.shown(begin)["status"] == "reported_complete"
    told = year.refused("action", "set", begin, "status=verified")
    assert "There is no evidence." in told
    assert "Nobody outside HOU has signed it off." in told
    year.typed(
        "HOU", begin, Evidence="https://example.org/places", Progress="Tuesdays at the library, Thursdays at the baths."
    )
    year.synced()
    assert [each["link"] for each in year.shown(begin)["evidence"]] == ["https://example.org/places"]
    year.run("action", "sign-off", begin, "--agency", "HOU", code=None)
    assert "Nobody outside HOU" in year.refused("action", "set", begin, "status=verified")
    year.run("action", "sign-off", begin, "--agency", "ASC")
    year.run("action", "evidence", begin, "--link", "https://example.org/minutes")
    assert "the evidence has changed since" in year.refused("action", "set", begin, "status=verified")
    year.run("action", "sign-off", begin, "--agency", "ASC")
    year.run("action", "set", begin, "status=verified")

    # Embedded: its effect was seen. A check that fails opens it again, and it takes the whole way anew.
    assert "No impact check" in year.refused("action", "set", begin, "status=embedded")
    year.to("2027-04-02")
    year.run("action", "impact-check", begin, "--failed", "--note", "Seventeen days in the north")
    year.synced()
    assert year.shown(begin)["status"] == "in_progress"
    assert all(leg["status"] == "in_progress" for leg in year.shown(begin)["legs"])
    year.everybody_reports(begin)
    year.run("action", "sign-off", begin, "--agency", "ASC")
    year.run("action", "set", begin, "status=verified")
    assert "No impact check has been passed since it was verified" in year.refused(
        "action", "set", begin, "status=embedded"
    )
    year.to("2027-10-11")
    year.run("action", "impact-check", begin, "--passed", "--note", "Eight days in each locality")
    year.run("action", "set", begin, "status=embedded")
    year.synced()
    said = {
        name: {row["Action ID"]: row["Status"] for row in year.edit(name).rows()} for name in ("plan.xlsx", "HOU.xlsx")
    }
    assert said["plan.xlsx"][begin] == "Embedded"
    assert said["HOU.xlsx"][begin] == "Reported complete", "an agency's cell is its own part"

    # The recommendation closes once nothing of it is open; what is ended without being done says why.
    assert year.to_close("SAR-2026-07-R3") == [f"Still open: {plan}."]
    assert "Superseded, but not by what." in year.refused(
        "action", "set", plan, "status=superseded", "status_reason=One plan"
    )
    superseded = ("action", "set", plan, "status=superseded", f"superseded_by={begin}", "status_reason=One plan does")
    assert "The Board's decision that it is superseded is not recorded" in year.refused(*superseded)
    year.run(*superseded, "--meeting", year.run("meeting", "list")[-1]["ref"])
    assert year.to_close("SAR-2026-07-R3") == []

    story = year.run("report", "review", "SAR-2026-07", "--as-at", "2027-10-11", "--out", str(year.folder / "out"))
    page = json.loads(next(Path(name) for name in story["files"] if name.endswith(".json")).read_text(encoding="utf-8"))
    third = next(section for section in page["sections"] if section["title"].endswith("F3"))
    effects = {row["ref"]: row["effect"] for table in third["tables"] for row in table["rows"]}
    assert effects[begin] == "seen in practice on 11 October 2027"


def test_each_kind_of_recommendation_closes_in_its_own_way(board: LearningBoard) -> None:
    year = Year(board.folder, board.monkeypatch)
    year.configure(MASTER)
    year.to("2026-09-20")
    year.take()
    one, two, four, five = (f"SAR-2026-07-R{number}" for number in (1, 2, 4, 5))
    assert "Still open" in year.to_close(one)[0], "clear cut: by its actions"

    # Competing priorities: by a decision with its reasons.
    year.run("recommendation", "set", two, "response=awaiting", "response_reasons=")
    assert year.to_close(two)[:2] == ["The Board's reasons are not recorded.", "The Board has not decided."]
    meeting = year.run("meeting", "list")[-1]["ref"]
    told = year.refused("recommendation", "respond", two, "--response", "accepted_in_part", "--meeting", meeting)
    assert told == f"{two}: the answer accepted_in_part needs the Board's reasons: --reasons T."
    year.run(
        "recommendation", "respond", two, "--response", "accepted_in_part", "--reasons", "Both", "--meeting", meeting
    )
    assert year.to_close(two) == []

    # Needs research: by a referral that comes back by itself, and is open again until it is answered anew.
    assert year.to_close(four) == []
    year.to("2027-03-15")
    assert "came back on 2027-03-15" in " ".join(year.to_close(four))
    told = year.run("sweep")
    assert [(each["kind"], each["ref"], each["due"]) for each in told["back"]] == [("referral", four, "2027-03-15")]
    assert year.run("sweep", "--as-at", "2027-03-20", "--dry-run")["referrals_due"] == 1, "until it is answered anew"
    again = ("--response", "referred_elsewhere", "--reasons", "Not yet", "--review-by", "2027-09-15")
    year.run("recommendation", "respond", four, *again, "--meeting", meeting)
    assert year.to_close(four) == []
    assert year.run("sweep")["referrals_due"] == 0

    # Not accepted: never without reasons.
    assert "4(1)(g)" in year.refused("recommendation", "set", five, "response_reasons=")
    assert year.to_close(five) == []


def test_actions_can_not_wait_for_each_other_through_the_records(board: LearningBoard) -> None:
    numbers = {each["number"]: each["ref"] for each in board.take()["actions"]}
    board.run("action", "add", f"review={REVIEW}", "number=9.1", "text=Begin.", f"depends_on={numbers['3.2']}")
    circle = document()
    circle["actions"].append({"number": "9.1", "text": "Begin."})
    next(each for each in circle["actions"] if each["number"] == "3.1")["depends_on"] = ["9.1"]
    [left] = board.take(circle, code=1)["left"]
    assert (left["ref"], left["field"], left["asks"]) == (numbers["3.1"], "depends_on", True)
    assert "3.1 → 9.1 → 3.2 → 3.1" in left["why"]
