"""A review as plain values by record and field: so a file, what it said before and the store can be compared.

Refs are the store's; what is not said is absent.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from actiontrack_learning_together.model import Part

Fields = dict[str, Any]
"""Field → text, number, or list."""
Said = dict[str, dict[str, Fields]]
"""Kind of record → name → fields. A name is a ref; of an action that is yet to be made, its number."""

UNORDERED = frozenset({"legs", "recommendations", "depends_on", "addressed_to", "kpe_refs", "findings", "linked"})
"""Lists whose order says nothing."""
KINDS = {
    "meetings": "meeting",
    "key_practice_episodes": "key_practice_episode",
    "findings": "finding",
    "recommendations": "recommendation",
    "actions": "action",
}
"""The lists of the file and what one of them is called."""


def clean(value: Any) -> Any:
    """Text as the house keeps it: NFC, one kind of line end and space, trimmed."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
        return text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if isinstance(value, (list, tuple)):
        return [clean(each) for each in value]
    if isinstance(value, dict):
        return {name: clean(each) for name, each in value.items()}
    return value


def fields_of(part: Part) -> Fields:
    """What a part says."""
    told = part.model_dump(mode="json", exclude={"ref"})
    return {name: cleaned for name, value in told.items() if (cleaned := clean(value)) not in (None, "", [])}


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field say the same."""
    one, other = clean(one), clean(other)
    if name in UNORDERED and isinstance(one, list) and isinstance(other, list):
        return sorted(one) == sorted(other)
    return bool(one == other)


def blank(value: Any) -> bool:
    """Whether it says nothing."""
    return value in (None, "", [], ())
