"""Taking in records in one transaction, on the Board's behalf: what a plugin is handed as `ports.Records`.

Actions are added and changed by the command line's own use cases, which find this transaction open where they would
begin one; so whatever guards those, guards this.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Proposal, Setting
from actiontrack.domain.nouns import (
    Action,
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
from actiontrack.errors import NotAllowed, NotFound
from actiontrack.ports import Writer
from actiontrack.services.core import Core
from actiontrack.services.records.asking import Asker, add_action, set_fields
from actiontrack.services.records.desk import Desk
from actiontrack.services.records.nouns import check_noun

if TYPE_CHECKING:
    from actiontrack.hooks import Hooks
    from actiontrack.ports import Store

S = TypeVar("S", bound=Stored)
TAKEN = (Review, KeyPracticeEpisode, Finding, Recommendation, Meeting, Decision)
"""Records that are taken in whole; an action has its own way in."""


class _Undo(Exception):  # noqa: N818 - not an error: a dry run takes its transaction back
    pass


@contextlib.contextmanager
def recording(core: Core, *, who: str, source: str, dry_run: bool) -> Iterator[Recorder]:
    """One transaction: all of it is stored at the end of the `with` block, or none; of a dry run, none."""
    later = _Later(core.hooks)
    with contextlib.suppress(_Undo), core.store.writing(who, source) as writer:
        writer.put(*core.agencies)
        yield Recorder(core, writer, who, source, later)
        if dry_run:
            raise _Undo
    if not dry_run:
        later.tell()


class Recorder:
    """Reads and writes within the transaction."""

    def __init__(self, core: Core, writer: Writer, who: str, source: str, later: _Later) -> None:
        self._core = replace(core, store=cast("Store", _Within(writer)), hooks=cast("Hooks", later))
        self._writer = writer
        self._asker = Asker(who, Actor(Side.BOARD))
        self._source = source
        self._later = later

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
            self._writer.put(item)

    def add_action(
        self, values: Mapping[str, str], *, recommendations: Sequence[str] = (), depends_on: Sequence[str] = ()
    ) -> str:
        """A new action; its Action ID."""
        ref = str(add_action(self._core, values, self._asker)["ref"])
        self._tie(ref, recommendations or None, depends_on or None)
        return ref

    def set_action(
        self,
        ref: str,
        values: Mapping[str, str],
        *,
        recommendations: Sequence[str] | None = None,
        depends_on: Sequence[str] | None = None,
    ) -> dict[str, str]:
        """Change an action; what was filed instead of set, and why."""
        before = {each.id for each in self._open(ref)}
        set_fields(self._core, ref, values, self._asker)
        self._tie(ref, recommendations, depends_on)
        return {each.field: each.why for each in self._open(ref) if each.id not in before}

    def recall(self, name: str) -> str:
        """What `remember` kept by that name; "" where it kept nothing."""
        kept = self._writer.get(Setting, f"{self._source}/{name}")
        return kept.value if kept else ""

    def remember(self, name: str, text: str) -> None:
        """Keep a text of the plugin's own beside the records."""
        self._writer.put(Setting(name=f"{self._source}/{name}", value=text))

    def _open(self, ref: str) -> list[Proposal]:
        return self._writer.find(Proposal, action=ref, closed_at=None)

    def _tie(self, ref: str, recommendations: Sequence[str] | None, depends_on: Sequence[str] | None) -> None:
        """To the recommendations it answers and the actions that come first."""
        for noun, refs in ((Recommendation, recommendations), (Action, depends_on)):
            for each in refs or ():
                if self._writer.get(noun, each) is None:
                    raise NotFound(f"There is no {noun.__name__.lower()} {each} here.")
        desk = Desk(self._writer, self._core.board, self._core.clock.now())
        file = desk.file(ref)
        before = file.action
        if recommendations is not None:
            desk.put_action(file, recommendations=tuple(recommendations))
        if depends_on is not None:
            desk.put_action(file, depends_on=tuple(depends_on))
        desk.save(self._writer)
        if file.action != before:
            self._later.on_action_changed(before, file.action)


class _Within:
    """A store whose transaction is open already."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def reading(self) -> contextlib.nullcontext[Writer]:
        """What the transaction sees."""
        return contextlib.nullcontext(self._writer)

    def writing(self, who: str, source: str) -> contextlib.nullcontext[Writer]:
        """The transaction itself: it is committed by whoever opened it."""
        return contextlib.nullcontext(self._writer)


class _Later:
    """The hooks, but what is told after a commit waits for it; of several changes of an action, one is told."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._changes: dict[str, tuple[Action | None, Action]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hooks, name)

    def on_action_changed(self, before: Action | None, after: Action) -> None:
        """Keep it until it is stored."""
        first, _ = self._changes.get(after.ref, (before, after))
        self._changes[after.ref] = first, after

    def tell(self) -> None:
        """Once it is stored."""
        for before, after in self._changes.values():
            self._hooks.on_action_changed(before, after)
