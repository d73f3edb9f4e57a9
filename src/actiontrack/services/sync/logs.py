"""Append-only fields in one cell: what a person added to it, and what it shows next. Pure.

A cell shows the newest entry; where several sides wrote since it last agreed, all of those, dated. Typing over it adds
an entry; clearing it adds nothing, and the history stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actiontrack.services.records.projection import Entry

_BETWEEN = " \n\t;|-–—•"


def added(before: str, now: str) -> str:
    """What was typed: the cell's text less an unchanged head or tail; "" where nothing was."""
    if now == before:
        return ""
    if before and now.startswith(before) and not _one_word(before[-1], now[len(before)]):
        return now[len(before) :].strip(_BETWEEN)
    if before and now.endswith(before) and not _one_word(now[-len(before) - 1], before[0]):
        return now[: -len(before)].strip(_BETWEEN)
    return now


def _one_word(left: str, right: str) -> bool:
    """Whether the two characters stand in one word: "Meeting" isn't the head of "Meetings held"."""
    return left.isalnum() and right.isalnum()


def shown(fresh: Sequence[Entry], typed: bool, names: Mapping[str, str]) -> str:
    """What the cell shall show of the entries it has not shown yet, oldest first (at least one).

    `typed` says that one of them was typed in this very cell; `names` gives an agency's name, "" the Board's.
    """
    sides = {entry.agency for entry in fresh}
    if len(sides) == 1 and not typed:
        return fresh[-1].text
    return "\n".join(f"{dated(entry, names)}: {entry.text}" for entry in reversed(fresh))


def newest_shown(entries: Sequence[Entry], text: str, names: Mapping[str, str]) -> int:
    """The position of the newest entry that a cell shows of which nothing is known yet; 0 where it shows none."""
    alone = [entry.position for entry in entries if entry.text == text]
    if alone:
        return max(alone)
    together = range(1, min(len(entries), _TOGETHER) + 1)
    return entries[-1].position if any(shown(entries[-many:], True, names) == text for many in together) else 0


def newest_written(entries: Sequence[Entry], text: str, names: Mapping[str, str]) -> int:
    """The position of the newest of the entries not shown before that a text of ours was to show; 0 where none fits."""
    for many in range(len(entries), 0, -1):
        first = entries[:many]
        if text in (first[-1].text, shown(first, False, names), shown(first, True, names)):
            return first[-1].position
    return 0


_TOGETHER = 12
"""More entries than this never stood in one cell."""


def dated(entry: Entry, names: Mapping[str, str]) -> str:
    """When and by whom: "24 Nov 2026, Police"."""
    return f"{entry.on.day} {entry.on:%b %Y}, {names.get(entry.agency, entry.agency)}"
