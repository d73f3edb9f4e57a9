"""JSON whose decimals stay as they were written: in FHIR 1.50 says more than 1.5."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def loads(text: bytes | str) -> Any:
    """Raises ValueError for what is no JSON."""
    return json.loads(text, parse_float=Decimal)


def dumps(value: Any) -> str:
    """The text of what `loads` gave, changed or not."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{dumps(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dumps, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
