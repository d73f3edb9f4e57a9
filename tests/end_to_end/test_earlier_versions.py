"""`connector backups` and `connector restore`: an earlier version of a workbook, found and put back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from board_suite import BOARD, Suite, row

FIRST = "Do the thing numbered 1"
SECOND = "Do the thing numbered 2"


def versions(suite: Suite, name: str = "master") -> list[dict[str, Any]]:
    return suite.run("connector", "backups", name)


def damaged_by_a_person(suite: Suite) -> bytes:
    """The plan as the last sync left it; then somebody clears half of it and a sync writes to what is left."""
    suite.run("action", "set", suite.action(FIRST)["ref"], "priority=Urgent")
    suite.sync()
    good = suite.plan.read_bytes()
    with suite.edit() as plan:
        plan.set(SECOND, "Lead officer", "Nobody")
    suite.run("action", "set", suite.action(FIRST)["ref"], "priority=Low")
    suite.sync(code=None)
    return good


def test_every_replaced_version_is_listed_the_newest_first(adopted: Suite) -> None:
    before = adopted.plan.read_bytes()
    assert len(versions(adopted)) == 1, "the plan as it was before its adoption"
    adopted.run("action", "set", adopted.action(FIRST)["ref"], "priority=Urgent")
    adopted.sync()
    newest, oldest = versions(adopted)
    assert newest["at"] > oldest["at"]
    assert (newest["connector"], newest["file"], newest["size"]) == ("master", "plan.xlsx", len(before))
    assert Path(newest["path"]).read_bytes() == before
    assert newest["sha256"].startswith(newest["id"])
    assert not newest["current"]
    assert {each["connector"] for each in adopted.run("connector", "backups")} == {"master", "police"}


def test_a_version_is_put_back_and_what_it_replaces_is_kept(adopted: Suite) -> None:
    damaged_by_a_person(adopted)
    now = adopted.plan.read_bytes()
    wanted = next(each for each in versions(adopted) if Path(each["path"]).read_bytes() != b"")
    then = Path(wanted["path"]).read_bytes()
    told = adopted.run("connector", "restore", "master", wanted["id"][:6], "--dry-run")
    assert adopted.plan.read_bytes() == now
    assert {(each["cell"], each["now"], each["then"]) for each in told["changes"]} == {("G5", "Low", "Urgent")}
    assert told["kept"] == ""
    told = adopted.run("connector", "restore", "master", wanted["id"])
    assert adopted.plan.read_bytes() == then
    (current,) = [each for each in versions(adopted) if each["current"]]
    assert current["id"] == wanted["id"]
    adopted.run("connector", "restore", "master", told["kept"])
    assert adopted.plan.read_bytes() == now


def test_what_an_old_version_says_is_no_edit_until_it_is_approved(adopted: Suite) -> None:
    damaged_by_a_person(adopted)
    wanted = versions(adopted)[0]["id"]
    adopted.run("connector", "restore", "master", wanted)
    restored = adopted.plan.read_bytes()
    told = adopted.sync(code=1)["master"]
    assert told["status"] == "guard"
    assert "plan.xlsx was put back" in told["why"]
    assert adopted.action(FIRST)["priority"] == "Low"
    assert adopted.plan.read_bytes() == restored
    waiting = {each["name"]: each["waits"] for each in adopted.run("status", code=None)["connectors"]}
    assert "put back" in waiting["master"]
    assert waiting["police"] == ""
    steps = adopted.run("sync", "master", "--dry-run", "--approve", told["plan"])["steps"]
    assert [(step["cell"], step["theirs"], step["does"]) for step in steps] == [("G5", "Urgent", "take")]
    adopted.sync("--approve", told["plan"])
    assert adopted.action(FIRST)["priority"] == "Urgent"
    assert adopted.sync()["master"]["status"] == "ok"


def test_a_file_that_is_gone_comes_back(adopted: Suite) -> None:
    damaged_by_a_person(adopted)
    adopted.plan.unlink()
    newest = versions(adopted)[0]
    told = adopted.run("connector", "restore", "master", newest["id"])
    assert (told["kept"], told["changes"]) == ("", None)
    assert adopted.plan.read_bytes() == Path(newest["path"]).read_bytes()


def test_what_somebody_has_open_is_left_alone_and_says_who(adopted: Suite) -> None:
    damaged_by_a_person(adopted)
    before = adopted.plan.read_bytes()
    adopted.plan.with_name(".~lock.plan.xlsx#").write_text(",Ann Example,board-pc,24.11.2026 09:00,file:///x;")
    told = adopted.run("connector", "restore", "master", versions(adopted)[0]["id"], code=5)
    assert "plan.xlsx: it is open by Ann Example" in told["error"]
    assert adopted.plan.read_bytes() == before
    adopted.plan.with_name(".~lock.plan.xlsx#").unlink()
    assert adopted.sync()["master"]["status"] == "ok", "nothing was restored, nothing waits"


@pytest.mark.parametrize(
    ("name", "backup", "words"),
    [
        ("nobody", "abc", "No connector is called"),
        ("master", "zzzz", "connector backups"),
        ("master", "", "connector backups"),
    ],
)
def test_what_there_is_not_is_said(adopted: Suite, name: str, backup: str, words: str) -> None:
    assert words in adopted.run("connector", "restore", name, backup, code=2)["error"]


def test_a_damaged_backup_is_not_put_back(adopted: Suite) -> None:
    damaged_by_a_person(adopted)
    newest = versions(adopted)[0]
    Path(newest["path"]).write_bytes(b"half of it")
    told = adopted.run("connector", "restore", "master", newest["id"], code=2)
    assert "damaged" in told["error"]


def test_nothing_is_written_where_no_backup_can_be_kept(adopted: Suite) -> None:
    place = adopted.folder / "at-state" / "master" / "backups"
    for each in place.iterdir():
        each.unlink()
    place.rmdir()
    place.write_text("a file where the folder was")
    before = adopted.plan.read_bytes()
    adopted.run("action", "set", adopted.action(FIRST)["ref"], "priority=Urgent")
    told = adopted.sync(code=4)["master"]
    assert told["status"] == "deferred"
    assert "no backup could be kept" in told["why"]
    assert adopted.plan.read_bytes() == before
    place.unlink()
    adopted.sync()
    assert len(versions(adopted)) == 1


def test_a_csv_file_has_its_versions_too(suite: Suite) -> None:
    suite.configure(BOARD.replace("plan.xlsx", "plan (old), v1.2 – café.csv"))
    path = suite.folder / "plan (old), v1.2 – café.csv"
    path.write_text("Ref,Action,Lead agency,Due date\n1,Do it,Norchester Police,2026-12-01\n", encoding="utf-8")
    suite.adopt()
    adopted = path.read_bytes()
    suite.run("action", "set", "1", "text=Do it well")
    suite.sync()
    newest, first = versions(suite)
    assert newest["file"] == path.name
    told = suite.run("connector", "restore", "master", newest["id"])
    assert [(each["cell"], each["now"], each["then"]) for each in told["changes"]] == [("B2", "Do it well", "Do it")]
    assert path.read_bytes() == adopted
    assert Path(first["path"]).suffix == ".csv"


def test_so_many_are_kept_as_the_configuration_says(suite: Suite) -> None:
    suite.configure(BOARD + "backups = 3\n")
    suite.make_plan(row(number) for number in range(1, 4))
    suite.adopt()
    for number in range(5):
        suite.run("action", "set", "1", f"text=Do it {number} times")
        suite.sync()
    assert len(versions(suite)) == 3


def test_an_issued_workbook_that_is_gone_comes_back(suite: Suite) -> None:
    suite.configure(BOARD)
    suite.make_plan(row(number) for number in range(1, 10))
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    issued = suite.folder / "out" / "police.xlsx"
    suite.run("workbook", "issue", "--agency", "POL", "--out", str(issued))
    suite.run("action", "set", suite.action(FIRST)["ref"], "priority=Urgent")
    suite.sync()
    issued.unlink()
    (only,) = versions(suite, "police")
    suite.run("connector", "restore", "police", only["id"])
    assert issued.is_file()
    assert suite.sync(code=1)["police"]["status"] == "guard"
