"""What the kill sweep and the faults of the disk once found broken, each by its name."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from board_suite import Suite
from proof.disk.faults import Failing
from proof.kills import doors
from proof.kills.scenarios import NOW, one_cell, synced, text

REPLACED = "replace actiontrack_spreadsheet.workbook.replace.replace_file"


class Stopped(BaseException):
    """The process ends here."""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.setenv("AT_NOW", NOW)
    monkeypatch.setenv("ACTIONTRACK_USER", "manager")
    return Suite(tmp_path, monkeypatch)


def stopped(suite: Suite, step: str, when: str) -> None:
    """A sync that ends there."""

    def stop(name: str, moment: str) -> None:
        if (name, moment) == (step, when):
            raise Stopped

    with doors.listening(stop), pytest.raises(Stopped):
        suite.run("sync")


def test_i8_who_typed_over_the_one_cell_that_was_written_saw_it(suite: Suite) -> None:
    """One cell was written, the sync was cut off, a person typed over that cell: a conflict, though both were seen."""
    one_cell(suite)
    stopped(suite, REPLACED, "after")
    with suite.edit() as plan:
        assert plan.value(plan.find(text(1)), "Priority") == "Urgent"
        plan.set(text(1), "Priority", "Typed over ours")
    synced(suite)
    assert suite.run("conflict", "list") == []
    assert suite.action(text(1))["priority"] == "Typed over ours"


def test_i1_a_value_that_a_person_typed_too_is_no_sign_that_ours_arrived(suite: Suite) -> None:
    """Two cells wait to be written, the sync is cut off before, and a person types the same in one and other words in
    the other: those were taken as typed over ours, which nobody had seen, and ours was gone without a question.
    """
    one_cell(suite)
    suite.run("action", "set", "1", "lead_officer=Head of Custody")
    stopped(suite, REPLACED, "before")
    with suite.edit() as plan:
        plan.set(text(1), "Priority", "Urgent")
        plan.set(text(1), "Lead officer", "Head of Crime")
    synced(suite)
    (found,) = suite.run("conflict", "list")
    assert (found["field"], found["ours"], found["theirs"]) == ("lead_officer", "Head of Custody", "Head of Crime")


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_i6_a_disk_that_fails_the_store_is_told_as_that(suite: Suite, number: int) -> None:
    """An input/output error of the store was told as a fault of ours, to be reported."""
    one_cell(suite)
    failing = Failing(1, number)
    with doors.listening(failing):
        told = suite.run("sync", code=5)
    assert failing.failed == "commit services.sync.engine._plan"
    assert told["error"].startswith("The disk that holds the store ")
    assert os.strerror(number) not in told["error"]
