"""`actiontrack run` as a process of its own: it tells people by itself, and ends between two messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from post_office import MailingBoard, PostOffice, open_post_office
from running import starting

SUBSCRIPTION = (
    '[[subscription]]\nname = "pack"\nreport = "board"\naudience = ["manager"]\nformats = ["json"]\nat = "08:30"\n'
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with open_post_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def board(tmp_path: Path, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> MailingBoard:
    made = MailingBoard(tmp_path, monkeypatch)
    made.set_up(office, SUBSCRIPTION)
    return made


def test_it_delivers_by_itself(board: MailingBoard, office: PostOffice) -> None:
    for number in range(3):
        board.add("2026-09-04", f"officer{number}@pol.example")
    board.run("sweep", now="2026-09-08T05:00:00Z")
    assert office.letters == []
    board.monkeypatch.setenv("AT_NOW", "2026-09-08T09:00:00Z")
    with starting(board) as start:
        running = start("--no-watch")
        running.wait_for(r"messages: 4 sent, 0 refused")
        assert running.stop() == 0
    assert {each.to for each in office.letters} == {
        *(f"officer{number}@pol.example" for number in range(3)), "unit@board.example",
    }  # fmt: skip
    (pack,) = (each for each in office.letters if each.to == "unit@board.example")
    (file,) = pack.mail.iter_attachments()
    assert file.get_filename() == "board-report-2026-09-08.json"


def test_once_delivers_and_ends(board: MailingBoard, office: PostOffice) -> None:
    board.add("2026-09-04", "officer@pol.example")
    board.run("sweep", now="2026-09-08T05:00:00Z")
    board.run("run", "--once", now="2026-09-08T09:00:00Z")
    assert {each.to for each in office.letters} == {"officer@pol.example", "unit@board.example"}
    board.run("run", "--once", now="2026-09-08T10:00:00Z")
    assert len(office.letters) == 2
