"""A connector that names a folder: one file an agency, each an instance of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from board_suite import BOARD, Suite, row

from actiontrack.ports import Batch, Outcome
from actiontrack.runtime import open_runtime
from actiontrack.services.sync.engine import sync

RETURNS = '[[connector]]\nname = "returns"\ntype = "spreadsheet"\npath = "returns/"\nside = "agency"\n'
FIRST = "Do the thing numbered 1"
SECOND = "Do the thing numbered 2"
THIRD = "Do the thing numbered 3"


@pytest.fixture
def bare(suite: Suite) -> Suite:
    """An empty folder for the agencies' returns, and nothing else."""
    suite.configure(RETURNS)
    (suite.folder / "returns").mkdir()
    return suite


@pytest.fixture
def board(suite: Suite) -> Suite:
    """A published plan of nine actions, three an agency, and an empty folder for the agencies' returns."""
    suite.configure(BOARD, RETURNS)
    (suite.folder / "returns").mkdir()
    suite.make_plan(row(number) for number in range(1, 10))
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.sync()
    return suite


def issue(board: Suite, name: str, agency: str) -> Path:
    path = board.folder / "returns" / name
    told = board.run("workbook", "issue", "--agency", agency, "--out", str(path))
    assert told["connector"] == f"returns/{path.stem}"
    return path


@pytest.fixture
def issued(board: Suite) -> Suite:
    """The same with a workbook issued to each of two agencies, and taken into the folder's care."""
    issue(board, "police.xlsx", "POL")
    issue(board, "plan two.xlsx", "HEA")
    assert set(board.sync()) == {"master", "returns/plan two", "returns/police"}
    return board


def put_plan(board: Suite, name: str, *numbers: int) -> Path:
    """An agency's own workbook with some of its rows."""
    return board.make_plan((row(number) for number in numbers), board.folder / "returns" / name)


def statuses(told: dict[str, dict[str, object]]) -> dict[str, object]:
    return {name: each["status"] for name, each in told.items()}


# --- each file an instance ------------------------------------------------------------------------------------------


def test_issued_workbooks_are_taken_over_without_a_question(issued: Suite) -> None:
    with issued.edit("returns/police.xlsx") as sheet:
        sheet.set(FIRST, "Progress", "Trained all shifts")
    with issued.edit("returns/plan two.xlsx") as sheet:
        sheet.set(SECOND, "Progress", "Read in every ward")
    told = issued.sync()
    assert statuses(told) == {"master": "ok", "returns/plan two": "ok", "returns/police": "ok"}
    assert issued.action(FIRST)["progress"] == "Trained all shifts"
    assert issued.action(SECOND)["progress"] == "Read in every ward"
    before = (issued.folder / "returns/police.xlsx").read_bytes()
    issued.sync()
    assert (issued.folder / "returns/police.xlsx").read_bytes() == before


def test_an_agencys_own_workbook_waits_to_be_adopted_as_its_agencys(board: Suite) -> None:
    path = put_plan(board, "Norchester Police Q3.xlsx", 1, 4, 7)
    before = path.read_bytes()
    told = board.sync(code=1)["returns/Norchester Police Q3"]
    assert told["status"] == "guard"
    assert "as those of Norchester Police" in told["why"]
    assert path.read_bytes() == before
    assert board.sync("returns", "--approve", told["plan"], code=None)["returns/Norchester Police Q3"]["read"] == 3
    assert path.read_bytes() != before
    (shown,) = [each for each in board.run("connector", "list") if each["name"] == "returns/Norchester Police Q3"]
    assert (shown["agency"], shown["where"], bool(shown["adopted"])) == ("POL", str(path), True)


def test_one_files_failure_changes_nothing_elsewhere(issued: Suite) -> None:
    (issued.folder / "returns/police.xlsx").write_bytes(b"PK\3\4 cut short")
    (issued.folder / "returns/strange.xlsx").write_bytes(b"")
    with issued.edit("returns/plan two.xlsx") as sheet:
        sheet.set(SECOND, "Progress", "Read in every ward")
    told = issued.sync(code=4)
    assert statuses(told) == {
        "master": "ok", "returns/plan two": "ok", "returns/police": "failed", "returns/strange": "failed",
    }  # fmt: skip
    assert "whose it is can't be told" in str(told["returns/strange"]["why"])
    assert issued.action(SECOND)["progress"] == "Read in every ward"


def test_a_name_stands_for_all_files_or_for_one(issued: Suite) -> None:
    assert set(issued.sync("returns")) == {"returns/plan two", "returns/police"}
    assert set(issued.sync("returns/police")) == {"returns/police"}
    assert "Did you mean “returns/police”?" in issued.run("sync", "returns/polic", code=2)["error"]
    checked = issued.run("connector", "check", "returns")
    assert [(each["name"], each["ok"]) for each in checked] == [("returns/plan two", True), ("returns/police", True)]


def test_an_empty_folder_is_no_fault_and_a_missing_one_is_told(board: Suite) -> None:
    assert board.sync("returns") == {}
    assert [each["name"] for each in board.run("connector", "list")] == ["master", "returns"]
    (board.folder / "returns").rmdir()
    told = board.sync(code=4)
    assert statuses(told) == {"master": "ok", "returns": "failed"}
    assert "no such folder" in str(told["returns"]["why"])


# --- which files ----------------------------------------------------------------------------------------------------


def test_what_is_no_plan_is_left_alone(issued: Suite) -> None:
    folder = issued.folder / "returns"
    for name in (
        "~$police.xlsx", ".~lock.police.csv#", ".police.xlsx", ".actiontrack-1.tmp", "police.xlsx~", "police.tmp",
        "notes.docx", "~police.xlsx",
    ):  # fmt: skip
        (folder / name).write_text("x")
    (folder / "council.xlsx").mkdir()
    (folder / "below").mkdir()
    shutil.copy(folder / "police.xlsx", folder / "below")
    (folder / "~$police.xlsx").unlink()
    assert set(issued.sync()) == {"master", "returns/plan two", "returns/police"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("returns/*.xlsx", ["returns/Norchester Council", "returns/police"]),
        ("returns/P*", ["returns/police"]),
        ("returns/**/*.xlsx", ["returns/Norchester Council", "returns/a/b/health trust", "returns/police"]),
        ("returns/**", ["returns/Norchester Council", "returns/a/b/health trust", "returns/police"]),
        ("*/police.???x", ["returns/returns/police"]),
        ("returns/a/*/h*", ["returns/b/health trust"]),
    ],
)
def test_patterns(bare: Suite, path: str, found: list[str]) -> None:
    put_plan(bare, "police.XLSX", 1)
    put_plan(bare, "Norchester Council.xlsx", 3)
    (bare.folder / "returns/a/b").mkdir(parents=True)
    put_plan(bare, "a/b/health trust.xlsx", 2)
    bare.configure(RETURNS.replace('"returns/"', f'"{path}"'))
    assert [each["name"] for each in bare.run("connector", "list")] == found


def test_our_own_files_and_other_lines_files_are_never_taken(issued: Suite) -> None:
    with issued.edit("returns/police.xlsx") as sheet:
        sheet.set(FIRST, "Progress", "Trained all shifts")
    issued.run("action", "set", issued.action(FIRST)["ref"], "priority=Urgent")
    issued.sync()
    assert list((issued.folder / "at-state").rglob("*.xlsx")), "there are backups to be taken by mistake"
    issued.configure(BOARD, RETURNS.replace('"returns/"', '"**/*.xlsx"'))
    told = issued.sync()
    assert statuses(told) == {"master": "ok", "returns/returns/plan two": "ok", "returns/returns/police": "ok"}


def test_a_link_out_of_the_folder_is_refused_and_one_within_is_no_second_file(issued: Suite) -> None:
    folder = issued.folder / "returns"
    outside = issued.make_plan([row(3)], issued.folder / "council.xlsx")
    before = outside.read_bytes()
    (folder / "Norchester Council.xlsx").symlink_to(outside)
    (folder / "a police.xlsx").symlink_to(folder / "police.xlsx")
    (folder / "nowhere.xlsx").symlink_to(folder / "gone.xlsx")
    told = issued.sync(code=4)
    assert statuses(told) == {
        "master": "ok", "returns/Norchester Council": "failed", "returns/plan two": "ok", "returns/police": "ok",
    }  # fmt: skip
    assert "link out of the folder" in str(told["returns/Norchester Council"]["why"])
    assert outside.read_bytes() == before


# --- whose it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "files", "agency"),
    [
        ("POL return.xlsx", "", "POL"),
        ("return_pol_2026.xlsx", "", "POL"),
        ("Norchester-Health-Trust.xlsx", "", "HEA"),
        ("plan.xlsx", '"plan.xlsx" = "LA"', "LA"),
        ("Plan.xlsx", '"p*" = "LA"', "LA"),
        ("POL return.xlsx", '"pol*" = "LA"', "LA"),
        ("police.xlsx", "", None),
        ("policy.xlsx", "", None),
        ("POL and HEA.xlsx", "", None),
        ("POL.xlsx", '"*" = ""', ""),
    ],
)
def test_whose_it_is(bare: Suite, name: str, files: str, agency: str | None) -> None:
    """None: it can't be told; "": it is left out."""
    put_plan(bare, name, 1)
    bare.configure(RETURNS + f"[connector.files]\n{files}\n")
    told = bare.sync(code=None)
    if not agency:
        assert [each["status"] for each in told.values()] == ([] if agency == "" else ["failed"])
        assert all(f'"{name}" = "CODE"' in str(each["why"]) for each in told.values())
        return
    (one,) = bare.run("connector", "list")
    assert one["agency"] == agency
    assert [each["status"] for each in told.values()] == ["guard"]


def test_a_marked_workbook_is_never_given_to_another_agency(issued: Suite) -> None:
    before = (issued.folder / "returns/police.xlsx").read_bytes()
    issued.configure(BOARD, RETURNS + '[connector.files]\n"police.xlsx" = "HEA"\n')
    told = issued.sync(code=4)
    assert "a workbook of POL's" in str(told["returns/police"]["why"])
    assert (issued.folder / "returns/police.xlsx").read_bytes() == before


def test_a_second_file_of_an_agency_is_refused_with_both_named(issued: Suite) -> None:
    put_plan(issued, "POL again.xlsx", 1, 4)
    told = issued.sync(code=4)
    assert statuses(told) | {"master": "ok"} == {
        "master": "ok", "returns/POL again": "failed", "returns/plan two": "ok", "returns/police": "ok",
    }  # fmt: skip
    assert "POL again.xlsx: POL has police.xlsx here as well" in str(told["returns/POL again"]["why"])


def test_of_two_new_files_of_an_agency_neither_is_taken(bare: Suite) -> None:
    put_plan(bare, "POL 1.xlsx", 1)
    put_plan(bare, "POL 2.xlsx", 1)
    put_plan(bare, "POL 2.csv.xlsx", 3)
    told = bare.sync(code=5)
    assert statuses(told) == {"returns/POL 1": "failed", "returns/POL 2": "failed", "returns/POL 2.csv": "failed"}
    assert all(" here as well" in str(each["why"]) for each in told.values())


# --- gone, renamed, copied ------------------------------------------------------------------------------------------


def test_a_file_that_is_gone_fails_and_closes_nothing(issued: Suite) -> None:
    path = issued.folder / "returns/police.xlsx"
    kept = path.read_bytes()
    path.unlink()
    told = issued.sync(code=4)
    assert statuses(told)["returns/police"] == "failed"
    assert "was there and is gone" in str(told["returns/police"]["why"])
    assert issued.action(FIRST)["status"] == "in_progress"
    assert not path.exists()
    path.write_bytes(kept)
    assert statuses(issued.sync())["returns/police"] == "ok"
    path.unlink()
    issued.configure(BOARD, RETURNS + '[connector.files]\n"police.xlsx" = ""\n')
    assert set(issued.sync()) == {"master", "returns/plan two"}


def test_a_folder_that_is_away_fails_each_file_that_was_there(issued: Suite) -> None:
    (issued.folder / "returns").rename(issued.folder / "elsewhere")
    told = issued.sync(code=4)
    assert statuses(told) == {"master": "ok", "returns/plan two": "failed", "returns/police": "failed"}
    assert all("no such folder" in str(each["why"]) for name, each in told.items() if name != "master")
    issued.configure(BOARD, RETURNS.replace('"returns/"', '"elsewhere/"'))
    assert statuses(issued.sync()) == {"master": "ok", "returns/plan two": "ok", "returns/police": "ok"}


def test_a_renamed_file_is_the_same_instance_under_its_new_name(issued: Suite) -> None:
    folder = issued.folder / "returns"
    with issued.edit("returns/police.xlsx") as sheet:
        sheet.append({"Action": "The police would like this too"})
        sheet.set(FIRST, "Lead officer", "Head of Custody")
    issued.sync("returns/police", code=1)
    ref = issued.action(SECOND)["ref"]
    (folder / "police.xlsx").rename(folder / "q3.xlsx")
    with issued.edit("returns/q3.xlsx") as sheet:
        sheet.set(FIRST, "Progress", "Trained all shifts")
    dry = {each["name"]: each for each in issued.run("sync", "--dry-run", code=None)["connectors"]}
    assert statuses(dry)["returns/q3"] == "ok"
    told = issued.sync(code=1)
    assert statuses(told) == {"master": "ok", "returns/plan two": "ok", "returns/q3": "ok"}
    assert told["returns/q3"]["conflicts"] == 0
    assert issued.action(FIRST)["progress"] == "Trained all shifts"
    (asked,) = issued.run("proposal", "list")
    assert (asked["kind"], asked["connector"]) == ("new", "returns/q3")
    issued.run("proposal", "accept", asked["id"])
    issued.sync()
    (shown,) = [each for each in issued.run("connector", "list") if each["name"] == "returns/q3"]
    assert shown["agency"] == "POL", "by what was settled before: its name says nothing now"
    assert ref
    (folder / "q3.xlsx").rename(folder / "police.xlsx")
    assert statuses(issued.sync()) == {"master": "ok", "returns/plan two": "ok", "returns/police": "ok"}


def test_a_line_of_its_own_takes_a_file_over(issued: Suite) -> None:
    line = RETURNS.replace('"returns/"', '"returns/police.xlsx"').replace('"returns"', '"constabulary"')
    issued.configure(BOARD, RETURNS, line + 'agency = "POL"\n')
    assert statuses(issued.sync()) == {"constabulary": "ok", "master": "ok", "returns/plan two": "ok"}
    issued.configure(BOARD, RETURNS)
    assert statuses(issued.sync()) == {"master": "ok", "returns/plan two": "ok", "returns/police": "ok"}


def test_a_copy_beside_the_original_is_a_question(issued: Suite) -> None:
    folder = issued.folder / "returns"
    shutil.copy(folder / "police.xlsx", folder / "police (returned).xlsx")
    with issued.edit("returns/police (returned).xlsx") as sheet:
        sheet.set(FIRST, "Progress", "Trained all shifts")
    before = (folder / "police (returned).xlsx").read_bytes()
    told = issued.sync(code=1)
    assert statuses(told)["returns/police (returned)"] == "guard"
    assert "is a copy of the one bound to “returns/police”" in str(told["returns/police (returned)"]["why"])
    assert (folder / "police (returned).xlsx").read_bytes() == before
    assert not issued.action(FIRST)["progress"]
    (folder / "police.xlsx").unlink()
    told = issued.sync()
    assert statuses(told) == {"master": "ok", "returns/plan two": "ok", "returns/police (returned)": "ok"}
    assert issued.action(FIRST)["progress"] == "Trained all shifts"


def test_two_copies_of_one_that_is_gone_are_both_refused(issued: Suite) -> None:
    folder = issued.folder / "returns"
    shutil.copy(folder / "police.xlsx", folder / "one.xlsx")
    (folder / "police.xlsx").rename(folder / "two.xlsx")
    told = issued.sync(code=4)
    assert "one.xlsx and two.xlsx carry the mark of “returns/police”" in str(told["returns/one"]["why"])
    assert statuses(told) == {
        "master": "ok", "returns/one": "failed", "returns/plan two": "ok", "returns/police": "failed",
        "returns/two": "failed",
    }  # fmt: skip


def test_a_copy_that_came_back_to_the_folder_while_the_issued_one_is_elsewhere(board: Suite) -> None:
    out = board.folder / "out.xlsx"
    board.run("workbook", "issue", "--agency", "POL", "--out", str(out))
    shutil.copy(out, board.folder / "returns" / "back.xlsx")
    told = board.sync(code=1)
    assert statuses(told) == {"master": "ok", "out": "ok", "returns/back": "guard"}
    out.unlink()
    assert statuses(board.sync()) == {"master": "ok", "returns/back": "ok"}


# --- the configuration ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (RETURNS.replace('"agency"', '"board"'), 'needs side = "agency"'),
        (RETURNS + "create = true\n", "create goes with one file"),
        (RETURNS + '[connector.files]\n"x.xlsx" = "PO"\n', "line 21: [connector.files] 'PO' is no [[agency]] code"),
        (
            RETURNS.replace('"returns/"', '"one.xlsx"') + 'agency = "POL"\n[connector.files]\n"x.xlsx" = "POL"\n',
            "goes with a folder",
        ),
    ],
)
def test_what_does_not_go_with_a_folder(bare: Suite, line: str, told: str) -> None:
    bare.configure(line)
    assert told in bare.run("sync", code=3)["error"]


def test_a_rename_that_is_cut_off_goes_on_where_it_was(issued: Suite) -> None:
    """The new name is noted and the file can't be marked with it: somebody opened it meanwhile."""
    folder = issued.folder / "returns"
    (folder / "police.xlsx").rename(folder / "q3.xlsx")
    issued.run("action", "set", issued.action(FIRST)["ref"], "priority=Urgent")
    with open_runtime(str(issued.folder / "actiontrack.toml")) as runtime:
        connector = runtime.core.connectors["returns/q3"]
        apply = connector.apply

        def opened_meanwhile(batch: Batch) -> Iterator[Outcome]:
            (folder / "~$q3.xlsx").write_bytes(b"\x06Sam Li")
            return apply(batch)

        connector.apply = opened_meanwhile  # type: ignore[method-assign]
        told = {each.name: each.status for each in sync(runtime.core, who="x").connectors}
        assert told["returns/q3"] == "deferred"
    (folder / "~$q3.xlsx").unlink()
    assert statuses(issued.sync()) == {"master": "ok", "returns/plan two": "ok", "returns/q3": "ok"}
    with issued.edit("returns/q3.xlsx") as sheet:
        assert sheet.value(sheet.find(FIRST), "Priority") == "Urgent"


def test_conflicts_and_held_rows_go_with_a_renamed_file(issued: Suite) -> None:
    folder = issued.folder / "returns"
    with issued.edit() as plan:
        plan.set(FIRST, "Action", "As the board wants it")
    with issued.edit("returns/police.xlsx") as sheet:
        sheet.set(FIRST, "Action", "As the police want it")
    issued.sync(code=1)
    (before,) = issued.run("conflict", "list")
    (folder / "police.xlsx").rename(folder / "q3.xlsx")
    told = issued.sync(code=1)
    assert told["returns/q3"]["conflicts"] == 1
    (after,) = issued.run("conflict", "list")
    assert (after["id"], after["since"]) == (before["id"], before["since"])
    assert after["theirs"] == before["theirs"] == "As the police want it"
    assert "returns/q3" in after["connector"]
    issued.run("conflict", "resolve", after["id"], "--take", "theirs")
    issued.sync()
    with issued.edit() as plan:
        assert plan.find("As the police want it")


def test_a_copy_that_a_person_approves_is_kept_in_step_beside_the_original(issued: Suite) -> None:
    folder = issued.folder / "returns"
    shutil.copy(folder / "police.xlsx", folder / "second.xlsx")
    with issued.edit("returns/second.xlsx") as sheet:
        sheet.set(FIRST, "Lead officer", "Head of Custody")
    plan = issued.sync(code=1)["returns/second"]["plan"]
    issued.sync("--approve", plan, code=None)
    told = issued.sync(code=None)
    assert {name: each["status"] for name, each in told.items()} == {
        "master": "ok", "returns/plan two": "ok", "returns/police": "ok", "returns/second": "ok",
    }  # fmt: skip
    assert len([each for each in issued.run("action", "list") if each["text"] == FIRST]) == 1
    values = set()
    for name in ("returns/second.xlsx", "returns/police.xlsx"):
        with issued.edit(name) as sheet:
            values.add(sheet.value(sheet.find(FIRST), "Lead officer"))
    open_there = issued.run("conflict", "list") + issued.run("proposal", "list")
    assert "Head of Custody" in values | {each.get("to") for each in open_there}, "what was typed is nowhere lost"
