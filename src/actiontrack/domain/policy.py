"""What a board may configure about the rules; the defaults are domain.md's."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from actiontrack.domain.vocabulary import Nation


class _Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Board(_Policy):
    """Whose suite this is."""

    name: str
    """As reports print it."""
    nation: Nation = Nation.ENG
    """Whose bank holidays count."""
    timezone: str = "Europe/London"
    """Where a day ends."""
    manager: str = ""
    """E-mail of the business unit: hears what nobody else can be told."""
    chair: str = ""
    """E-mail: hears of what is longest overdue."""
    holidays: str = ""
    """Path of an override file with days added to or taken from the bank holidays."""
    due_soon_days: int = 20
    """Working days."""
    stale_days: int = 60
    """Calendar days without an update."""
    reminder_days: tuple[int, ...] = (20, 10, 5)
    """Working days before the due date."""
    sign_offs: int = Field(default=1, ge=1)
    """How many agencies other than the lead must have signed off an action before it is verified."""
    impact_check_days: int = Field(default=180, ge=1)
    """Calendar days from verified to the impact check, where the action names no day of its own."""
    closures_need_decision: bool = True
    """Whether an action is closed (not implemented, superseded, no longer applicable) on a recorded decision only."""
    evidence_megabytes: int = Field(default=25, ge=1)
    """The largest file that is taken as evidence."""
    evidence_types: tuple[str, ...] = (
        "pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "txt", "csv", "eml", "msg", "png", "jpg", "jpeg",
    )  # fmt: skip
    """Endings of the files that are taken as evidence."""
    ladder: tuple[LadderStep, ...] = ()
    """Empty: the default ladder."""
    send_from: str = "08:00"
    """HH:MM: people are told on working days from this time of day on."""
    send_until: str = "18:00"
    """HH:MM: and not any more from this one on."""


class LadderStep(_Policy):
    """One level of escalation: `after` working days past due it goes to `to` (officer, lead, executive, board)."""

    level: str
    after: int
    to: str


DEFAULT_LADDER = (
    LadderStep(level="L1", after=1, to="officer"),
    LadderStep(level="L2", after=15, to="lead"),
    LadderStep(level="L3", after=31, to="executive"),
    LadderStep(level="L4", after=61, to="board"),
)
LADDER_REPEAT_DAYS = 20
"""At the last level, each further so many working days is a period of its own."""

Board.model_rebuild()


class Schedule(_Policy):
    """One `[[schedule]]`: a job at a wall-clock time of the board (HH:MM) on some days.

    `days` is "daily", "working" (the board's working days) or a weekday's name. `catch_up` tells what becomes of slots
    missed while nothing ran: each is run, the latest only, or none.
    """

    job: str
    """sync, sweep, report, backup, or a plugin's."""
    at: str
    """HH:MM, wall clock of the board."""
    days: str = "daily"
    """daily, working (the board's working days), or monday … sunday."""
    catch_up: Literal["all", "latest", "none"] = "latest"
    """What becomes of slots missed while nothing ran."""
    out: str = ""
    """Where a report or backup goes: a folder, relative to the configuration file."""
    formats: tuple[str, ...] = ("html",)
    """Of a report."""


class Subscription(_Policy):
    """One `[[subscription]]`: a report, made at a wall-clock time of the board on some days and sent to an audience.

    `audience` are addresses, and "manager" and "chair" for the board's own. Who may not see the plan itself must not be
    among them: the report holds its words.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """Its own name: letters, digits, "-", "_" and "."."""
    report: Literal["board", "agency", "register", "review"]
    """Which report is made, as at that day."""
    about: str = ""
    """Of a review its ref; of an agency's pack its code."""
    audience: tuple[str, ...] = Field(min_length=1)
    """Addresses, `manager` or `chair`: who gets it. It holds the plan's words, and goes to those who may see them."""
    formats: tuple[str, ...] = ("html",)
    """As which files (`actiontrack plugin list` shows the formats installed)."""
    at: str
    """HH:MM, wall clock of the board: when it is made. It goes within the hours in which people are told."""
    days: str = "daily"
    """daily, working (the board's working days), or monday … sunday."""
    catch_up: Literal["latest", "none"] = "latest"
    """What becomes of a day missed while nothing ran: the latest is made up for, or none."""
    skip_empty: bool = True
    """Whether a report with nothing in it is left unsent."""

    @property
    def schedule(self) -> Schedule:
        """When it is made, as a job of the scheduler."""
        return Schedule(job=f"subscription {self.name}", at=self.at, days=self.days, catch_up=self.catch_up)
