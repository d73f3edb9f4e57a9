"""One seeded bug: a patch with a head of three lines. It breaks invariants of sync, or the gate of an action."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "patches"
_HEAD = re.compile(
    r"What: (?P<what>.+)\nBreaks: (?P<breaks>gate|I\d+(?: I\d+)*)\nSeen by: (?P<tests>\S+(?: \S+)*)\n+(?=diff |--- )"
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug and the tests, as pytest takes them, of which at least one must fail."""

    name: str
    what: str
    breaks: Sequence[str]
    tests: Sequence[str]
    path: Path


def mutants(names: Sequence[str] = ()) -> list[Mutant]:
    """Those of these names, all where none is given. Raises ValueError: no such name, or a patch without its head."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.patch"))]
    unknown = set(names) - {each.name for each in found}
    if unknown:
        raise ValueError(f"no mutant is called {min(unknown)}; `ls {FOLDER.name}` in proof/mutants shows them")
    return [each for each in found if not names or each.name in names]


def _read(path: Path) -> Mutant:
    head = _HEAD.match(path.read_text("utf-8"))
    if head is None:
        raise ValueError(f"{path.name}: its head has to say What:, Breaks: and Seen by:, a line each, then the patch")
    return Mutant(path.stem, head["what"], head["breaks"].split(), head["tests"].split(), path)
