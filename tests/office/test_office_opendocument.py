"""A board's plan kept as an OpenDocument sheet: made, edited and looked at by LibreOffice, synced by us."""

from __future__ import annotations

import datetime

import pytest
from board_suite import BOARD, Suite
from office import Office, typed_date
from workbook_facts import changed_cells, changed_members, furniture, members

pytestmark = pytest.mark.office

TEXT = "Do the thing numbered {}"
IN_PROGRESS = ("Dashboard", 1, 0)
"""The formula that counts the actions in progress."""


@pytest.fixture
def kept_as_ods(board: Suite, office: Office) -> Suite:
    """The rich workbook of forty actions as LibreOffice keeps it in .ods, adopted."""
    path = board.folder / "plan.ods"
    office.work(board.plan, save=path)
    board.plan.unlink()
    board.configure(BOARD.replace("plan.xlsx", path.name))
    told = board.adopt()["master"]
    assert (told["status"], told["created_here"]) == ("ok", 40)
    board.run("review", "set", "SAR-2026-01", "publication=published")
    board.sync()
    return board


def test_adoption_adds_the_ids_and_nothing_else(board: Suite, office: Office) -> None:
    path = board.folder / "plan.ods"
    office.work(board.plan, save=path)
    board.configure(BOARD.replace("plan.xlsx", path.name))
    before, parts = office.look(path), members(path)
    board.adopt()
    after = office.look(path)
    changed = changed_cells(before, after)
    places = set(changed)
    assert changed["Action plan", 12, 4] == "Action ID"
    assert places == {("Action plan", 12, at) for at in range(4, 45)}, "a heading and forty ids, and no other cell"
    wide = after["Action plan"].pop("widths"), before["Action plan"].pop("widths")
    assert wide[0][:12] == wide[1][:12]
    for seen in (before, after):
        seen["Action plan"]["visible"][0] = seen["Action plan"]["visible"][0][:12]
    assert furniture(after, but=places) == furniture(before, but=places)
    assert changed_members(parts, members(path)) == {"content.xml", "meta.xml"}
    kept = path.read_bytes()
    told = board.sync()["master"]
    assert [told[key] for key in ("created_here", "updated_here", "created_there", "updated_there")] == [0, 0, 0, 0]
    assert path.read_bytes() == kept


def test_both_sides_edit(kept_as_ods: Suite, office: Office) -> None:
    suite, path = kept_as_ods, kept_as_ods.folder / "plan.ods"
    office.work(
        path,
        {"do": "set", "action": TEXT.format(3), "heading": "Lead officer", "value": "O'Neil, “Bo”"},
        {"do": "set", "action": TEXT.format(8), "heading": "Due date", "value": typed_date(datetime.date(2026, 12, 2))},
        {"do": "sort", "by": "Action", "ascending": False},
    )
    before, parts = office.look(path), members(path)
    ref = suite.action(TEXT.format(5))["ref"]
    suite.run("action", "set", ref, "priority==2+3", "lead_officer=  two  blanks ")
    suite.run("action", "set", suite.action(TEXT.format(6))["ref"], "current_due=2026-11-30")
    suite.sync()
    assert suite.action(TEXT.format(3))["lead_officer"] == "O'Neil, “Bo”"
    assert suite.action(TEXT.format(8))["current_due"] == "2026-12-02"
    after = office.look(path)
    changed = changed_cells(before, after)
    assert set(changed.values()) >= {"=2+3", "30/11/2026"}, "a text stays a text, a date has the column's style"
    assert {sheet for sheet, _, _ in changed} == {"Action plan"}
    assert len(changed) == 3
    assert furniture(after) == furniture(before)
    assert changed_members(parts, members(path)) == {"content.xml", "meta.xml"}
    kept = path.read_bytes()
    suite.sync()
    assert path.read_bytes() == kept
    office.work(path)
    told = suite.sync()["master"]
    assert [told[key] for key in ("created_here", "updated_here", "created_there", "updated_there")] == [0, 0, 0, 0]
    assert [told[key] for key in ("conflicts", "proposals", "quarantined", "missing")] == [0, 0, 0, 0]


def test_a_new_action_goes_below_the_last(kept_as_ods: Suite, office: Office) -> None:
    suite, path = kept_as_ods, kept_as_ods.folder / "plan.ods"
    before = office.look(path)
    suite.run("action", "add", "text=A new one", "review=SAR-2026-01", "lead_agency=POL")
    suite.sync()
    after = office.look(path)
    changed = changed_cells(before, after)
    assert {at for sheet, _, at in changed if sheet == "Action plan"} == {45}
    assert changed["Action plan", 3, 45] == "A new one"
    assert after["Action plan"]["lists"]["8,45"] == before["Action plan"]["lists"]["8,44"]
    assert after["Action plan"]["formats"]["3,45"] == before["Action plan"]["formats"]["3,44"]


def test_formulas_are_worked_out_anew(kept_as_ods: Suite, office: Office) -> None:
    suite, path = kept_as_ods, kept_as_ods.folder / "plan.ods"
    before = int(office.look(path)["Dashboard"]["cells"]["1,0"][1])
    ref = suite.action(TEXT.format(2))["ref"]
    suite.run("action", "set", ref, "status=in_progress")
    suite.sync()
    assert int(office.look(path)["Dashboard"]["cells"]["1,0"][1]) == before + 1
