"""What managers do to the rows, columns and sheets of a plan, as steps for LibreOffice; and what each may come to.

Every word of a row carries its mark (`r3`). A step that leaves the ids behind handles the words alone: all columns
but the one the rows are known by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plan: the heading rows are known by, and the columns without it, as a step's `from` and `to`."""

    name: str
    key: str
    words: dict[str, str]
    sheet: str = "Action plan"
    file: str = "plan.xlsx"
    first: tuple[Step, ...] = ()
    """What a person has to do before anything else."""


BOARD_PLAN = Kind("board", "Action ID", {"to": "Evidence"})
NUMBERED = Kind("numbered", "Ref", {"from": "Rec no"})
AGENCY = Kind("agency", "Action ID", {"from": "Number"}, "Actions", "police.xlsx", ({"do": "unprotect"},))
CSV = Kind("csv", "Action ID", {"to": "Evidence"}, file="plan.csv")
KINDS = (BOARD_PLAN, NUMBERED, AGENCY, CSV)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing somebody does. `outcome`, of the rows it touches:

    known: each is known for what it is, and takes part in the sync · open: some may wait for a person · whole: the
    whole file may wait.
    """

    steps: Callable[[Kind], list[Step]]
    outcome: str = "known"
    typed: int = 3
    """The row that somebody types into afterwards."""
    at: str = ""
    """How its action reads by then, where not as before."""
    gone: frozenset[int] = frozenset()
    """Rows that are no longer there."""
    sheet: str = ""
    """Where the plan is afterwards, if not where it was."""
    says: frozenset[str] = frozenset()
    """Marks of rows whose text was made another's on purpose."""
    books: bool = False
    """Only a workbook can have it done to it."""
    but: tuple[str, ...] = field(default=())
    """Kinds of plan it makes no sense in."""


def _on(**step: Any) -> Callable[[Kind], list[Step]]:
    return lambda kind: [step]


def _key(**step: Any) -> Callable[[Kind], list[Step]]:
    return lambda kind: [{**step, "heading": kind.key}]


def _words(**step: Any) -> Callable[[Kind], list[Step]]:
    return lambda kind: [{**step, **kind.words}]


def _ids(**step: Any) -> Callable[[Kind], list[Step]]:
    return lambda kind: [{**step, "from": kind.key, "to": kind.key}]


NEW = {"Action": "Do r101", "Lead agency": "Norchester Police", "Lead officer": "Officer r101"}
RETYPED = {
    "Action": "Do r102",
    "Lead officer": "Officer r102",
    "Priority": "Rank r102",
    "Recommendation": "Better r102",
}

DEEDS: dict[str, Deed] = {
    # as a manager's week goes
    "none": Deed(lambda kind: []),
    "set": Deed(_on(do="set", action="Do r3", heading="Lead officer", value="Officer r3 anew")),
    "sort": Deed(_on(do="sort", by="Action", ascending=False)),
    "sortpart": Deed(_words(do="sort", by="Action", ascending=False), "open"),
    "insrow": Deed(_on(do="insert", above=4, cells=NEW)),
    "delrow": Deed(_on(do="delete", action="Do r4"), gone=frozenset({4})),
    "copyrow": Deed(_on(do="copy", action="Do r3", cells=RETYPED), "open"),
    "hidecol": Deed(_on(do="hide_column", heading="Priority")),
    "inscol": Deed(_on(do="insert_column", left_of="Status", heading="My own")),
    "filter": Deed(_on(do="filter", heading="Lead officer", value="Officer r6"), books=True),
    "comment": Deed(_on(do="comment", action="Do r3", heading="Progress", text="Ask r3"), books=True),
    # sorts of less than the table
    "sort some rows": Deed(_on(do="sort", by="Action", first=2, last=6, ascending=False)),
    "sort words of some rows": Deed(_words(do="sort", by="Action", first=2, last=6, ascending=False), "open"),
    "sort the ids alone": Deed(lambda kind: [{"do": "sort", "by": kind.key, "from": kind.key, "to": kind.key,
                                              "ascending": False}], "open"),
    "sort left part": Deed(_on(do="sort", by="Action", ascending=False, to="Progress"), "open", but=("agency",)),
    # rows moved
    "swap rows": Deed(_on(do="swap", action="Do r3", **{"with": "Do r6"})),
    "swap words": Deed(_words(do="swap", action="Do r3", **{"with": "Do r6"}), "open"),
    "swap ids": Deed(_ids(do="swap", action="Do r3", **{"with": "Do r6"}), "open"),
    "move up": Deed(_on(do="move", action="Do r6", above=2)),
    "cut to the end": Deed(_on(do="cut", action="Do r3")),
    "cut words to the end": Deed(_words(do="cut", action="Do r3"), "open"),
    "cut over another": Deed(_on(do="cut", action="Do r3", onto="Do r6"), gone=frozenset({6})),
    "cut words over another": Deed(_words(do="cut", action="Do r3", onto="Do r6"), "open", gone=frozenset({6})),
    # rows copied
    "copy left as it is": Deed(_on(do="copy", action="Do r3"), "open"),
    "copy words to the end": Deed(_words(do="copy", action="Do r3"), "open"),
    "copy over another": Deed(_on(do="copy", action="Do r3", onto="Do r6"), "open", gone=frozenset({6})),
    "copy words over another": Deed(_words(do="copy", action="Do r3", onto="Do r6"), "open", gone=frozenset({6})),
    "copy the text over another": Deed(
        _on(do="copy", action="Do r3", onto="Do r6", **{"from": "Action", "to": "Action"}),
        says=frozenset({"r6"}),
    ),
    "copy an id over another": Deed(_ids(do="copy", action="Do r3", onto="Do r6"), "open"),
    # rows cleared and retyped
    "clear a row": Deed(_on(do="clear", action="Do r4"), gone=frozenset({4})),
    "clear words": Deed(_words(do="clear", action="Do r4"), "open", gone=frozenset({4})),
    "clear an id": Deed(_ids(do="clear", action="Do r3")),
    "clear all ids": Deed(lambda kind: [
        {"do": "clear", "action": f"Do r{number}", "from": kind.key, "to": kind.key} for number in range(1, 9)
    ], "whole"),
    "reword": Deed(_on(do="set", action="Do r3", heading="Action", value="Do r3, but soon"), at="Do r3, but soon"),
    "reword all of it": Deed(lambda kind: [
        {"do": "set", "action": "Do r3", "heading": "Lead officer", "value": "Officer r3 anew"},
        {"do": "set", "action": "Do r3", "heading": "Priority", "value": "Rank r3 anew"},
        {"do": "set", "action": "Do r3", "heading": "Action", "value": "Otherwise r3"}], at="Otherwise r3"),
    "clear an id and reword": Deed(lambda kind: [
        {"do": "clear", "action": "Do r3", "from": kind.key, "to": kind.key},
        {"do": "set", "action": "Do r3", "heading": "Action", "value": "Otherwise r3"}], "open", at="Otherwise r3"),
    # ids typed over
    "id in small letters": Deed(_key(do="retype_key", action="Do r3", how="lower")),
    "blanks around an id": Deed(_key(do="retype_key", action="Do r3", how="blanks")),
    "a wrong letter in an id": Deed(_key(do="retype_key", action="Do r3", how="wrong"), "open"),
    "a word for an id": Deed(_key(do="set", action="Do r3", value="tbc"), "open"),
    "numbers moved on by one": Deed(lambda kind: [
        {"do": "set", "action": f"Do r{number}", "heading": kind.key, "value": f"SAB {(number + 1) * 7}"}
        for number in range(3, 9)
    ], "open", but=("board", "agency", "csv")),
    "an id cell taken out": Deed(_key(do="delete_cell", action="Do r3"), "open"),
    "an id cell put in": Deed(_key(do="insert_cell", action="Do r3"), "open"),
    # columns
    "hide the ids": Deed(_key(do="hide_column")),
    "delete the ids": Deed(_key(do="delete_column"), "whole"),
    "move the ids": Deed(lambda kind: [{"do": "move_column", "heading": kind.key, "left_of": "Status"}]),
    "head the ids otherwise": Deed(lambda kind: [{"do": "head", "heading": kind.key, "value": "Our reference"}]),
    "head a column otherwise": Deed(_on(do="head", heading="Progress", value="How it goes"), "whole"),
    "columns in another order": Deed(_on(do="move_column", heading="Progress", left_of="Action")),
    "column beside the words": Deed(_on(do="insert_column", left_of="Action", heading="Notes of mine")),
    "a column's heading cleared": Deed(_on(do="head", heading="Priority", value=""), "whole"),
    "delete a column": Deed(_on(do="delete_column", heading="Priority"), "whole"),
    "headings merged": Deed(_on(do="merge_headings", **{"from": "Status", "to": "Progress"}), "whole", books=True),
    # around the table
    "lines above": Deed(_on(do="insert_lines", count=3)),
    "a table below": Deed(_on(do="table_below", rows=[["Key", "Meaning"], ["Red", "late"], ["Green", "in time"]])),
    "hide a row": Deed(_on(do="hide_row", action="Do r3")),
    # sheets
    "rename the sheet": Deed(_on(do="rename_sheet", value="Plan of 2026"), sheet="Plan of 2026", books=True),
    "copy the sheet": Deed(lambda kind: [
        {"do": "copy_sheet", "name": "Before the meeting", "at": 0},
        {"do": "set", "sheet": "Before the meeting", "action": "Do r5", "heading": "Progress", "value": "Copy r105"},
        {"do": "set", "sheet": "Before the meeting", "action": "Do r5", "heading": "Action", "value": "Do r105"},
    ], books=True),
    "keep the copy only": Deed(lambda kind: [
        {"do": "copy_sheet", "name": "Kept copy", "at": 1}, {"do": "remove_sheet"},
    ], "whole", sheet="Kept copy", books=True),
    "undone": Deed(lambda kind: [
        {"do": "sort", "by": "Action", "ascending": False, **kind.words},
        {"do": "delete", "action": "Do r3"}, {"do": "undo", "times": 2},
    ]),
}  # fmt: skip


def both(one: Deed, other: Deed) -> Deed:
    """One after the other in one go; then somebody types into a row that neither of them moves by itself."""
    return Deed(
        lambda kind: [*one.steps(kind), *other.steps(kind)], "open", typed=7, gone=one.gone | other.gone,
        says=one.says | other.says, books=one.books or other.books, but=(*one.but, *other.but),
    )  # fmt: skip
