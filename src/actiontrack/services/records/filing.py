"""Evidence as files: kept by their content, given back only unaltered, and looked after by the doctor."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from actiontrack.domain.fields import FIELDS, why_not_theirs
from actiontrack.domain.nouns import Action, Evidence
from actiontrack.errors import NotAllowed, NotFound, UserError
from actiontrack.ports import EvidenceFiles, Writer
from actiontrack.services.core import Core
from actiontrack.services.records.asking import Asker, change_action, refuse_later_period, standing_for_owner
from actiontrack.services.records.changing import new_id
from actiontrack.services.records.desk import ActionFile, Desk
from actiontrack.services.records.gaps import forget_mended
from actiontrack.services.records.listing import find_ref
from actiontrack.services.records.projection import Viewer, log

EXECUTABLE = frozenset({
    "app", "apk", "bat", "cmd", "com", "cpl", "dll", "exe", "gadget", "hta", "jar", "js", "jse", "lnk", "msi", "msp",
    "ps1", "reg", "scr", "sh", "vb", "vbe", "vbs", "wsf", "wsh",
})  # fmt: skip
"""Endings of files that do something when they are opened: never evidence, whatever the board allows."""


def add_evidence_file(
    core: Core, name: str, path: Path, asker: Asker, *, effective: date | None, shows: str, dry_run: bool = False
) -> dict[str, Any]:
    """Keep a file as evidence, known by its SHA-256. Raises UserError and NotAllowed, with what is wrong with it."""
    files = _files(core)
    _refuse_type(core, path)
    refuse_later_period(core, effective)

    def work(desk: Desk, writer: Writer) -> ActionFile:
        file = desk.file(find_ref(writer, name))
        why = why_not_theirs(FIELDS["evidence"], asker.actor, standing_for_owner(core, file), path.name)
        if why:
            raise NotAllowed(f"{file.action.ref}: {why}.")
        digest = files.keep(path, core.board.evidence_megabytes << 20, dry_run=dry_run)
        position = max((old.position for old in file.evidence), default=0) + 1
        item = Evidence(
            ref=new_id(), action=file.action.ref, position=position, agency=asker.agency, shows=shows, file=path.name,
            sha256=digest, effective_date=effective, received_date=core.clock.today(),
        )  # fmt: skip
        file.evidence.append(item)
        desk.put(item)
        desk.touch(file)
        forget_mended(desk, file)
        return file

    return change_action(core, asker, work, dry_run=dry_run)


def give_evidence_file(core: Core, name: str, position: int, out: Path, asker: Asker) -> dict[str, Any]:
    """Write a piece of evidence to a file, once it is found unaltered. An agency is given its own and the Board's."""
    files = _files(core)
    with core.store.reading() as reader:
        desk = Desk(reader, core.board, core.clock.now())
        file = desk.file(find_ref(reader, name))
        seen = log(desk, file, Viewer(asker.actor.side, asker.agency), "evidence") or []
        theirs = {entry.position for entry in seen} if file.leg(asker.agency) or not asker.agency else set()
    found = next((each for each in file.evidence if each.position == position and position in theirs), None)
    if found is None:
        raise NotFound(f"{file.action.ref} has no evidence {position}; `actiontrack action show` numbers what it has.")
    if not found.sha256:
        raise UserError(f"Evidence {position} of {file.action.ref} is no file: {found.link or found.shows}")
    files.give(found.sha256, out)
    return {"ref": file.action.ref, "position": position, "file": found.file, "sha256": found.sha256, "out": str(out)}


def faulty_files(core: Core) -> list[str]:
    """Each piece of evidence whose file is missing or altered, in a sentence."""
    with core.store.reading() as reader:
        pieces = reader.find(Evidence, sha256__ne="")
        numbers = dict(reader.pick(Action, ("ref", "number"), ref=sorted({each.action for each in pieces})))
    if not pieces or core.evidence is None:
        return []
    faults = {sha256: core.evidence.fault(sha256) for sha256 in sorted({each.sha256 for each in pieces})}
    return [
        f"Evidence {each.position} of {numbers.get(each.action) or each.action} ({each.sha256[:12]}…): "
        f"{faults[each.sha256]}."
        for each in sorted(pieces, key=lambda each: (each.action, each.position))
        if faults[each.sha256]
    ]


def kept_files(core: Core) -> int:
    """How many different files are kept as evidence."""
    with core.store.reading() as reader:
        return len({sha256 for (sha256,) in reader.pick(Evidence, ("sha256",), sha256__ne="")})


def _files(core: Core) -> EvidenceFiles:
    if core.evidence is None:
        raise UserError("There is no folder for evidence files here; give a link instead: --link URL.")
    return core.evidence


def _refuse_type(core: Core, path: Path) -> None:
    ending = path.suffix.removeprefix(".").casefold()
    allowed = [each.casefold().removeprefix(".") for each in core.board.evidence_types]
    if ending in EXECUTABLE:
        raise UserError(f"{path.name}: a .{ending} file does something when it is opened, so it is never evidence.")
    if ending not in allowed:
        what = f"a .{ending} file is" if ending else "a file without an ending is"
        raise UserError(f"{path.name}: {what} not taken as evidence; [board] evidence_types has {', '.join(allowed)}.")
