"""Files that are evidence: kept once by their content, given back unaltered or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from board_office import BoardOffice

CONTENT = b"36 of 40 records showed it"
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BoardOffice:
    made = BoardOffice(tmp_path, monkeypatch)
    (tmp_path / "audit.csv").write_bytes(CONTENT)
    return made


def kept(office: BoardOffice) -> list[str]:
    folder = office.folder / "actiontrack-state" / "evidence"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def place(office: BoardOffice) -> Path:
    return office.folder / "actiontrack-state" / "evidence" / HASH[:2] / HASH


def test_a_file_is_kept_by_its_content_and_the_same_one_once(office: BoardOffice) -> None:
    ref, other = office.action(), office.action()
    planned = office.ask("action", "evidence", ref, "--file", "audit.csv", "--dry-run")
    assert planned["evidence"][0]["sha256"] == HASH
    assert kept(office) == []
    after = office.ask(
        "action", "evidence", ref, "--file", "audit.csv", "--effective", "2026-10-31", "--shows", "Audit"
    )
    (piece,) = after["evidence"]
    assert (piece["position"], piece["file"], piece["sha256"]) == (1, "audit.csv", HASH)
    assert (piece["effective_date"], piece["received_date"]) == ("2026-10-31", "2026-11-24")
    (office.folder / "copy.csv").write_bytes(CONTENT)
    office.ask("action", "evidence", other, "--file", "copy.csv")
    assert kept(office) == [f"{HASH[:2]}/{HASH}"]
    if os.name == "posix":
        assert stat.S_IMODE(place(office).stat().st_mode) == 0o600


def test_it_is_given_back_after_the_original_is_gone(office: BoardOffice) -> None:
    ref = office.action("number=1.1")
    office.ask("action", "evidence", ref, "--link", "https://example.org/1")
    office.ask("action", "evidence", ref, "--file", "audit.csv")
    (office.folder / "audit.csv").unlink()
    told = office.ask("action", "evidence-file", "1.1", "2", "--out", "back.csv")
    assert (told["file"], told["sha256"]) == ("audit.csv", HASH)
    assert (office.folder / "back.csv").read_bytes() == CONTENT
    assert "there already" in office.refused("action", "evidence-file", "1.1", "2", "--out", "back.csv")
    assert "is no file: https://example.org/1" in office.refused("action", "evidence-file", ref, "1", "--out", "x.csv")
    assert "has no evidence 3" in office.refused("action", "evidence-file", ref, "3", "--out", "x.csv")


def test_an_agency_is_given_its_own_and_the_boards_alone(office: BoardOffice) -> None:
    ref = office.action("agencies=NHS")
    office.ask("action", "evidence", ref, "--file", "audit.csv")
    office.ask("--agency", "POL", "action", "evidence", ref, "--file", "audit.csv")
    give = ("action", "evidence-file", ref)
    assert office.ask("--agency", "NHS", *give, "1", "--out", "1.csv")["position"] == 1
    assert "has no evidence 2" in office.refused("--agency", "NHS", *give, "2", "--out", "2.csv")
    assert "has no evidence 1" in office.refused("--agency", "COU", *give, "1", "--out", "2.csv")
    assert "COU has no leg" in office.refused("--agency", "COU", "action", "evidence", ref, "--file", "audit.csv")


@pytest.mark.parametrize("what", ["missing", "altered"])
def test_the_doctor_tells_of_a_file_that_is_missing_or_altered(office: BoardOffice, what: str) -> None:
    ref = office.action("number=1.1")
    office.ask("action", "evidence", ref, "--file", "audit.csv")
    assert office.type("doctor").code == 0
    if what == "missing":
        place(office).unlink()
    else:
        place(office).write_bytes(b"40 of 40 records showed it")
    checks = office.ask("doctor")["checks"]
    [said] = [check["text"] for check in checks if check["what"] == "evidence"]
    assert said.startswith("Evidence 1 of 1.1 (")
    assert what in said
    assert what in office.refused("action", "evidence-file", ref, "1", "--out", "back.csv")
    assert not (office.folder / "back.csv").exists()
    # Given once more, it is whole again.
    office.ask("action", "evidence", ref, "--file", "audit.csv")
    assert office.type("doctor").code == 0


def test_a_backup_says_that_the_files_are_beside_it(office: BoardOffice) -> None:
    assert "copy the folder" not in office.type("backup", "1.db").out
    office.ask("action", "evidence", office.action(), "--file", "audit.csv")
    told = office.ask("backup", "2.db")
    assert told["evidence_files"] == 1
    assert Path(told["evidence_folder"]).resolve() == place(office).parents[1].resolve()
    assert "copy the folder" in office.type("backup", "3.db").out


def test_what_is_no_evidence_is_refused_and_nothing_is_kept(office: BoardOffice) -> None:
    office.configure('evidence_megabytes = 1\nevidence_types = ["csv", "exe"]')
    ref = office.action()
    here = office.folder
    (here / "empty.csv").write_bytes(b"")
    (here / "large.csv").write_bytes(b"x" * ((1 << 20) + 1))
    (here / "run.exe").write_bytes(b"MZ")
    (here / "audit.csv.EXE").write_bytes(b"MZ")
    (here / "notes.docm").write_bytes(b"x")
    (here / "README").write_bytes(b"x")
    (here / "folder.csv").mkdir()
    (here / "link.csv").symlink_to(here / "audit.csv")
    for name, says in {
        "empty.csv": "is empty",
        "large.csv": "is larger than 1 MB",
        "run.exe": "so it is never evidence",
        "audit.csv.EXE": "so it is never evidence",
        "notes.docm": "a .docm file is not taken as evidence; [board] evidence_types has csv, exe",
        "README": "a file without an ending is not taken as evidence",
        "folder.csv": "directory",
        "link.csv": "is a link to another place",
        "nowhere.csv": "can't be read",
    }.items():
        assert says in office.refused("action", "evidence", ref, "--file", name), name
    (here / "just.csv").write_bytes(b"x" * (1 << 20))
    assert len(office.ask("action", "evidence", ref, "--file", "just.csv")["evidence"]) == 1
    assert len(kept(office)) == 1


@pytest.mark.parametrize("given", [("--file", "audit.csv"), ("--link", "https://example.org/1")])
def test_evidence_of_a_day_to_come_is_refused(office: BoardOffice, given: tuple[str, str]) -> None:
    ref = office.action()
    said = office.refused("action", "evidence", ref, *given, "--effective", "2026-11-25")
    assert said == "Evidence received on 2026-11-24 can't show what is so until 2026-11-25; give an earlier day."
    assert office.ask("action", "evidence", ref, *given, "--effective", "2026-11-24")["evidence"] != []
