"""One workbook's trial: edited by us, edited by openpyxl, each judged by programs that had no part in it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fidelity import edit as edits
from benchmarks.fidelity import judge
from benchmarks.fidelity.child import Child, DiedError, FailedError
from benchmarks.fidelity.edit import Edited, RefusedError
from benchmarks.fidelity.office import OfficeError

SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")
Look = Callable[[Path], dict[str, judge.Cells]]


@dataclass(slots=True)
class Tally:
    """The figures of one way of editing. ``told`` has a line for each refusal and for each thing that went wrong."""

    files: int = 0
    edited: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    parts_lost: int = 0
    parts_changed: int = 0
    wrong_values: int = 0
    crashes: int = 0
    files_harmed: int = 0
    """With a part lost or a wrong value."""
    refusals: list[dict[str, str]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        names = ("files", "edited", "refused", "parts_lost", "parts_changed", "wrong_values", "crashes", "files_harmed")
        return {name: dict(self.refused) if name == "refused" else getattr(self, name) for name in names}


class Trials:
    """Tries files in a folder for copies; ``office``: another look, through LibreOffice."""

    def __init__(self, folder: Path, office: Look | None = None) -> None:
        self.ours, self.openpyxl = Tally(), Tally()
        self._folder = folder
        self._office = office
        self._child = Child()

    def close(self) -> None:
        self._child.close()

    def run(self, source: Path, name: str) -> None:
        """Both ways on one file; ``name`` is what it is called in what is told."""
        ours = self._edit(self.ours, source, name, edits.edit_in_place, self._folder / "backups")
        theirs = self._edit(self.openpyxl, source, name, edits.edit_by_openpyxl, ours[1] if ours else None)
        looks: dict[str, Any] = {}
        for tally, made in ((self.ours, ours), (self.openpyxl, theirs)):
            if made:
                self._judge(tally, name, source, *made, looks)
                made[0].unlink()

    def _edit(
        self, tally: Tally, source: Path, name: str, way: Callable[..., Edited], extra: Any
    ) -> tuple[Path, Edited] | None:
        tally.files += 1
        copy = self._folder / ("ours" if tally is self.ours else "openpyxl") / source.name
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, copy)
        try:
            made: Edited = self._child.run(way, copy, extra, expected=(RefusedError,))
        except RefusedError as refused:
            copy.unlink()
            tally.refused[refused.reason] += 1
            tally.refusals.append({"file": name, "reason": refused.reason, "message": str(refused)})
            return None
        except (DiedError, FailedError) as error:
            copy.unlink()
            tally.crashes += 1
            tally.told.append({"file": name, "crash": str(error)})
            return None
        tally.edited += 1
        return copy, made

    def _judge(self, tally: Tally, name: str, source: Path, copy: Path, made: Edited, looks: dict[str, Any]) -> None:
        try:
            lost, changed = self._child.run(judge.parts_harmed, source, copy, made)
            wrong = self._wrong(source, copy, made, looks)
        except (DiedError, FailedError) as error:
            lost, changed, wrong = [], [], [f"the result can't be read: {error}"]
        tally.parts_lost += len(lost)
        tally.parts_changed += len(changed)
        tally.wrong_values += len(wrong)
        tally.files_harmed += bool(lost or wrong)
        unseen = ["no other reader can read it"] if looks.get("reader", "") is None else []
        problems = {"lost": lost, "changed": changed if tally is self.ours else [], "wrong": wrong, "unseen": unseen}
        if any(problems.values()):
            tally.told.append({"file": name, **{kind: found[:20] for kind, found in problems.items() if found}})

    def _wrong(self, source: Path, copy: Path, made: Edited, looks: dict[str, Any]) -> list[str]:
        """What another reader sees besides the edit: python-calamine, or openpyxl where that gives up on the file."""
        if "reader" not in looks:
            looks["reader"], looks["before"] = self._reader(source, made.sheet)
        wrong = []
        if looks["reader"]:
            wrong = judge.wrong_cells(looks["before"], self._child.run(looks["reader"], copy), made)
        if self._office:
            wrong += [f"LibreOffice: {each}" for each in self._wrong_in_office(source, copy, made, looks)]
        return wrong

    def _wrong_in_office(self, source: Path, copy: Path, made: Edited, looks: dict[str, Any]) -> list[str]:
        if "office" not in looks:
            looks["office"] = self._look_in_office(source, source.name)
        before, after = looks["office"], self._look_in_office(copy, source.name)
        if isinstance(before, OfficeError):  # it could not open the file as it was either
            return []
        return [str(after)] if isinstance(after, OfficeError) else judge.wrong_cells(before, after, made)

    def _look_in_office(self, path: Path, name: str) -> dict[str, judge.Cells] | OfficeError:
        """Always at the same place, as it shows links to other files by where they are."""
        assert self._office
        shown = self._folder / "office" / name
        shown.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, shown)
        try:
            return self._office(shown)
        except OfficeError as error:
            return error
        finally:
            shown.unlink()

    def _reader(self, source: Path, sheet: str) -> tuple[Look | None, dict[str, judge.Cells]]:
        """Who can read the sheet as it was, and what it sees; None where neither can."""
        for look in (judge.seen_by_calamine, judge.seen_by_openpyxl):
            with suppress(DiedError, FailedError):
                seen = self._child.run(look, source)
                if sheet in seen:
                    return look, seen
        return None, {}
