"""The backup ring: kept per file, whatever it is called; the newest and the last of each day stay."""

from __future__ import annotations

import errno
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack_spreadsheet.workbook import Ring, WorkbookBusy, kept_in
from actiontrack_spreadsheet.workbook.ring import DAYS, worth_keeping

NAMES = [
    "plan.xlsx", "plan", "plan.v1.2.xlsx", "plan (old), café – 100%.xlsx", "[a-z]*.csv", "-plan-.xlsx", "plan$.xlsx",
    "ö" * 90 + "x" * 60 + ".xlsx", "plan-20261124T090000000000Z-0123456789ab.xlsx",
]  # fmt: skip


def contents(ring: Ring) -> list[bytes]:
    return [each.path.read_bytes() for each in ring.versions()]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_file_is_called_its_versions_are_found(tmp_path: Path, name: str) -> None:
    ring = Ring(tmp_path / "ring", tmp_path / name)
    for number in range(3):
        ring.keep(b"%d" % number)
    assert contents(ring) == [b"0", b"1", b"2"]
    assert {each.path.suffix for each in ring.versions()} == {Path(name).suffix}


def test_files_whose_names_begin_alike_keep_apart(tmp_path: Path) -> None:
    rings = [Ring(tmp_path, Path(name)) for name in (*NAMES, "plan-2.xlsx", "plan.xlsm", "pla.xlsx", "Plan old.xlsx")]
    for at, ring in enumerate(rings):
        for number in range(2):
            ring.keep(b"%d of %d" % (number, at))
    for at, ring in enumerate(rings):
        ring.thin(1)
        assert b"1 of %d" % at in contents(ring)
        assert all(content.endswith(b" of %d" % at) for content in contents(ring))
    assert len(kept_in(tmp_path)) == len(rings)


def test_a_version_replaced_again_is_the_newest_and_there_once(tmp_path: Path) -> None:
    ring = Ring(tmp_path, Path("plan.xlsx"))
    for content in (b"a", b"b", b"a"):
        assert ring.keep(content).read_bytes() == content
    assert contents(ring) == [b"b", b"a"]


def test_a_damaged_version_is_not_taken_for_the_one_it_was(tmp_path: Path) -> None:
    ring = Ring(tmp_path, Path("plan.xlsx"))
    ring.keep(b"a").write_bytes(b"half")
    assert ring.keep(b"a").read_bytes() == b"a"


def test_a_clock_set_back_does_not_change_the_order(tmp_path: Path) -> None:
    ring = Ring(tmp_path, Path("plan.xlsx"))
    later = datetime.now(UTC) + timedelta(days=400)
    kept = ring.keep(b"from the future")
    kept.replace(kept.with_name(kept.name.replace(kept.name[5:13], f"{later:%Y%m%d}")))
    ring.keep(b"now")
    ring.thin(1)
    assert contents(ring)[-1] == b"now"


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    strangers = [tmp_path / "plan.xlsx", tmp_path / "plan-20261399T990000000000Z-0123456789ab.xlsx"]
    for each in strangers:
        each.write_bytes(b"somebody's")
    ring = Ring(tmp_path, Path("plan.xlsx"))
    for number in range(4):
        ring.keep(b"%d" % number)
    ring.thin(1)
    assert all(each.read_bytes() == b"somebody's" for each in strangers)


def test_a_full_disk_is_said_and_leaves_no_half_a_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring(tmp_path / "ring", Path("plan.xlsx"))
    ring.keep(b"a")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkbookBusy, match=r"plan\.xlsx: no backup could be kept .*nothing was written"):
        ring.keep(b"b")
    assert [each.name for each in (tmp_path / "ring").iterdir()] == [each.path.name for each in ring.versions()]
    assert contents(ring) == [b"a"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_version_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(b"a")
    path.chmod(0o640)
    assert Ring(tmp_path / "ring", path).keep(b"a").stat().st_mode & 0o777 == 0o600


_MOMENTS = st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), unique=True).map(sorted)


@given(_MOMENTS, st.integers(1, 30))
def test_the_newest_stay_and_the_last_of_each_day(moments: list[datetime], newest: int) -> None:
    kept = worth_keeping(moments, newest)
    assert set(range(len(moments))[-newest:]) <= kept
    days = sorted({moment.date() for moment in moments})
    for day in days[-DAYS:]:
        assert max(at for at, moment in enumerate(moments) if moment.date() == day) in kept
    assert len(kept) <= newest + DAYS


@given(_MOMENTS, st.integers(1, 30))
def test_thinning_again_drops_nothing_more(moments: list[datetime], newest: int) -> None:
    once = [moments[at] for at in sorted(worth_keeping(moments, newest))]
    assert len(worth_keeping(once, newest)) == len(once)
