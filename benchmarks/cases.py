"""Every case by name: made ready in a folder, ours beside its peers. A new case is one function more."""

from __future__ import annotations

import functools
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from proof.peers.kit import LackingError

from benchmarks.material import AGENCIES
from benchmarks.measure import measure
from benchmarks.million import SWEPT_ON
from benchmarks.race import Race

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Case:
    """`make` gets an empty folder and the size."""

    name: str
    what: str
    rows: int
    make: Callable[[Path, int], Race]


def _module(name: str, *args: str | Path) -> list[str]:
    return [sys.executable, "-m", name, *map(str, args)]


def _script(name: str, *args: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "benchmarks" / name), *map(str, args)]


def _apart(name: str, *args: object, of: str = "material") -> None:
    """Call a function of that module in a process of its own: its memory must not count for those timed."""
    called = ", ".join(f"Path({str(arg)!r})" if isinstance(arg, Path) else repr(arg) for arg in args)
    code = f"from pathlib import Path; from benchmarks import {of}; {of}.{name}({called})"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


# --- the cases ------------------------------------------------------------------------------------------------------


def _startup(folder: Path, rows: int) -> Race:
    return Race(
        folder,
        ours=_module("actiontrack", "--help"),
        peers={"click": _script("peers/click_hello.py", "--help"), None: [sys.executable, "-c", "pass"]},
    )


def _workbook_read(folder: Path, rows: int) -> Race:
    plan = folder / "plan.xlsx"
    _apart("make_plan", plan, rows, True)
    return Race(
        folder,
        ours=_script("ours/read_workbook.py", plan),
        peers={
            "python-calamine": _script("peers/calamine_read.py", plan),
            "openpyxl": _script("peers/openpyxl_read.py", plan),
        },
    )


def _workbook_write(folder: Path, rows: int) -> Race:
    original, plan = folder / "original.xlsx", folder / "plan.xlsx"
    _apart("make_plan", original, rows, True)
    return Race(
        folder,
        ours=_script("ours/write_workbook.py", plan),
        peers={"openpyxl": _script("peers/openpyxl_write.py", plan)},
        before_each=lambda: shutil.copyfile(original, plan) and None,
    )


_BOARD = """[board]
name = "Exampleshire Safeguarding Adults Board"
nation = "ENG"
[store]
url = "sqlite:///at.db"
"""
_CONNECTOR = """[[connector]]
name = "master"
type = "spreadsheet"
path = "plan.xlsx"
side = "board"
review = "SAR-2026-01"
"""


def _sync_unchanged_beside_vdirsyncer(folder: Path, rows: int) -> Race:
    """vdirsyncer keeps as many items, a file each, in two folders, and has nothing to do but look."""
    race = _sync_unchanged(folder, rows)
    try:
        vdirsyncer = _vdirsyncer(folder / "vdirsyncer", rows)
    except LackingError as lacking:
        print(f"without vdirsyncer: {lacking}", file=sys.stderr)
        return race
    return replace(race, peers={"vdirsyncer": vdirsyncer, **race.peers})


def _vdirsyncer(folder: Path, items: int) -> list[str]:
    """The command that syncs a pair of folders which agree. Raises LackingError where it can't be installed."""
    from proof.peers import kit, vdirsyncer

    pair = vdirsyncer.Pair(folder, "")
    tool = vdirsyncer.Tool(folder, kit.install(folder, *vdirsyncer.REQUIREMENTS))
    for number in range(items):
        vdirsyncer.write(pair.a, number)
    tool.configure(pair)
    kit.must(tool.command("sync"), cwd=folder, env=tool.env)
    return [str(part) for part in tool.command("sync")]


def _sync_unchanged(folder: Path, rows: int) -> Race:
    _adopted(folder, rows)
    plan, register, copy = folder / "plan.xlsx", folder / "register.xlsx", folder / "copy.xlsx"
    _apart("shuffle_strings", plan, 1)
    for theirs in (register, copy):
        shutil.copyfile(plan, theirs)
    again = _keep(folder, plan, folder / "at.db", register, copy)
    expected = _hash(plan)

    def check() -> None:
        if _hash(plan) != expected:
            raise RuntimeError("sync changed a workbook in which nothing had changed")

    return Race(
        folder,
        ours=_SYNC,
        peers={
            "pandas": _script("peers/pandas_sync.py", register, copy),
            "python-calamine": _script("peers/pandas_sync.py", register, copy, "--engine", "calamine"),
            None: _script("peers/calamine_read.py", plan),
        },
        before_each=again,
        check=check,
    )


def _sync_changed(folder: Path, rows: int) -> Race:
    """One row in a hundred changed in the workbook, as many others here; then both sides hold both."""
    _adopted(folder, rows)
    plan, register, copy = (folder / f"{name}.xlsx" for name in ("plan", "register", "copy"))
    _apart("change_both", folder, max(1, rows // 100))
    shutil.copyfile(plan, copy)
    again = _keep(folder, plan, folder / "at.db", register, copy)
    pandas = _script("peers/pandas_sync.py", register, copy, "--base", folder / "base.pkl")

    def check() -> None:
        _apart("check_both", folder)

    return Race(
        folder,
        ours=_SYNC,
        peers={"pandas": pandas, "python-calamine": [*pandas, "--engine", "calamine"]},
        before_each=again,
        check=check,
    )


def _sync_same_file(folder: Path, rows: int) -> Race:
    """Beside a command that loads the same program and opens the same store, and one that does neither."""
    _adopted(folder, rows)
    return Race(
        folder,
        ours=_SYNC,
        peers={
            "actiontrack": _module("actiontrack", "--json", "connector", "list"),
            None: _module("actiontrack", "--help"),
        },
    )


def _recovery(where: str) -> Callable[[Path, int], Race]:
    """A sync that was killed with one write in a hundred rows on its way; beside it, one that has nothing to recover.

    What nothing has moved in is not read at all: the peer's plan was saved again, so that it is.
    """

    def make(folder: Path, rows: int) -> Race:
        changed = max(1, rows // 100)
        untouched = folder / "untouched"
        _adopted(untouched, rows)
        _apart("shuffle_strings", untouched / "plan.xlsx", 1)
        _adopted(folder, rows)
        _apart("cut_off", folder, changed, where)
        left = [path for path in (folder / "plan.xlsx", folder / "at.db", folder / "at.db-wal") if path.exists()]
        ours_again = _keep(folder, *left)
        theirs_again = _keep(untouched, untouched / "plan.xlsx", untouched / "at.db")

        def again() -> None:
            ours_again()
            theirs_again()

        def check() -> None:
            _apart("check_recovered", folder, changed)

        config = str(untouched / "actiontrack.toml")
        peer = _module("actiontrack", "--config", config, "--json", "sync")
        return Race(folder, ours=_SYNC, peers={"actiontrack": peer}, before_each=again, check=check)

    return make


_INSTANCES = 100


def _instances(folder: Path, rows: int) -> Race:
    """A hundred instances, each saved again by another program; the peer reads the same files and does no more.

    Before anything is timed: one that fails changes no other's plan by a byte.
    """
    (folder / "actiontrack.toml").write_text(_BOARD + _agencies(), "utf-8")
    _apart("adopt_many", folder, _INSTANCES, max(1, rows // _INSTANCES))
    _apart("check_isolation", folder)
    plans = sorted(folder.glob("plan*.xlsx"))
    for plan in plans:
        _apart("shuffle_strings", plan, 1)
    again = _keep(folder, folder / "at.db", *plans)
    expected = [_hash(plan) for plan in plans]

    def check() -> None:
        if [_hash(plan) for plan in plans] != expected:
            raise RuntimeError("sync changed a workbook in which nothing had changed")

    return Race(
        folder, ours=_SYNC, peers={None: _script("peers/calamine_read.py", *plans)}, before_each=again, check=check
    )


_LADDER = """reminder_days = []
manager = "manager@example.org"
chair = "chair@example.org"
"""
_RECORDED = 0.746
"""Rows a million actions are to have: as a plain query over SQLite was measured with, before this was written."""


def _sweep(*, again: bool) -> Callable[[Path, int], Race]:
    """A first sweep, or one that finds all of it told. Beside it: the same levels by a query over plain tables, without
    why, whom, digests or audit."""

    def make(folder: Path, rows: int) -> Race:
        (folder / "actiontrack.toml").write_text(
            _BOARD.replace("[store]", f"{_LADDER}[store]") + _many_agencies(200), "utf-8"
        )
        _apart("make_board", folder, rows, of="million")
        env = {"AT_NOW": f"{SWEPT_ON}T09:00:00"}
        command, peer = (
            _module("actiontrack", "--json", "sweep"),
            _script("peers/sqlite_sweep.py", folder / "register.db"),
        )
        if again:
            for each in (command, peer):
                measure(each, cwd=str(folder), env=env)
        put_back = _keep(folder, *(path for path in folder.glob("*.db*") if path.suffix == ".db"))

        def again_from_there() -> None:
            for name in ("at.db-wal", "at.db-shm"):
                (folder / name).unlink(missing_ok=True)
            put_back()

        def check() -> None:
            _apart("check_swept", folder, round(rows * _RECORDED), of="million")

        return Race(folder, ours=command, peers={None: peer}, before_each=again_from_there, check=check, env=env)

    return make


def _many_agencies(count: int) -> str:
    return "".join(
        f'[[agency]]\ncode = "A{at:03}"\nname = "Agency {at}"\nlead = "lead{at}@example.org"\n'
        f'executive = "executive{at}@example.org"\n'
        for at in range(count)
    )


_MOST_BYTES = 2_000_000
"""What GOV.UK Notify takes as an attachment."""


def _report(folder: Path, rows: int) -> Race:
    """One table over many pages as a tagged PDF; WeasyPrint sets the same from HTML."""
    table, made = folder / "table.json", folder / "ours.pdf"
    fonts = ROOT / "plugins/report-pdf/src/actiontrack_report_pdf/fonts"
    _apart("make_table", table, rows)
    try:
        from proof.peers import kit

        python = str(kit.install(folder, f"weasyprint=={_WEASYPRINT}") / "python")
        peers: dict[str | None, list[str]] = {
            "weasyprint": [python, *_script("peers/weasyprint_table.py", table, folder / "peer.pdf", fonts)[1:]]
        }
    except LackingError as lacking:
        print(f"without WeasyPrint: {lacking}", file=sys.stderr)
        peers = {}

    def check() -> None:
        _apart("check_table", made, rows, _MOST_BYTES)

    return Race(
        folder, ours=_script("ours/report_pdf.py", table, made),
        peers={**peers, None: [sys.executable, "-c", "import actiontrack.api"]}, check=check,
    )  # fmt: skip


_WEASYPRINT = "70.0"
_SYNC = _module("actiontrack", "--json", "sync")


def _keep(folder: Path, *files: Path) -> Callable[[], None]:
    """What puts these files back as they are now, so that every run has the same to do."""
    kept = folder / "kept"
    kept.mkdir()
    for file in files:
        shutil.copyfile(file, kept / file.name)

    def put_back() -> None:
        for file in files:
            shutil.copyfile(kept / file.name, file)

    return put_back


def _adopted(folder: Path, rows: int) -> None:
    """A folder with a plan that was adopted: made once for all cases of a size, for it takes a while."""
    shutil.copytree(_made(rows).name, folder, dirs_exist_ok=True)


@functools.cache
def _made(rows: int) -> tempfile.TemporaryDirectory[str]:
    made = tempfile.TemporaryDirectory(prefix="benchmark-")
    folder = Path(made.name)
    (folder / "actiontrack.toml").write_text(_BOARD + _agencies() + _CONNECTOR, "utf-8")
    _apart("make_plan", folder / "plan.xlsx", rows)
    _apart("adopt", folder)
    return made


def _agencies() -> str:
    return "".join(f'[[agency]]\ncode = "{code}"\nname = "{name}"\n' for code, name in AGENCIES.items())


_AGAIN = "a plan saved again by another program, nothing changed"
_SAME = "a plan nobody has touched since the last sync"
_CUT_OFF = "a sync killed with one row in a hundred on its way into the plan"
_LIVE = "live actions, three in ten overdue, over four levels of the ladder"
_CHANGED = "one row in a hundred changed in the workbook, as many others here"

CASES = {
    case.name: case
    for case in (
        Case("startup", "`actiontrack --help`", 0, _startup),
        Case("workbook-read", "every cell of a plan of fifteen columns", 100_000, _workbook_read),
        Case("workbook-write", "one row in a hundred edited in a plan of fifteen columns", 10_000, _workbook_write),
        Case("sync-same-file", f"{_SAME}; beside `connector list`, `--help`", 100_000, _sync_same_file),
        Case("sync-unchanged-1k", _AGAIN, 1_000, _sync_unchanged),
        Case("sync-unchanged-10k", _AGAIN, 10_000, _sync_unchanged_beside_vdirsyncer),
        Case("sync-unchanged-100k", _AGAIN, 100_000, _sync_unchanged),
        Case("sync-1pct-10k", _CHANGED, 10_000, _sync_changed),
        Case("sync-1pct-100k", _CHANGED, 100_000, _sync_changed),
        Case("recovery-100k", f"{_CUT_OFF}, all written and nothing acknowledged", 100_000, _recovery("after")),
        Case("recovery-100k-unsent", f"{_CUT_OFF}, nothing written", 100_000, _recovery("before")),
        Case("sweep-1m", f"{_LIVE}; beside a query over plain tables", 1_000_000, _sweep(again=False)),
        Case("sweep-1m-again", f"{_LIVE}, all told already; beside the same query", 1_000_000, _sweep(again=True)),
        Case("report-20", "a table of 20 pages as a tagged PDF", 328, _report),
        Case("report-200", "a table of 200 pages as a tagged PDF", 3_360, _report),
        Case("instances-100", f"{_INSTANCES} plans saved again by another program", 100_000, _instances),
    )
}
