"""The set-up script: Perl that is run on RT's own machine, for what its REST interface can't do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

from actiontrack.api import ActionTrackError, SetUp, SetUpStep, UserError
from actiontrack_request_tracker.client import Tracker
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

_URL = re.compile(r"https?://[A-Za-z0-9._~:/?&=%-]+")
_RUN = (
    "Run it on RT's own machine, as the user that RT runs as: perl -I /usr/share/request-tracker5/lib FILE "
    "(elsewhere than Debian: -I /opt/rt5/lib), restart RT, and keep the token that it prints."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A queue of actions, the user that keeps it in step, and what a board's platform has beside it.

    `reviews` names the queue of the reviews, `hook` an URL that each transaction is told to.
    """

    queue: str
    user: str
    reviews: str = ""
    hook: str = ""
    board: bool = False

    @property
    def queues(self) -> dict[str, list[CustomField]]:
        """Queue → its custom fields."""
        fields = [*KEYS, TITLE_TEXT, *CUSTOM.values(), *(BOARDS.values() if self.board else ())]
        return {self.queue: fields} | ({self.reviews: list(REVIEW_FIELDS.values())} if self.reviews else {})


def script(wanted: Wanted) -> str:
    """The script that makes it. Raises UserError for a hook that is no URL."""
    if wanted.hook and not _URL.fullmatch(wanted.hook):
        raise UserError(f"{wanted.hook!r} is no address to tell changes to; write one like https://host/path")
    told: dict[str, Any] = {
        "queue": wanted.queue,
        "reviews": wanted.reviews,
        "user": wanted.user,
        "hook": wanted.hook,
        "lifecycle": LIFECYCLE,
        "statuses": lifecycle_config(),
        "progress": PROGRESS,
        "fields": [asdict(each) for each in wanted.queues[wanted.queue]],
        "review_fields": [asdict(each) for each in REVIEW_FIELDS.values()],
    }
    text = files(__package__).joinpath("set_up.pl").read_text(encoding="utf-8")
    return text.replace("@@WANTED@@", json.dumps(told, indent=1))


def set_up(wanted: Wanted, sign_in: Callable[[], Tracker]) -> SetUp:
    """What is there, as far as RT can be asked yet."""
    steps: list[SetUpStep] = []
    why = ""
    try:
        tracker = sign_in()
        steps += [step for name, fields in wanted.queues.items() for step in _steps(tracker, name, fields)]
    except ActionTrackError as error:
        why = str(error)
        steps = [SetUpStep(f"queue {name} with its fields", "unknown") for name in wanted.queues]
    return SetUp(steps, script(wanted), _RUN, why)


def _steps(tracker: Tracker, name: str, fields: Sequence[CustomField]) -> Iterator[SetUpStep]:
    queue = tracker.queue(name)
    yield SetUpStep(f"queue {name}", "lacking" if queue is None else "there")
    present = {str(each["name"]) for each in (queue or {}).get("TicketCustomFields") or ()}
    for each in fields:
        yield SetUpStep(f"field {each.name} of {name}", "there" if each.name in present else "lacking")
