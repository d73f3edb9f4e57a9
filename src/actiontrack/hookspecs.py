"""Every hook there is. The prefix tells the pattern (docs/hooks.md has a section and an example for each).

`register_` offers, `check_` asks all, `decide_` takes the first answer, `on_` tells all, `render_` takes the first
answer and lets wrappers change it. Plugins answer in alphabetical order of their names, the core's defaults last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

if TYPE_CHECKING:
    import click
    from pydantic import BaseModel

    from actiontrack.domain.derived import DueAction, Standing
    from actiontrack.domain.escalation import Owed
    from actiontrack.domain.issue import Issue
    from actiontrack.domain.ledger import Conflict
    from actiontrack.domain.nouns import Action, Agency, Decision, Evidence, Leg, Recommendation
    from actiontrack.domain.policy import Board
    from actiontrack.domain.vocabulary import Rating
    from actiontrack.ports import (
        App,
        Calendar,
        Connector,
        Files,
        InstanceContext,
        InstanceSettings,
        Notifier,
        NotifierContext,
    )

hookspec = pluggy.HookspecMarker("actiontrack")
hookimpl = pluggy.HookimplMarker("actiontrack")
"""Marks an implementation: `@hookimpl` on a function named as the hook."""


class ConnectorRegistrar(Protocol):
    """`register(type, options_model, factory)`; the model validates the keys of that type in the configuration.

    A type whose instances are files offers `files` as well: then one instance may name many, and `run` watches them.
    """

    def __call__(
        self,
        type: str,  # noqa: A002 - the configuration's own key
        options_model: type[BaseModel],
        factory: Callable[[InstanceSettings, InstanceContext], Connector],
        files: Files | None = None,
        /,
    ) -> None:
        """Offer one type of connector."""
        ...


class NotifierRegistrar(Protocol):
    """`register(type, options_model, factory)`; the factory is given the validated options and its context."""

    def __call__(
        self,
        type: str,  # noqa: A002 - the configuration's own key
        options_model: type[BaseModel],
        factory: Callable[[Any, NotifierContext], Notifier],
        /,
    ) -> None:
        """Offer one way to tell people."""
        ...


class ReportFormatRegistrar(Protocol):
    """`register(name, suffix, renderer)`; the renderer makes a file's bytes from the report, the same each time."""

    def __call__(self, name: str, suffix: str, renderer: Callable[[Any], bytes], /) -> None:
        """Offer one format, such as ("html", ".html", render)."""
        ...


class JobRegistrar(Protocol):
    """`register(name, job)`; the job can be named in `[[schedule]]`."""

    def __call__(self, name: str, job: Callable[[App], None], /) -> None:
        """Offer one job."""
        ...


class CommandRegistrar(Protocol):
    """`register(name, summary, load)`; `load` imports and returns the click command when it is first used."""

    def __call__(self, name: str, summary: str, load: Callable[[], click.Command], /) -> None:
        """Offer one command."""
        ...


# --- register_: called once after load ------------------------------------------------------------------------------


@hookspec
def register_connectors(register: ConnectorRegistrar) -> None:
    """Offer connector types: `register("spreadsheet", Options, make)`."""


@hookspec
def register_platforms(register: ConnectorRegistrar) -> None:
    """Offer types that `[platform]` may name: a board-side connector that a partnership hosts its reviews on."""


@hookspec
def register_notifiers(register: NotifierRegistrar) -> None:
    """Offer ways to tell people: `register("smtp", Options, make)`."""


@hookspec
def register_report_formats(register: ReportFormatRegistrar) -> None:
    """Offer report formats: `register("html", ".html", render)`."""


@hookspec
def register_jobs(register: JobRegistrar) -> None:
    """Offer jobs for the schedule: `register("nightly-export", export)`."""


@hookspec
def register_commands(register: CommandRegistrar) -> None:
    """Offer commands: `register("serve", "Serve the web pages", load)`."""


# --- check_: everybody is asked -------------------------------------------------------------------------------------


@hookspec
def check_action(action: Action, legs: Sequence[Leg], evidence: Sequence[Evidence]) -> Iterable[Issue] | None:
    """What a person should mend in this action."""


@hookspec
def check_evidence(action: Action, evidence: Evidence) -> Iterable[Issue] | None:
    """What a person should mend in this piece of evidence."""


@hookspec
def check_config(
    board: Board, agencies: Sequence[Agency], instances: Mapping[str, InstanceSettings]
) -> Iterable[Issue] | None:
    """What a person should mend in the configuration (asked by `doctor`)."""


# --- decide_: the first answer that is not None wins ----------------------------------------------------------------


@hookspec(firstresult=True)
def decide_due_date(action: DueAction, legs: Sequence[Leg], as_at: date, calendar: Calendar) -> date | None:
    """The day the action's clock runs to. The default: current_due and the working days it was paused."""


@hookspec(firstresult=True)
def decide_escalation(standing: Standing, board: Board, calendar: Calendar) -> Sequence[Owed] | None:
    """Every reminder and escalation reached on the standing's day, lowest first. The default: the board's ladder."""


@hookspec(firstresult=True)
def decide_rating(standing: Standing, recommendations: Sequence[Recommendation]) -> Rating | None:
    """The action's rating; None has none. The default: domain.md's BRAG and white."""


@hookspec(firstresult=True)
def decide_closure(
    recommendation: Recommendation, actions: Sequence[Action], decisions: Sequence[Decision], as_at: date
) -> list[str] | None:
    """What is missing before this recommendation may be closed, in sentences; [] lets it. The default: by kind.

    `actions` answer it, `decisions` are the Board's about it; a referral comes back on its day.
    """


# --- on_: everybody is told, after the commit -----------------------------------------------------------------------


@hookspec
def on_action_changed(before: Action | None, after: Action) -> None:
    """An action was made (`before` is None) or changed."""


@hookspec
def on_action_overdue(ref: str, level: str, days_overdue: int, to: str) -> None:
    """A sweep raised an escalation (never a mere reminder)."""


@hookspec
def on_conflict_found(conflict: Conflict) -> None:
    """A sync found a conflict that was not there before."""


@hookspec
def on_sync_finished(result: Mapping[str, Any]) -> None:
    """A sync ended; `result` is what `sync --json` prints."""


@hookspec
def on_report_made(name: str, files: Sequence[str]) -> None:
    """A report of that kind (board, annual, register, review) was written to these files."""


# --- render_: the first answer wins, wrappers may change it ---------------------------------------------------------


@hookspec(firstresult=True)
def render_report(report: Any, format_name: str) -> bytes | None:
    """The report's bytes in that format. The default: the registered format's renderer."""
