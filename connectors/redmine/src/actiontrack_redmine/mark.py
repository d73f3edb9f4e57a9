"""The mark of our writes, in a custom field of each issue that is ours.

It says which write created the issue, how far its notes had been read when we last wrote, what subject and long text
we last wrote, and which write that was. So a note of ours is told from people's, whoever's key it was written with, and
an edited subject from an edited long text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_NONE = "-"


@dataclass(frozen=True, slots=True)
class Mark:
    """`created`: the write that created it, "" where a person did; `seen`: the number of the newest note read."""

    created: str = ""
    seen: int = 0
    subject: str = ""
    text: str = ""
    write: str = ""

    def __str__(self) -> str:
        return " ".join((self.created or _NONE, str(self.seen), self.subject or _NONE, self.text or _NONE, self.write))


def read_mark(said: str) -> Mark | None:
    """The mark as it stands in its field; None where it is empty or somebody wrote something else there."""
    parts = said.split()
    if len(parts) != 5 or not parts[1].isdecimal():
        return None
    created, seen, subject, text, write = ("" if each == _NONE else each for each in parts)
    return Mark(created, int(seen), subject, text, write)


def print_of(text: str) -> str:
    """By which a text is known again."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:10]
