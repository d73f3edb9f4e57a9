"""Issues: what a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to mend. Keyed (source, id): raised once, cleared by itself when its source no longer raises it.

    `source` is an instance's or a plugin's name, `id` is stable while the matter stands. `text` says what and where,
    `do` what to do; neither holds free text about people. `fixable` is False where nobody here can mend it.
    """

    source: str
    id: str
    severity: Severity
    text: str
    do: str = ""
    fixable: bool = True
    sheet: str = ""
    cell: str = ""
    value: str = ""
