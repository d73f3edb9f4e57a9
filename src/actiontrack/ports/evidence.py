"""The files that are kept as evidence, each known by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class EvidenceFiles(Protocol):
    """A place for files known by the SHA-256 (hex) of their content: the same file is kept once."""

    @property
    def folder(self) -> Path:
        """Where they are, for a person to keep safe."""
        ...

    def keep(self, path: Path, most: int, *, dry_run: bool = False) -> str:
        """Keep a copy and give its hash; a dry run only looks. Raises UserError for what is no file, empty or too big.

        `most` is the largest size in bytes. A link is refused: what it leads to may lie anywhere.
        """
        ...

    def give(self, sha256: str, target: Path) -> None:
        """Write the file to a place where there is none yet. Raises UserError where it is missing or altered."""
        ...

    def fault(self, sha256: str) -> str:
        """What is wrong with that file, as a clause ("it is missing"); "" where it is whole."""
        ...
