"""A task's status in words: STATUS, told more finely by a category, which people can see and set in their programs.

RFC 5545 has four states of a task. A category counts only beside a STATUS it belongs to: whoever ticks a blocked task
as done has done it, and whoever opens a verified one again has opened it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

NEEDS_ACTION, IN_PROCESS, COMPLETED, CANCELLED = "NEEDS-ACTION", "IN-PROCESS", "COMPLETED", "CANCELLED"

_STATES: Mapping[str, str] = {
    NEEDS_ACTION: "not_started",
    IN_PROCESS: "in_progress",
    COMPLETED: "reported_complete",
    CANCELLED: "closed_not_implemented",
}
_FINER: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Blocked": ("blocked", (IN_PROCESS, NEEDS_ACTION)),
    "Evidence queried": ("evidence_queried", (IN_PROCESS, NEEDS_ACTION)),
    "Verified": ("verified", (COMPLETED,)),
    "Embedded": ("embedded", (COMPLETED,)),
    "Superseded": ("superseded", (CANCELLED,)),
    "No longer applicable": ("no_longer_applicable", (CANCELLED,)),
}
"""Category → the status it says, the STATUS it may stand beside; the first is written."""

STATUS_WORDS: Mapping[str, str] = {**_STATES, **{word: status for word, (status, _) in _FINER.items()}}
"""Word → canonical status."""

PRIORITIES: Mapping[str, int] = {"High": 1, "Medium": 5, "Low": 9}
"""RFC 5545, 3.8.1.9: 1 to 4 is high, 5 medium, 6 to 9 low, 0 none."""


def status_word(state: str, categories: Collection[str]) -> str:
    """What a STATUS and its categories say; another's STATUS as it stands."""
    named = {category.casefold() for category in categories}
    for word, (_, beside) in _FINER.items():
        if state in beside and word.casefold() in named:
            return word
    return state


def state_and_category(word: str, state: str) -> tuple[str, str]:
    """What to write for a word over this STATUS: the STATUS and a category, or ""."""
    if word not in _FINER:
        return word, ""
    beside = _FINER[word][1]
    return (state if state in beside else beside[0]), word


def is_finer(category: str) -> bool:
    """Whether a category is one of those that tell a status."""
    return category.casefold() in {word.casefold() for word in _FINER}


def priority_word(number: int) -> str:
    """The word of a PRIORITY; "" for none."""
    return "" if number <= 0 else "High" if number < 5 else "Medium" if number == 5 else "Low"
