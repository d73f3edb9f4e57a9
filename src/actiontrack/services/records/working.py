"""One transaction on behalf of a person, which a dry run takes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from actiontrack.ports import Writer
from actiontrack.services.core import Core
from actiontrack.services.records.desk import Desk

SOURCE = "cli"


class _Undo(Exception):  # noqa: N818 - not an error: a dry run takes its transaction back
    pass


@contextmanager
def working(core: Core, who: str, *, source: str = SOURCE, dry_run: bool = False) -> Iterator[tuple[Writer, Desk]]:
    """A writer and a desk over it. Who wants to read what they changed saves the desk first."""
    try:
        with core.store.writing(who, source) as writer:
            desk = Desk(writer, core.board, core.clock.now())
            yield writer, desk
            desk.save(writer)
            if dry_run:
                raise _Undo
    except _Undo:
        return
