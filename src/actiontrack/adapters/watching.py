"""Watching folders by what the system tells (inotify, FSEvents, ReadDirectoryChangesW), through watchdog."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack.ports import Place

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver, ObservedWatch

_NO_CHANGE = ("opened", "closed_no_write")

BURST = 0.3
"""Seconds: events that come closer together than this wake once."""


class FolderWatcher:
    """Wakes whoever waits when a file that `matters` may have changed (`ports.Watcher`).

    A folder that was put in another's place under the same name is watched anew; one that can't be watched (there is
    none, the system's watches are used up, a file system that tells nothing) makes `watch` say so.
    """

    def __init__(self, matters: Callable[[Path], bool]) -> None:
        self._matters = matters
        self._woken = threading.Event()
        self._observer: BaseObserver | None = None
        self._watched: dict[Place, tuple[ObservedWatch, tuple[int, int]]] = {}

    def watch(self, places: Collection[Place]) -> bool:
        """Watch these from now on, and no others. Whether all of them are."""
        wanted = {place: number for place in places if (number := _number(place.folder))}
        with suppress(Exception):  # whatever becomes of a watch: the next look comes anyway
            self._drop_dead()
            for place in [each for each, (_, number) in self._watched.items() if wanted.get(each) != number]:
                self._forget(place)
        for place, number in wanted.items():
            if place not in self._watched:
                with suppress(Exception):
                    self._watched[place] = (self._start(place), number)
        return len(self._watched) == len(set(places))

    def wait(self, seconds: float) -> None:
        """Until something happens in a watched folder, at most so long."""
        if self._woken.wait(seconds):
            time.sleep(min(BURST, seconds))
            self._woken.clear()

    def wake(self) -> None:
        """End the wait: something else happened. May be called by any thread."""
        self._woken.set()

    def close(self) -> None:
        """Watch nothing any more."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        self._observer = None
        self._watched = {}

    def _start(self, place: Place) -> ObservedWatch:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer

        if self._observer is None:
            self._observer = Observer()
            self._observer.daemon = True
            self._observer.start()
        hear = self._hear

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                hear(event)

        return self._observer.schedule(Handler(), str(place.folder), recursive=place.deep)

    def _hear(self, event: FileSystemEvent) -> None:
        """Called in watchdog's thread. Neither looking at a file nor a change in a folder is one of it."""
        if event.event_type in _NO_CHANGE or (event.is_directory and event.event_type == "modified"):
            return
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        if event.is_directory or any(map(self._matters, paths)):
            self._woken.set()

    def _forget(self, place: Place) -> None:
        watch, _ = self._watched.pop(place)
        if self._observer is not None:
            self._observer.unschedule(watch)

    def _drop_dead(self) -> None:
        """An observer's or a watch's thread that ended by itself: start anew."""
        observer = self._observer
        if observer is not None and not (observer.is_alive() and all(each.is_alive() for each in observer.emitters)):
            self.close()


def _number(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another of the same name; None where there is none."""
    try:
        state = folder.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


@contextmanager
def watching(matters: Callable[[Path], bool]) -> Iterator[FolderWatcher]:
    """A watcher for the block."""
    watcher = FolderWatcher(matters)
    try:
        yield watcher
    finally:
        watcher.close()
