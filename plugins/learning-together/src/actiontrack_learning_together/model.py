"""The review file: one whole review, from who took part to the plan. Format version 1.

A key that is left out, or left blank, says nothing: what the store has of it stays. Every value may be written as plain
text. Refs are the review's own: `F1` in the file of SAR-2026-07 is SAR-2026-07-F1 in the store.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from actiontrack.api import Confidence, Effect, Kind, Level, Publication, Response

VERSION = "1"
NAMES = frozenset({"name", "names", "person", "people", "worker", "workers", "member", "members", "staff", "initials"})
"""Keys that would hold people's names."""
NO_NAMES = "a review file holds agencies and posts, never people's names"

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_EARLIEST, _LATEST = date(1990, 1, 1), date(2079, 12, 31)
"""As the core takes dates."""


def _blank_is_unsaid(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _day(value: Any) -> Any:
    """Only ISO dates: pydantic would take a number for seconds since 1970."""
    value = _blank_is_unsaid(value)
    if value is None or (isinstance(value, date) and type(value) is date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        raise ValueError("a date is written year-month-day, such as 2026-04-30")
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("there is no such day") from None
    if not _EARLIEST <= day <= _LATEST:
        raise ValueError("a day from 1990 to 2079 is meant")
    return day


def _word(value: Any) -> Any:
    """A vocabulary's word, however it is spaced or capitalised."""
    value = _blank_is_unsaid(value)
    return re.sub(r"[\s-]+", "_", value.strip().lower()) if isinstance(value, str) else value


def _hyphened(value: Any) -> Any:
    value = _word(value)
    return value.replace("_", "-") if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return () if value is None else value


Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Needed = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s,;/][^,;/\x00-\x1f]*$")]
"""A ref or number: short, and without what parts a list."""
Day = Annotated[date | None, BeforeValidator(_day)]
NeededDay = Annotated[date, BeforeValidator(_day)]
Many = BeforeValidator(_listed)
Texts = Annotated[tuple[Needed, ...], Many]
Refs = Annotated[tuple[Name, ...], Many]
Format = Literal["full", "intensive", "speed", "mid-range", "focused", "themed"]


class Part(BaseModel):
    """One record of the file: it takes its own keys only."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)

    named_by: ClassVar[str] = "ref"
    """The key that other parts name it by."""


class Team(Part):
    """An agency's part in the review: how many people in which role, never who."""

    agency: Name
    """The agency's code, or a name it goes by in the configuration."""
    role: Text = ""
    """A post or profession."""
    count: int = Field(default=1, ge=1, le=10_000)
    """How many people."""


Teams = Annotated[tuple[Team, ...], Many]


class Review(Part):
    """The review itself. Carries a pseudonym at most."""

    ref: Name
    """Known by it everywhere: SAR-2026-07."""
    title: Text = ""
    """A pseudonym such as "Adult K", never a name."""
    regime: Text = ""
    """What kind of review it is in law; `actiontrack learning regimes` lists them."""
    methodology: Text = ""
    """Such as Learning Together."""
    format: Annotated[Format | None, BeforeValidator(_hyphened)] = None
    """How deep it went (SCIE Learning Together)."""
    lead_reviewers: Texts = ()
    """Posts, not people."""
    review_team: Teams = ()
    """The agencies' senior staff who carried the review."""
    case_group: Teams = ()
    """The front-line staff and managers who were involved."""
    sites: Texts = ()
    """Where the practice that was reviewed took place."""
    commissioned: Day = None
    """The day it was decided on."""
    report_signed_off: Day = None
    """The day the Board signed the report off."""
    published: Day = None
    """The day it was, or will be, published."""
    publication: Annotated[Publication | None, BeforeValidator(_word)] = None
    """Unless it says published, nothing of the review reaches others."""
    parallel_proceedings: Text = ""
    """Inquest, criminal or disciplinary proceedings beside it."""
    platform_link: Text = ""
    """Where the platform keeps it."""


class Meeting(Part):
    """A sitting at which something of this review was decided."""

    ref: Name
    """As the store has it: M-2026-05-12."""
    body: Needed
    """Who met."""
    date: NeededDay
    """When."""


class Episode(Part):
    """A key practice episode: a stretch of the case that mattered. Their order in the file is the narrative's."""

    ref: Name
    text: Needed
    """What happened, seen by those who were there."""
    contributory_factors: Texts = ()
    """What made practice likely to go as it went."""


class Finding(Part):
    """An underlying pattern."""

    ref: Name
    text: Needed
    effect: Annotated[Effect, BeforeValidator(_word)]
    """Whether it supports good practice or hinders it."""
    typology: Texts = ()
    """Kinds of pattern, one or several: the labels of typology.toml."""
    confidence: Annotated[Confidence | None, BeforeValidator(_word)] = None
    """How firmly it stands; full where nothing is said."""
    kpe_refs: Refs = ()
    """The episodes that show it."""
    contributory_factors: Texts = ()
    """What keeps it going."""
    questions_for_board: Texts = ()
    """What the Board is asked."""


class Recommendation(Part):
    """What is asked of the Board, and its answer."""

    ref: Name
    number: Annotated[Text, StringConstraints(max_length=80)] = ""
    """Its number in the plan."""
    findings: Refs = ()
    """The findings it answers."""
    text: Needed
    kind: Annotated[Kind | None, BeforeValidator(_word)] = None
    """What it asks for; it decides how it may be closed. clear_cut where nothing is said."""
    level: Annotated[Level | None, BeforeValidator(_word)] = None
    """Where the answer lies; local where nothing is said."""
    addressed_to: Refs = ()
    """Agencies, by code."""
    response: Annotated[Response | None, BeforeValidator(_word)] = None
    """The Board's; awaiting where nothing is said."""
    response_reasons: Text = ""
    """Why. Compulsory for not_accepted (Care Act 2014, Sch 2 para 4(1)(g))."""
    decided_at: Text = ""
    """The meeting that decided."""
    review_by: Day = None
    """When a referral comes back to the Board."""
    monitoring: Text = ""
    """How the Board will see whether it had its effect."""
    national_issue: Text = ""
    """What of it needs a national answer."""
    intended_outcome: Text = ""
    """What it is meant to change."""
    impact_measure: Text = ""
    """What will show that practice changed."""
    linked: Refs = ()
    """Recommendations of other reviews that say the same, by their refs in the store."""


class Action(Part):
    """One thing somebody will do. How far it is, is never in the file: that is the agencies' to say."""

    named_by: ClassVar[str] = "number"

    number: Annotated[Text, StringConstraints(max_length=80)] = ""
    """Its number in the plan, by which it is found again."""
    ref: Text = ""
    """Its Action ID, which actiontrack gives; an export writes it."""
    text: Needed
    lead_agency: Annotated[Text, StringConstraints(max_length=80)] = ""
    """The agency's code."""
    legs: Refs = ()
    """Every agency with a part in it; the lead's may be left out."""
    lead_officer: Text = ""
    """A post, never a name."""
    priority: Text = ""
    due: Day = None
    """When it is due now."""
    original_due: Day = None
    """When it was first due, if that was another day."""
    recommendations: Refs = ()
    """Those it answers, by ref."""
    depends_on: Refs = ()
    """Actions that have to be done first, by number or Action ID."""


class ReviewFile(Part):
    """One review."""

    version: Literal["1"]
    """Of this format."""
    review: Review
    meetings: Annotated[tuple[Meeting, ...], Many] = ()
    key_practice_episodes: Annotated[tuple[Episode, ...], Many] = ()
    findings: Annotated[tuple[Finding, ...], Many] = ()
    recommendations: Annotated[tuple[Recommendation, ...], Many] = ()
    actions: Annotated[tuple[Action, ...], Many] = ()
