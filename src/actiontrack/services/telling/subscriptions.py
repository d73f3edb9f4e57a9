"""Subscriptions: a report made at its time, and put into the outbox for each of its audience."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from actiontrack.domain.ledger import Send, Values
from actiontrack.domain.policy import Subscription
from actiontrack.domain.report import Report, day_in_words
from actiontrack.services.core import Core
from actiontrack.services.reporting import agency_report, board_report, public_register, review_story, write_report
from actiontrack.services.scheduler import slots
from actiontrack.services.telling.delivering import SOURCE
from actiontrack.services.telling.message import frozen

_KINDS = {".html": "text/html", ".pdf": "application/pdf", ".json": "application/json",
          ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}  # fmt: skip
_LOOK_BACK = timedelta(days=31)

_MAKERS: dict[str, Callable[[Core, Subscription, date], Report]] = {
    "board": lambda core, _, day: board_report(core, as_at=day),
    "agency": lambda core, wanted, day: agency_report(core, wanted.about, as_at=day),
    "register": lambda core, _, day: public_register(core, as_at=day),
    "review": lambda core, wanted, day: review_story(core, wanted.about, as_at=day),
}
_CALLED = {
    "board": "The board pack",
    "agency": "Your agency's pack",
    "register": "The public register",
    "review": "The story of a review",
}


def publish(core: Core, wanted: Subscription) -> int:
    """Make the report of this subscription's latest slot for those who have not been given it; how many that are.

    Again: nobody is. Where there is nothing in it and empty ones are skipped, nobody either.
    """
    period, kind = _period(core, wanted), f"report {wanted.name}"
    with core.store.reading() as reader:
        given = {each.person for each in reader.find(Send, period=period, kind=kind)}
    people = [each for each in _audience(core, wanted) if each not in given]
    if not people:
        return 0
    made = _MAKERS[wanted.report](core, wanted, core.clock.today())
    if wanted.skip_empty and made.empty:
        return 0
    paths = write_report(core, made, wanted.formats, core.outbox / wanted.name / period.isoformat())
    words = _words(core, wanted, made, paths)
    now = core.clock.now()
    sends = [Send(person=each, period=period, kind=kind, at=now, words=words) for each in people]
    with core.store.writing(SOURCE, SOURCE) as writer:
        writer.put(*(each for each in sends if not writer.find(Send, person=each.person, period=period, kind=kind)))
    return len(sends)


def _period(core: Core, wanted: Subscription) -> date:
    """The board's day of the latest slot: the same for a run that is made up for a day later."""
    now = core.clock.now()
    due = list(slots(wanted.schedule, now - _LOOK_BACK, now, core.board.timezone, core.calendar))
    return due[-1].astimezone(ZoneInfo(core.board.timezone)).date() if due else core.clock.today()


def _audience(core: Core, wanted: Subscription) -> list[str]:
    """The addresses; a role of the board's that has none is left out."""
    own = {"manager": core.board.manager, "chair": core.board.chair}
    return list(dict.fromkeys(filter(None, (own.get(each, each) for each in wanted.audience))))


def _words(core: Core, wanted: Subscription, made: Report, paths: list[Path]) -> Values:
    title = f"{_CALLED[wanted.report]} as at {day_in_words(made.as_at)}"
    files = [
        {"name": path.name, "kind": _KINDS.get(path.suffix, "application/octet-stream"),
         "path": str(path.relative_to(core.outbox)), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in paths
    ]  # fmt: skip
    attached = f"It is attached: {', '.join(path.name for path in paths)}."
    return frozen(
        title,
        f"{core.board.name}: {title[:1].lower()}{title[1:]}",
        [attached],
        (),
        [f"You get it because the board's configuration has a subscription called {wanted.name}."],
        files,
    )
