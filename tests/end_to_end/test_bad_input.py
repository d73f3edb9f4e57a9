"""Bad input, through the command line: a clear line with file, sheet and cell; the file untouched; the rest goes on."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest
from board_suite import BOARD, HEADINGS, POLICE, Suite, row

GOOD = "Do the thing numbered 2"


def told_of(result: dict, *parts: str) -> bool:
    """Whether one of the problems holds all of these."""
    return any(all(part in str(list(each.values())) for part in parts) for each in result["problems"])


def adopt_with(suite: Suite, **cells: object) -> dict:
    """Adopt a plan whose first row has these cells."""
    rows = [row(number) for number in range(1, 5)]
    rows[0] |= cells
    suite.make_plan(rows)
    return suite.adopt()["master"]


@pytest.mark.parametrize(
    ("heading", "typed", "cell", "words"),
    [
        ("Due date", "31/02/2026", "H5", "no such day"),
        ("Due date", "03/04/2026", "H5", "two dates"),
        ("Due date", datetime.date(2206, 3, 4), "H5", "2206"),
        ("Due date", "when ready", "H5", "not a date"),
        ("Status", "Nearly there", "I5", "no status known"),
        ("Status", "Overdue", "I5", "worked out"),
        ("Lead agency", "Norchester Polise", "E5", "Norchester Police"),
    ],
)
def test_a_value_that_cannot_be_read_is_asked_about_and_the_rest_goes_on(
    suite: Suite, heading: str, typed: object, cell: str, words: str
) -> None:
    told = adopt_with(suite, **{heading: typed})
    assert told["created_here"] == 4
    assert told["quarantined"] == 1
    assert told_of(told, "Action plan", cell, words), told["problems"]
    assert suite.action(GOOD)["lead_agency"] == "HEA"
    with suite.edit() as plan:
        shown = plan.value(plan.find("Do the thing numbered 1"), heading)
        assert (shown.date() if isinstance(shown, datetime.datetime) else shown) == typed
        plan.set(
            "Do the thing numbered 1",
            heading,
            {"Due date": "4 April 2026", "Status": "In progress"}.get(heading, "Norchester Police"),
        )
    told = suite.sync()["master"]
    assert (told["quarantined"], told["problems"]) == (0, [])
    action = suite.action("Do the thing numbered 1")
    expected = {"Due date": ("current_due", "2026-04-04"), "Status": ("status", "in_progress")}
    name, value = expected.get(heading, ("lead_agency", "POL"))
    assert action[name] == value
    assert suite.run("conflict", "list") == []


def test_a_date_order_configured_answers_the_question(suite: Suite) -> None:
    suite.configure(BOARD + 'dates = "dmy"\n')
    told = adopt_with(suite, **{"Due date": "03/04/2026"})
    assert told["quarantined"] == 0
    assert suite.action("Do the thing numbered 1")["current_due"] == "2026-04-03"


def test_a_formula_is_read_and_never_overwritten(suite: Suite) -> None:
    suite.configure(BOARD)
    suite.make_plan([row(1, Priority='=IF(TRUE,"High","Low")'), *(row(number) for number in (2, 3))])
    suite.adopt()
    suite.run("action", "set", "1", "priority=Urgent")
    suite.run("action", "set", "2", "priority=Urgent")
    told = suite.sync(code=None)["master"]
    assert told_of(told, "G5", "formula"), told["problems"]
    with suite.edit() as plan:
        assert plan.value(plan.find("Do the thing numbered 1"), "Priority") == '=IF(TRUE,"High","Low")'
        assert plan.value(plan.find(GOOD), "Priority") == "Urgent"
    before = suite.bytes()
    suite.sync(code=None)
    assert suite.bytes() == before


def test_duplicate_ids_hold_their_rows_and_name_the_cells(suite: Suite) -> None:
    suite.make_plan(row(number) for number in range(1, 5))
    suite.adopt()
    with suite.edit() as plan:
        ref = plan.value(plan.find(GOOD), "Action ID")
        plan.set("Do the thing numbered 3", "Action ID", ref)
        plan.set("Do the thing numbered 4", "Priority", "Urgent")
    told = suite.sync(code=1)["master"]
    assert told_of(told, "L7", ref), told["problems"]
    assert suite.action("Do the thing numbered 4")["priority"] == "Urgent"
    assert suite.action(GOOD)["ref"] == ref
    assert len(suite.run("action", "list")) == 4


@pytest.mark.parametrize("name", ["~$plan.xlsx", ".~lock.plan.xlsx#"])
def test_a_file_open_elsewhere_is_left_for_later(suite: Suite, name: str) -> None:
    suite.make_plan(row(number) for number in range(1, 5))
    suite.adopt()
    before = suite.bytes()
    (suite.folder / name).write_bytes(
        b",Ann Example,board-pc,24.11.2026 09:00,file:///x;" if "lock" in name else b"\x0bAnn Example"
    )
    suite.run("action", "set", "2", "priority=Urgent")
    told = suite.sync(code=4)
    assert told["master"]["status"] == "deferred"
    assert "plan.xlsx" in told["master"]["why"]
    assert told["police"]["status"] == "ok"
    (suite.folder / name).unlink()
    assert suite.bytes()["plan.xlsx"] == before["plan.xlsx"]
    suite.sync()
    with suite.edit() as plan:
        assert plan.value(plan.find(GOOD), "Priority") == "Urgent"


def _no_header(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["These", "are", "words"])
    book.active.append([1, 2, 3])
    book.save(path)


def _two_columns(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Action", "Due date", "Status", "Deadline", "Lead agency"])
    book.active.append(["Do it", datetime.date(2026, 12, 1), "Open", datetime.date(2026, 12, 1), "Norchester Police"])
    book.save(path)


def _encrypted(path: Path) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = path.with_name("plain.bin")
    openpyxl.Workbook().save(plain)
    with plain.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt("secret", target)


BROKEN = {
    "missing": (lambda path: None, "plan.xlsx"),
    "no header": (_no_header, "head"),
    "two columns for one field": (_two_columns, "Deadline"),
    "truncated": (lambda path: path.write_bytes(b"PK\x03\x04" + b"x" * 900), "plan.xlsx"),
    "empty": (lambda path: path.write_bytes(b""), "plan.xlsx"),
    "encrypted": (_encrypted, "password"),
    "html": (lambda path: path.write_text("<html><table><tr><td>Action</td></tr></table></html>"), "plan.xlsx"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_cannot_be_used_fails_alone_and_stays_as_it_was(suite: Suite, what: str) -> None:
    make, words = BROKEN[what]
    make(suite.plan)
    before = suite.plan.read_bytes() if suite.plan.exists() else None
    told = suite.sync(code=4)
    assert told["master"]["status"] == "failed"
    assert words.casefold() in told["master"]["why"].casefold()
    assert "\n" not in told["master"]["why"]
    assert told["police"]["status"] == "ok"
    assert (suite.plan.read_bytes() if suite.plan.exists() else None) == before
    message = suite.run("import", str(suite.plan), code=2)
    assert words.casefold() in str(message).casefold()


def test_a_csv_in_cp1252_is_read_and_written_as_it_is(suite: Suite) -> None:
    path = suite.folder / "plan.csv"
    suite.configure(BOARD.replace("plan.xlsx", "plan.csv") + 'dates = "dmy"\n')
    lines = ["Ref;Action;Lead agency;Due date;Status", "1;Caf\u00e9 \u2013 \u00a35;Norchester Police;03/04/2026;Open"]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    suite.adopt()
    action = suite.action("Caf\u00e9 \u2013 \u00a35")
    assert action["current_due"] == "2026-04-03"
    suite.run("action", "set", action["ref"], "text=Na\u00efve \u2013 \u00a36")
    suite.sync()
    text = path.read_bytes().decode("cp1252")
    assert text.splitlines()[1].startswith("1;Na\u00efve \u2013 \u00a36;Norchester Police;03/04/2026;Open;")
    assert action["ref"] in text
    before = path.read_bytes()
    suite.sync()
    assert path.read_bytes() == before


def test_one_bad_workbook_leaves_the_others_to_go_on(suite: Suite) -> None:
    suite.make_plan(row(number) for number in range(1, 5))
    suite.adopt()
    (suite.folder / "police.xlsx").write_bytes(b"not a workbook")
    with suite.edit() as plan:
        plan.set(GOOD, "Priority", "Urgent")
    told = suite.sync(code=4)
    assert told["police"]["status"] == "failed"
    assert suite.action(GOOD)["priority"] == "Urgent"


def test_every_instance_failing_says_so(suite: Suite) -> None:
    suite.configure(BOARD)
    told = suite.sync(code=5)
    assert told["master"]["status"] == "failed"


def test_headings_of_the_fixture_are_all_mapped(suite: Suite) -> None:
    suite.configure(BOARD, POLICE)
    suite.make_plan(row(number) for number in range(1, 5))
    told = suite.sync(code=1)["master"]
    assert set(told["mapping"].values()) == set(HEADINGS)
