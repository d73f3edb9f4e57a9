"""The set-up script: Perl that is run on RT's own machine, for what its REST interface can't do."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from actiontrack_request_tracker.fields import (
    BOARDS,
    CUSTOM,
    KEYS,
    LIFECYCLE,
    PROGRESS,
    REVIEW_FIELDS,
    TITLE_TEXT,
    CustomField,
    lifecycle_config,
)


def fields_of(*, board: bool) -> list[CustomField]:
    """The custom fields of a queue of actions."""
    return [*KEYS, TITLE_TEXT, *CUSTOM.values(), *(BOARDS.values() if board else ())]


def script(queue: str, user: str, *, reviews: str = "", hook: str = "", board: bool = False) -> str:
    """The script for one queue; `reviews` names a second one, `hook` an URL that each transaction is told to."""
    wanted: dict[str, Any] = {
        "queue": queue,
        "reviews": reviews,
        "user": user,
        "hook": hook,
        "lifecycle": LIFECYCLE,
        "statuses": lifecycle_config(),
        "progress": PROGRESS,
        "fields": [asdict(each) for each in fields_of(board=board)],
        "review_fields": [asdict(each) for each in REVIEW_FIELDS.values()],
    }
    text = files(__package__).joinpath("set_up.pl").read_text(encoding="utf-8")
    return text.replace("@@WANTED@@", json.dumps(wanted, indent=1))
