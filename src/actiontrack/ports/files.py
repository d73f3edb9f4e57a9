"""Files: what a type whose instances are files can tell of them before one is read, and what tells of changes in them.

One `[[connector]]` may name many files (a folder, a pattern). Which there are only its plugin can say, since it knows
which files are plans; whose each is, the core decides (services/folders.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance's files are: in `folder` itself or, where `deep`, in any folder below it as well."""

    folder: Path
    deep: bool = False


class Files(Protocol):
    """What a plugin offers beside its factory, where its instances are files.

    `options` are an instance's, `base` is the folder that relative paths are relative to.
    """

    def are_many(self, options: Mapping[str, Any], base: Path) -> bool:
        """Whether these options name a folder or a pattern instead of one file."""
        ...

    def place(self, options: Mapping[str, Any], base: Path) -> Place:
        """Where to look for changes."""
        ...

    def found(self, options: Mapping[str, Any], base: Path) -> Sequence[str]:
        """The files there now, as paths relative to the place, "/" between their parts, sorted.

        Never marks of open files, temporary or hidden ones, or those of other kinds. Raises UserError where the folder
        is missing or can't be read.
        """
        ...

    def binding(self, path: Path) -> str:
        """The mark in this file of the store and instance it belongs to; "" where there is none or it can't be read."""
        ...

    def matters(self, path: Path) -> bool:
        """Whether a change of the file of this name may ask for a sync: a plan, or the mark of one that is open."""
        ...

    def waits(self, path: Path) -> str:
        """Who has this file open, in a sentence that says it is left alone; "" where nobody has."""
        ...

    def whole(self, path: Path) -> bool:
        """Whether the file looks written to its end; False while a program or a copy is still at it."""
        ...

    def proof(self, path: Path) -> str:
        """What an observation of this file would give as its proof."""
        ...


class Watcher(Protocol):
    """Tells that something may have changed in folders. It is a hint: whoever is woken looks for himself."""

    def watch(self, places: Collection[Place]) -> bool:
        """Watch these from now on, and no others. Whether changes in all of them will be told. Never raises."""
        ...

    def wait(self, seconds: float) -> None:
        """Let so much time pass, or less where something may have changed; a burst of changes wakes once."""
        ...
