"""Taking in records in one transaction, on the Board's behalf: what a plugin is handed as `ports.Records`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Setting
from actiontrack.domain.nouns import (
    Decision,
    Finding,
    KeyPracticeEpisode,
    Meeting,
    Noun,
    Recommendation,
    Review,
    Stored,
)
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import NotAllowed
from actiontrack.ports import Writer
from actiontrack.services.core import Core
from actiontrack.services.records.asking import Asker, amend, enter, read_fields
from actiontrack.services.records.board_fields import put_board_fields
from actiontrack.services.records.desk import ActionFile, Desk
from actiontrack.services.records.nouns import check_noun, put_noun
from actiontrack.services.records.working import working

S = TypeVar("S", bound=Stored)
TAKEN = (Review, KeyPracticeEpisode, Finding, Recommendation, Meeting, Decision)
"""Records that are taken in whole; an action has its own way in."""


@contextlib.contextmanager
def recording(core: Core, *, who: str, source: str, dry_run: bool) -> Iterator[Recorder]:
    """One transaction: all of it is stored at the end of the `with` block, or none; of a dry run, none."""
    with working(core, who, source=source, dry_run=dry_run) as (writer, desk):
        writer.put(*core.agencies)
        recorder = Recorder(core, writer, desk, Asker(who, Actor(Side.BOARD)), source)
        yield recorder
    if not dry_run:
        recorder.tell()


class Recorder:
    """Reads and writes within the transaction; each write binds the guards of the command line."""

    def __init__(self, core: Core, writer: Writer, desk: Desk, asker: Asker, source: str) -> None:
        self._core = core
        self._writer = writer
        self._asker = asker
        self._source = source
        self._desk = desk

    def get(self, noun: type[S], *key: str) -> S | None:
        """The record of that key, or None."""
        return self._writer.get(noun, *key)

    def find(self, noun: type[S], **where: Any) -> list[S]:
        """Every record that fits, ordered by key."""
        return self._writer.find(noun, **where)

    def put(self, *items: Noun) -> None:
        """Store these records anew, added where new."""
        for item in items:
            if not isinstance(item, TAKEN):
                raise NotAllowed(f"A record of the kind {type(item).__name__} is not taken in whole.")
            check_noun(self._writer, item)
            put_noun(self._desk, item)
            self._desk.save(self._writer)

    def add_action(
        self, values: Mapping[str, str], *, recommendations: Sequence[str] = (), depends_on: Sequence[str] = ()
    ) -> str:
        """A new action; its Action ID."""
        file = enter(self._desk, self._writer, read_fields(self._core, values), self._asker, source=self._source)
        self._tie(file, recommendations, depends_on)
        return file.action.ref

    def set_action(
        self,
        ref: str,
        values: Mapping[str, str],
        *,
        recommendations: Sequence[str] | None = None,
        depends_on: Sequence[str] | None = None,
    ) -> dict[str, str]:
        """Change an action; what was filed instead of set, and why."""
        file = self._desk.file(ref)
        filed = amend(self._core, self._desk, self._writer, file, read_fields(self._core, values), self._asker)
        self._tie(file, recommendations, depends_on)
        return filed

    def recall(self, name: str) -> str:
        """What `remember` kept by that name; "" where it kept nothing."""
        kept = self._writer.get(Setting, f"{self._source}/{name}")
        return kept.value if kept else ""

    def remember(self, name: str, text: str) -> None:
        """Keep a text of the plugin's own beside the records."""
        self._writer.put(Setting(name=f"{self._source}/{name}", value=text))

    def tell(self) -> None:
        """Once it is stored: tell the hooks which actions were made or changed."""
        for ref, before in self._desk.actions_before.items():
            self._core.hooks.on_action_changed(before, self._desk.files[ref].action)

    def _tie(self, file: ActionFile, recommendations: Sequence[str] | None, depends_on: Sequence[str] | None) -> None:
        """To the recommendations it answers and the actions that come first."""
        ties = {"recommendations": recommendations, "depends_on": depends_on}
        put_board_fields(self._desk, file, {name: ", ".join(refs) for name, refs in ties.items() if refs is not None})
        self._desk.save(self._writer)
