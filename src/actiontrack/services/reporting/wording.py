"""The small change of plain English, used by every part of the report."""

from __future__ import annotations

import re
from datetime import date

from actiontrack.domain.lifecycle import words
from actiontrack.domain.report import Column, day_in_words
from actiontrack.services.reporting.picture import Item, Picture

LONGEST = 220
"""Characters of an action's text that a report shows: the Board needs to know which one it is."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

REF = Column("ref", "Action ID", "code")
NUMBER = Column("in_plan", "Number in plan", missing="–")
TEXT = Column("action", "Action")
AGENCY = Column("agency", "Lead agency")
FIRST = (REF, NUMBER, TEXT, AGENCY)
"""What every list of actions begins with."""
STATUS = Column("status", "Status")
RATING = Column("rating", "Rating", missing="none")


def short(text: str, longest: int = LONGEST) -> str:
    """The text on one line, without control characters, cut at a word where it is long."""
    line = _CONTROL.sub("", " ".join(text.split()))
    if len(line) <= longest:
        return line
    head = line[:longest]
    return (head.rsplit(" ", 1)[0] if " " in head[longest // 2 :] else head) + " …"


def sentence(text: str) -> str:
    """The text with a full stop, whatever it ended with."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."


def many(count: int, one: str, several: str = "") -> str:
    """ "1 action", "2 actions"."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"


def many_were(count: int, one: str) -> str:
    """ "1 action was", "2 actions were"."""
    return f"{many(count, one)} {'was' if count == 1 else 'were'}"


def number_in_plan(item: Item) -> str:
    """The review and the plan's own number: "SAR-2026-01 · 1.1"."""
    return " · ".join(part for part in (item.action.review, item.action.number) if part)


def first_cells(item: Item, picture: Picture) -> tuple[str, str, str, str]:
    """The cells of FIRST."""
    return (
        item.action.ref,
        number_in_plan(item),
        short(item.action.text),
        picture.agency(item.action.lead_agency),
    )


def since_words(picture: Picture) -> str:
    """ "the last meeting (1 September 2026)", "1 September 2026", or "the record began"."""
    if picture.since is None:
        return "the record began"
    day = day_in_words(picture.since)
    return f"the last meeting ({day})" if picture.since_is_meeting else day


def then_words(picture: Picture) -> str:
    """ "at the last meeting (1 September 2026)" or "on 1 September 2026"; asked only where there is an earlier day."""
    return f"{'at' if picture.since_is_meeting else 'on'} {since_words(picture)}"


def status_words(item: Item) -> str:
    """The status as a person says it, and what the action waits for."""
    waits = f", waits for {', '.join(item.waits_for)}" if item.waits_for else ""
    return f"{words(item.action.status)}{waits}"


def rating_word(item: Item) -> str:
    """The computed rating; "" where it has none."""
    return item.rating.value if item.rating else ""


def date_words(value: object) -> str:
    """A date of its canonical text, in words; "no date" where there is none."""
    return day_in_words(date.fromisoformat(str(value))) if value else "no date"
