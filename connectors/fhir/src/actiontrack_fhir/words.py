"""A task's status in words: Task.status, told more finely by a code of ours in businessStatus where that is needed.

A code counts only beside a status it belongs to: whoever opens a verified task again has opened it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

REQUESTED = "requested"
ENTERED_IN_ERROR = "entered-in-error"
"""Says that the task should never have been: FHIR's way of deleting."""

_STATES: Mapping[str, str] = {
    REQUESTED: "not_started",
    "draft": "not_started",
    "received": "not_started",
    "accepted": "not_started",
    "ready": "not_started",
    "in-progress": "in_progress",
    "on-hold": "blocked",
    "completed": "reported_complete",
    "cancelled": "closed_not_implemented",
    "rejected": "closed_not_implemented",
    "failed": "closed_not_implemented",
}
"""Task.status → ours; the first of several is written."""
_FINER: Mapping[str, tuple[str, str]] = {
    "evidence-queried": ("evidence_queried", "in-progress"),
    "verified": ("verified", "completed"),
    "embedded": ("embedded", "completed"),
    "superseded": ("superseded", "cancelled"),
    "no-longer-applicable": ("no_longer_applicable", "cancelled"),
}
"""Code of ours → the status it says, and the Task.status it stands beside."""

STATUS_WORDS: Mapping[str, str] = {**_STATES, **{code: status for code, (status, _) in _FINER.items()}}
"""Word → canonical status."""


def status_word(state: str, codes: Collection[str]) -> str:
    """What a Task.status and our codes beside it say."""
    return next((code for code, (_, beside) in _FINER.items() if code in codes and beside == state), state)


def state_and_code(word: str) -> tuple[str, str]:
    """The Task.status to write for a word, and our code, or ""."""
    return (_FINER[word][1], word) if word in _FINER else (word, "")
