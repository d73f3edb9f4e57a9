"""The mass guard: what looks like an accident to a whole workbook waits for a person. Pure.

Per instance and per agency: more than max(10 rows, 2 %) missing, more than max(25 rows, 20 %) with a value replaced, a
column that vanished or went blank by more than 20 %, an empty source.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actiontrack.domain.fields import words

MISSING_ROWS, MISSING_SHARE = 10, 0.02
REPLACED_ROWS, REPLACED_SHARE = 25, 0.20
BLANKED_ROWS, BLANKED_SHARE = 2, 0.20
"""One or two cleared cells are a person's edit in the smallest of plans."""


@dataclass(slots=True)
class Census:
    """What one observation does to an instance's links, counted by the agency that leads each."""

    linked: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)
    blanked: Counter[str] = field(default_factory=Counter)
    """By field: rows whose agreed value is blank now."""
    filled: Counter[str] = field(default_factory=Counter)
    """By field: rows that had an agreed value."""
    nameless: int = 0
    """Rows whose id was written once and is gone, though what they say tells which they are."""
    vanished: Sequence[str] = ()
    """Fields whose column is gone."""
    empty: bool = False


def objections(census: Census) -> list[str]:
    """Why nothing of this observation is applied unasked, in sentences; empty where nothing is wrong."""
    total = sum(census.linked.values())
    if total and census.empty:
        return [f"the source is empty, and {total} actions were in it"]
    found = [f"the column for {words(name)} is gone" for name in census.vanished]
    found += _too_many(census.missing, census.linked, MISSING_ROWS, MISSING_SHARE, "are gone")
    found += _too_many(census.replaced, census.linked, REPLACED_ROWS, REPLACED_SHARE, "have a value replaced")
    if census.nameless > BLANKED_ROWS and census.nameless > BLANKED_SHARE * total:
        found.append(f"the ids of {census.nameless} of {total} rows are gone (going on writes them back)")
    for name, count in sorted(census.blanked.items()):
        had = census.filled[name]
        if count > BLANKED_ROWS and count > BLANKED_SHARE * had:
            found.append(f"{words(name)} went blank in {count} of {had} rows")
    return found


def _too_many(counts: Mapping[str, int], linked: Mapping[str, int], rows: int, share: float, what: str) -> list[str]:
    total, of = sum(counts.values()), sum(linked.values())
    if total > max(rows, share * of):
        return [f"{total} of {of} rows {what}"]
    return [
        f"{count} of {linked[agency]} rows of {agency or 'no agency'} {what}"
        for agency, count in sorted(counts.items())
        if count > max(rows, share * linked[agency])
    ]


def plan_hash(instance: str, observed: Iterable[str], held: Iterable[Mapping[str, Any]]) -> str:
    """What an approval is bound to: the instance, what was observed there, and what waits to come in.

    Never refs of ours, times or outbound steps, so that approving one instance leaves another's hash alone.
    """
    digest = hashlib.sha256(instance.encode())
    for token in observed:
        digest.update(b"\0" + token.encode())
    for step in held:
        digest.update(b"\1" + json.dumps(step, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()[:16]
