"""The files of a folder, one an agency: which instances one `[[connector]]` stands for, and whose each is.

Each file is an instance "CONNECTOR/NAME" of its own, so that one file's failure changes nothing elsewhere. What can't
be told apart is an instance too: one with a `fault`, which fails and says what to do. A file that was taken in and is
gone goes on being an instance, which fails; one that goes by another name now is the same instance under that name.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from actiontrack.domain.ledger import Instance
from actiontrack.domain.nouns import Agency
from actiontrack.errors import UserError
from actiontrack.ports import Files, InstanceSettings
from actiontrack.services.sync.gate import bound_to

_HOW = 'say so under [connector.files], as "{file}" = "CODE"'


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides beside the folder itself."""

    base: Path
    """What relative paths are relative to."""
    store_id: str
    stored: Mapping[str, Instance]
    """Every instance the store knows, by name."""
    agencies: Sequence[Agency]
    lines: Collection[str]
    """The names that the configuration has a line for."""
    taken: Collection[Path]
    """Files that a line of their own names."""
    keep_out: Collection[Path]
    """Folders in which we put files ourselves: backups, reports."""


@dataclass(slots=True)
class _File:
    """One file, or one that was there."""

    file: str
    """Its path from the folder, "/" between the parts."""
    path: Path
    known: Instance | None = None
    """What the store knows of it: it was taken in."""
    before: Instance | None = None
    """The instance that the mark in it names."""
    name: str = ""
    agency: str = ""
    formerly: str = ""
    fault: str = ""


def members(line: InstanceSettings, files: Files, around: Surroundings) -> list[InstanceSettings]:
    """The instances of a folder's files, those that were there and are gone included; sorted by name."""
    folder = files.place(line.options, around.base).folder
    try:
        found = _those_there(line, files, folder, around)
    except UserError as error:
        away = [_File(file, folder / file, known, fault=str(error)) for file, known in _taken_in(line, around).items()]
        if not away:
            return [replace(line, fault=str(error))]
        return _as_settings(line, [_named_as_known(each) for each in away])
    known = _taken_in(line, around)
    for each in found:
        each.known = known.pop(each.file, None)
    for each in found:
        _read_mark(each, files, around, found)
    followed = {each.formerly for each in found if not each.fault}
    gone = [
        _gone(file, folder / file, each)
        for file, each in known.items()
        if each.name not in followed and _rule(line, file) != "" and (folder / file).resolve() not in around.taken
    ]
    _name(line, found, gone)
    for each in (*found, *gone):
        _decide_agency(line, each, around.agencies)
    _refuse_second_files(found)
    return _as_settings(line, [*found, *gone])


def _as_settings(line: InstanceSettings, files: Iterable[_File]) -> list[InstanceSettings]:
    """One that can't be taken in connects no agency; one that was taken in and is gone still does."""
    made = [
        replace(
            line, name=each.name, agency="" if each.fault and each.known is None else each.agency, files={},
            options={**line.options, "path": str(each.path)}, formerly=each.formerly, fault=each.fault,
        )
        for each in files
    ]  # fmt: skip
    return sorted(made, key=lambda each: each.name)


# --- which files ----------------------------------------------------------------------------------------------------


def _those_there(line: InstanceSettings, files: Files, folder: Path, around: Surroundings) -> list[_File]:
    """The files that are this connector's: no other line's, not left out, none twice, none of ours."""
    root = folder.resolve()
    ours = [kept for kept in around.keep_out if kept != root and kept.is_relative_to(root)]
    seen = set(around.taken)
    found = []
    # Of a file and a link to it the file is taken.
    for file in sorted(files.found(line.options, around.base), key=lambda file: (folder / file).is_symlink()):
        path = folder / file
        there = path.resolve()
        if _rule(line, file) == "" or there in seen or any(there.is_relative_to(kept) for kept in ours):
            continue
        seen.add(there)
        fault = ""
        if not there.is_relative_to(root):
            fault = (
                f"{path}: it is a link out of the folder; put the file itself there, or name it in a line of its own"
            )
        found.append(_File(file, path, fault=fault))
    return found


def _taken_in(line: InstanceSettings, around: Surroundings) -> dict[str, Instance]:
    """file → what the store knows of it, of every file of this connector that was ever taken in."""
    prefix = f"{line.name}/"
    known = [each for name, each in around.stored.items() if name.startswith(prefix) and each.adopted_at is not None]
    return {str(PurePosixPath(each.name[len(prefix) :]).with_name(Path(each.source).name)): each for each in known}


def _gone(file: str, path: Path, known: Instance) -> _File:
    fault = (
        f"{path}: the file was there and is gone. Put it back, or take it from a backup; where no more is to come from "
        f'it, say "{file}" = "" under [connector.files]'
    )
    return _File(file, path, known, fault=fault)


def _rule(line: InstanceSettings, file: str) -> str | None:
    """What the configuration says of this file: a code, "" to leave it out, None where it says nothing."""
    for pattern, code in line.files.items():
        if any(fnmatch.fnmatchcase(name.casefold(), pattern.casefold()) for name in (file, PurePosixPath(file).name)):
            return code
    return None


# --- marks and names ------------------------------------------------------------------------------------------------


def _read_mark(each: _File, files: Files, around: Surroundings, found: Sequence[_File]) -> None:
    """Of a file that is new here: the instance its mark names, and whether it is that one under another name.

    It is where that one's own file is gone (or is this very file), no line names that one, and no other file here
    carries the mark as well.
    """
    if each.known is not None or each.fault:
        return
    mark = bound_to(files.binding(each.path))
    if mark is None or mark[0] != around.store_id:
        return
    each.before = around.stored.get(mark[1])
    if each.before is None or mark[1] in around.lines:
        return
    there = Path(each.before.source)
    is_gone = not there.exists() or there == each.path.resolve()
    if is_gone and not any(other.known is each.before for other in found):
        each.formerly = each.before.name
        twins = [other for other in found if other is not each and other.formerly == each.formerly]
        for twin in twins:
            twin.fault = each.fault = _both(each, twin, f"carry the mark of “{each.formerly}”, whose own file is gone")


def _both(one: _File, other: _File, what: str) -> str:
    first, second = sorted((one.file, other.file))
    return f"{first} and {second} {what}: which of them counts can't be told; take the other out of the folder"


def _name(line: InstanceSettings, found: Sequence[_File], gone: Sequence[_File]) -> None:
    """CONNECTOR/NAME, the name without its kind; with it, where an instance of that name is another file's."""
    taken = set()
    for each in (*found, *gone):
        if each.known is not None:
            _named_as_known(each)
            taken.add(each.name)
    for each in found:
        if each.known is None:
            short = f"{line.name}/{PurePosixPath(each.file).with_suffix('')}"
            full = f"{line.name}/{each.file}"
            names = (short, full, *(f"{full} ({at})" for at in range(2, len(taken) + 3)))
            each.name = next(name for name in names if name not in taken)
            taken.add(each.name)


def _named_as_known(each: _File) -> _File:
    if each.known is not None:
        each.name, each.agency = each.known.name, each.known.agency
    return each


# --- whose it is ----------------------------------------------------------------------------------------------------


def _decide_agency(line: InstanceSettings, each: _File, agencies: Sequence[Agency]) -> None:
    """By its mark or what was settled before, else as configured, else by the agency named in the file's name."""
    former = each.known or each.before
    settled = (former.agency or former.issued_to) if former else ""
    said = line.agency or _rule(line, each.file) or ""
    if settled and said and settled != said:
        each.fault = each.fault or (
            f"{each.file}: it is a workbook of {settled}'s, and the configuration says it is {said}'s; mend that line, "
            f"or put {said}'s actions in a workbook of their own"
        )
    each.agency = settled or said
    if each.agency or each.fault:
        return
    named = _named_in(each.file, agencies)
    if len(named) == 1:
        each.agency = named[0]
        return
    why = f"its name fits {' and '.join(named)}" if named else "its name fits no agency"
    each.fault = f"{each.file}: whose it is can't be told ({why}); {_HOW.format(file=each.file)}"


def _named_in(file: str, agencies: Sequence[Agency]) -> list[str]:
    """The agencies whose code, name or alias stands in the file's name as whole words."""
    said = _words(str(PurePosixPath(file).with_suffix("")))
    return [
        each.code for each in agencies if any(_words(name) in said for name in (each.code, each.name, *each.aliases))
    ]


def _words(text: str) -> str:
    """The words, each between blanks, so that `in` looks for whole ones."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " " + " ".join(re.findall(r"[^\W_]+", folded)) + " "


def _refuse_second_files(found: Sequence[_File]) -> None:
    """One file an agency: a second is refused with both named; where neither was taken in yet, both are.

    A copy of one that is there is not refused here: its mark makes it a question that a person can answer.
    """
    settled: dict[str, _File] = {}
    for each in found:
        if not each.fault and (each.known or each.formerly):
            settled.setdefault(each.agency, each)
    fresh = [each for each in found if not (each.fault or each.known or each.formerly or each.before)]
    counts = Counter(each.agency for each in fresh)
    for each in fresh:
        first = settled.get(each.agency)
        if first is None and counts[each.agency] > 1:
            first = next(other for other in fresh if other is not each and other.agency == each.agency)
        if first is not None:
            each.fault = (
                f"{each.file}: {each.agency} has {first.file} here as well, and a folder holds one file an agency; "
                f"take one of them away, or {_HOW.format(file=each.file)}"
            )
