"""Watching: an instance is synced when its file has changed and has come to rest, or when its system hints at a change.

The watcher only wakes us; what is to be done is told from the files themselves. So a change that nobody told of
(network drives tell nothing) is found by the next look, and nothing depends on which events came in which order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actiontrack.domain.ledger import Instance, Intent, IntentState
from actiontrack.errors import ActionTrackError, RetryableError
from actiontrack.ports import Files, InstanceSettings, Place, Watcher
from actiontrack.services.core import Core
from actiontrack.services.hints import Hints
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.steps import ConnectorResult, SyncResult

QUIET = 2.0
"""Seconds without a change after which a file is at rest: programs save by temporary file, delete and rename."""
PATIENCE = 30.0
"""Seconds after which a file that does not look whole is synced all the same: the sync says what is wrong with it."""
AGAIN = 10.0
"""Seconds until what could not be done is tried again."""
STEP = 0.5
"""Seconds between two looks while a file is not at rest."""
POLL = 5.0
"""Seconds between two looks where changes are not told."""
LOOK = 30.0
"""Seconds between two looks where they are."""

_SYNCED = "synced; "


@dataclass(slots=True)
class _Seen:
    """A file as last looked at. `state` is its size, moment and number; `since` when it was first seen so."""

    state: tuple[Any, ...]
    since: float
    at_rest: bool = False
    """Nothing is to be done until it changes."""
    owed: bool = False
    """A sync had to leave it alone: something may wait to go out to it."""
    not_before: float = 0.0
    look_at: float = 0.0
    """When to look again, whatever is told meanwhile."""
    proof: str | None = None


@dataclass(slots=True)
class Watch:
    """Looks after the files of every instance that is one, and hears the hints of the others' systems.

    `fresh` finds out anew which instances there are; `timer` gives seconds that only grow; `heard` is told lines for
    the person who reads what `run` prints.
    """

    core: Core
    base: Path
    watcher: Watcher
    timer: Callable[[], float]
    fresh: Callable[[], None]
    heard: Callable[[str], None]
    who: str
    hints: Hints
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)
    _places: frozenset[Place] = frozenset()
    _is_told: bool = False
    """Whether the system tells of all changes."""

    def pause(self, seconds: float) -> None:
        """Let so much time pass, syncing what comes to rest meanwhile."""
        end = self.timer() + seconds
        while True:
            self.turn()
            left = end - self.timer()
            if left <= 0:
                return
            self.watcher.wait(min(left, self._until_next_look()))

    def turn(self) -> None:
        """Look once, and sync what is due. One error never ends the watching."""
        try:
            self.fresh()
            self._watch_places()
            due = [*self._due(), *self._hinted()]
            if due:
                self._sync(due)
        except Exception as error:  # noqa: BLE001 - what it held is not repeated: it may be about people
            self._is_told = False
            self._tell("watching", str(error) if isinstance(error, ActionTrackError) else type(error).__name__)

    def take(self, result: SyncResult) -> None:
        """What another sync of this process did: files it had to leave alone are owed one."""
        for each in result.connectors:
            if each.name in self._seen:
                self._settle(self._seen[each.name], each)

    # --- where to look ----------------------------------------------------------------------------------------------

    def _watch_places(self) -> None:
        wanted = frozenset(
            files.place(line.options, self.base) for line, files in self._lines() if line.watch == "auto"
        )
        self._is_told = self.watcher.watch(wanted) and all(line.watch == "auto" for line, _ in self._lines())
        for place in sorted(wanted - self._places, key=lambda each: each.folder):
            self.heard(f"watching {place.folder}")
        self._places = wanted

    def _lines(self) -> Iterator[tuple[InstanceSettings, Files]]:
        """The folders, and the instances that are in none, whose files are watched."""
        single = [each for name, each in self.core.instances.items() if name.partition("/")[0] not in self.core.folders]
        for line in (*self.core.folders.values(), *single):
            files = self.core.hooks.files_of(line.type)
            if files is not None and line.watch != "off":
                yield line, files

    def _files(self) -> Iterator[tuple[InstanceSettings, Files, Path]]:
        for each in self.core.instances.values():
            files = self.core.hooks.files_of(each.type)
            if files is not None and each.watch != "off" and each.name not in self.core.folders:
                yield each, files, self.base / str(each.options["path"])

    def _until_next_look(self) -> float:
        soonest = min((each.look_at for each in self._seen.values() if not each.at_rest), default=math.inf)
        return min(max(min(soonest, self.hints.next_at()) - self.timer(), STEP), LOOK if self._is_told else POLL)

    # --- what is due ------------------------------------------------------------------------------------------------

    def _due(self) -> list[str]:
        now, due, there = self.timer(), [], set()
        for each, files, path in self._files():
            there.add(each.name)
            state = (_stamp(path), each.fault, each.formerly)
            seen = self._seen.get(each.name)
            if seen is None or seen.state != state:
                owed = seen is not None and seen.owed
                self._seen[each.name] = _Seen(state, now, owed=owed, look_at=now + QUIET)
            elif now >= max(seen.since + QUIET, seen.not_before) and self._is_ready(each, files, path, seen):
                due.append(each.name)
        for name in self._seen.keys() - there:
            del self._seen[name]
        return due

    def _is_ready(self, each: InstanceSettings, files: Files, path: Path, seen: _Seen) -> bool:
        """Whether a file that is at rest is to be synced now; one that says what it said needs none."""
        if seen.at_rest or each.fault:
            return not seen.at_rest
        known = self._known(each.name)
        if seen.state[0] is None:
            seen.at_rest = known is None
            return known is not None
        if not files.whole(path) and self.timer() - seen.since < PATIENCE:
            return False
        if seen.proof is None:
            seen.proof = _proof(files, path)
        if known is not None and seen.proof == known.proof and not (seen.owed or self._is_cut_off(each.name)):
            seen.at_rest = True
            if not self._told.get(each.name, _SYNCED).startswith(_SYNCED):
                self._tell(each.name, "as it was; nothing is to be done")
            return False
        why = files.waits(path)
        if why:
            self._tell(each.name, why)
            seen.look_at = self.timer() + POLL
        return not why

    def _known(self, name: str) -> Instance | None:
        """What the store knows of an instance that was taken in."""
        with self.core.store.reading() as reader:
            found = reader.get(Instance, name)
        return found if found is not None and found.adopted_at is not None else None

    def _is_cut_off(self, name: str) -> bool:
        """Whether something was to be written there and was not."""
        with self.core.store.reading() as reader:
            return bool(reader.count(Intent, instance=name, state=IntentState.INTENDED))

    def _hinted(self) -> list[str]:
        """Those whose systems hinted; one that was taken out of the configuration meanwhile is none."""
        return [name for name in self.hints.take() if name in self.core.instances]

    # --- syncing ----------------------------------------------------------------------------------------------------

    def _sync(self, due: list[str]) -> None:
        """Sync these, and with them the files at rest: what came in goes out to all at once."""
        others = [each.name for each, _, _ in self._files() if self._seen[each.name].at_rest and not each.fault]
        try:
            result = sync(self.core, [*due, *others], who=self.who)
        except RetryableError:  # another sync is at work
            self._put_off(due, AGAIN)
            return
        except Exception:
            self._put_off(due, PATIENCE)
            raise
        for each in sorted(result.connectors, key=lambda each: each.name not in due):
            if each.name in self._seen:
                self._settle(self._seen[each.name], each)
            is_due = each.name in due
            if is_due or each.status != "ok" or _counts(each):
                again = each.status == "ok" or (is_due and each.status != "deferred")
                self._tell(each.name, _line(each), again=again)

    def _put_off(self, names: list[str], seconds: float) -> None:
        for name in names:
            if name in self._seen:
                self._seen[name].not_before = self._seen[name].look_at = self.timer() + seconds
            else:
                self.hints.put_off(name, seconds)

    def _settle(self, seen: _Seen, result: ConnectorResult) -> None:
        seen.owed = result.status == "deferred"
        seen.at_rest = not seen.owed
        seen.not_before = seen.look_at = self.timer() + AGAIN

    def _tell(self, name: str, text: str, *, again: bool = False) -> None:
        """Tell a line, and not a second time where nothing else was told of that name since."""
        if again or self._told.get(name) != text:
            self.heard(f"{name}: {text}")
        self._told[name] = text


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes with a file; None where there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns, state.st_ino


def _proof(files: Files, path: Path) -> str:
    try:
        return files.proof(path)
    except OSError:
        return ""


def _line(result: ConnectorResult) -> str:
    return result.why if result.status != "ok" else f"{_SYNCED}{', '.join(_counts(result)) or 'nothing new'}"


def _counts(result: ConnectorResult) -> list[str]:
    """What a sync did and left open, in words."""
    done = ("created_here", "updated_here", "created_there", "updated_there")
    counts = [(getattr(result, name), name.replace("_", " ")) for name in done]
    return [f"{count} {what}" for count, what in counts if count]
