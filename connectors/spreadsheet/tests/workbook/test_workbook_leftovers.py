"""What a writer that was killed left beside a workbook, among its versions or beside a new file: cleared in the end."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from actiontrack_spreadsheet.newfile import put
from actiontrack_spreadsheet.workbook import Ring
from actiontrack_spreadsheet.workbook.beside import LEFT, make_beside


def made(folder: Path, name: str = "", *, ago: float) -> Path:
    """A file of that age; without a name, one as a killed writer leaves it."""
    if name:
        path = folder / name
    else:
        handle, path = make_beside(folder)
        os.close(handle)
    path.write_bytes(b"half a workb")
    then = folder.stat().st_mtime - ago
    os.utime(path, (then, then))
    return path


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: put(folder / "new.xlsx", b"new"),
        lambda folder: Ring(folder, folder / "plan.xlsx").keep(b"old"),
    ],
)
def test_what_is_long_left_is_cleared_and_what_is_being_written_stays(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    fresh, old = made(tmp_path, ago=LEFT / 2), made(tmp_path, ago=2 * LEFT)
    write(tmp_path)
    assert fresh.exists()
    assert not old.exists()


def test_nothing_else_is_cleared_however_old(tmp_path: Path) -> None:
    names = (
        ".actiontrack-abcdefgh.tmp.xlsx", ".actiontrack-abcdefg.tmp", ".actiontrack-ABCDEFGH.tmp", ".actiontrack-.tmp",
        "actiontrack-abcdefgh.tmp", ".actiontrack-demo", ".actiontrack-my notes.tmp", "~$plan.xlsx", "abcdefgh.tmp",
    )  # fmt: skip
    kept = [made(tmp_path, name, ago=100 * LEFT) for name in names]
    folder = tmp_path / ".actiontrack-abcdefgh.tmp"
    folder.mkdir()
    link = tmp_path / ".actiontrack-abcdefgi.tmp"
    link.symlink_to(kept[0])
    for path in (folder, link):
        os.utime(path, (0, 0), follow_symlinks=False)
    put(tmp_path / "new.xlsx", b"new")
    assert all(path.exists() for path in (*kept, folder, link))


def test_a_leftover_that_can_not_be_cleared_keeps_nobody_from_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = made(tmp_path, ago=2 * LEFT)
    honest = os.unlink

    def held(path: str | Path, **options: int) -> None:
        if Path(path) == old:
            raise PermissionError(13, "sharing violation")
        honest(path, **options)

    monkeypatch.setattr(os, "unlink", held)
    put(tmp_path / "new.xlsx", b"new")
    assert (tmp_path / "new.xlsx").read_bytes() == b"new"
    assert old.exists()
