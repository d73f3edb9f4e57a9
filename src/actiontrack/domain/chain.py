"""How audit entries are chained: pure arithmetic, so that anybody can check an export with nothing but SHA-256.

    digest = SHA-256(salt ‖ payload)                                       both as UTF-8, the salt as hex
    hash   = SHA-256(canonical JSON of [previous hash, board, position, at, who, source, noun, ref, digest])

The payload is the canonical JSON of {"after": …, "before": …}, with only the fields that changed. Salt and payload
may be erased: the digest stays, so that the chain still holds, and the salt keeps anyone from guessing what it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

START = ""
"""What stands for the previous hash in the first entry, and for the head of an empty chain."""

ERASURE = "erasure"
"""The noun of the entry that records an erasure; its ref is "NOUN/REF" of the record whose history was erased."""

# Canonical: keys sorted, no spaces, characters as they are.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")).encode


def payload(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """The text that an entry seals."""
    return _encode({"before": before, "after": after})


def digest(salt: str, text: str) -> str:
    """The hex digest that stands for salt and payload."""
    return sha256((salt + text).encode()).hexdigest()


def entry_hash(
    previous: str, board: str, position: int, at: datetime, who: str, source: str, noun: str, ref: str, sealed: str
) -> str:
    """The hex hash of an entry; `at` is aware and in UTC, `sealed` is its digest."""
    meta = [previous, board, position, at.isoformat(), who, source, noun, ref, sealed]
    return sha256(_encode(meta).encode()).hexdigest()
