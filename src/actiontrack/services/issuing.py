"""Workbooks issued to agencies: made for one agency, told apart by their binding, kept in step like any instance."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from actiontrack.domain.ledger import Instance
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import UserError
from actiontrack.ports import InstanceSettings
from actiontrack.services.core import Core

TYPE = "spreadsheet"


def instance_at(core: Core, path: Path, folder: Path) -> InstanceSettings | None:
    """The instance whose file this is, configured or issued. `folder` is what paths are relative to."""
    for each in core.instances.values():
        if each.type == TYPE and (folder / str(each.options.get("path", ""))).resolve() == path:
            return each
    return None


def check_issue(known: InstanceSettings | None, agency: str, path: Path) -> None:
    """Raise UserError where a workbook for this agency can't be made there."""
    if path.exists():
        raise UserError(f"{path}: it is there already; `actiontrack workbook refresh {path}` brings it up to date")
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"{path}: a workbook is issued as .xlsx; choose such a name")
    if known is not None and (known.side is not Side.AGENCY or known.agency != agency):
        whose = f"agency {known.agency}" if known.agency else "the Board"
        raise UserError(f"{path}: the configuration has it as connector “{known.name}” of {whose}; choose another file")


def name_for(core: Core, path: Path) -> str:
    """A name for a workbook that no line configures: that of an issue that was cut off, else the file's."""
    with core.store.reading() as reader:
        stored = reader.find(Instance)
    again = [each.name for each in stored if each.issued_to and each.source == str(path)]
    return again[0] if again else _free(path.stem, {each.name for each in stored} | core.instances.keys())


def note_issued(core: Core, name: str, agency: str, path: Path, who: str) -> None:
    """Remember the workbook, before it is made, as an instance of its own."""
    with core.store.writing(who, "workbook issue") as writer:
        known = writer.get(Instance, name) or Instance(name=name)
        writer.put(known.model_copy(update={"issued_to": agency, "source": str(path)}))


def issued_under(core: Core, binding: str) -> Instance | None:
    """The issued workbook that this mark names: a copy of it has come back."""
    from actiontrack.services.sync.gate import bound_to

    mark = bound_to(binding)
    with core.store.reading() as reader:
        found = reader.get(Instance, mark[1]) if mark else None
    return found if found is not None and found.issued_to and found.binding == binding else None


def _free(stem: str, taken: Collection[str]) -> str:
    names = (f"{stem}-{number}" if number > 1 else stem for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
