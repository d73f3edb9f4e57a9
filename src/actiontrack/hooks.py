"""Typed calls of the hooks, each implementation isolated: one that raises becomes an issue that names its plugin.

Plugins are found through the entry-point group `actiontrack`. They answer in alphabetical order of their names, the
core's defaults last, so that replacing a default needs no change to the core.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import inspect
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from actiontrack import hookspecs
from actiontrack.domain.issue import Issue
from actiontrack.errors import ActionTrackError, UserError

if TYPE_CHECKING:
    import click
    from pydantic import BaseModel

    from actiontrack.domain.derived import DueAction, Standing
    from actiontrack.domain.escalation import Owed
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

GROUP = "actiontrack"
DEFAULTS = (
    "actiontrack.defaults.closure",
    "actiontrack.defaults.dates",
    "actiontrack.defaults.escalation",
    "actiontrack.defaults.notifiers",
    "actiontrack.defaults.rating",
    "actiontrack.defaults.reports",
)


@dataclass(frozen=True, slots=True)
class Plugin:
    """What `plugin list` tells of one plugin. `version` is its distribution's; `hooks` what it implements."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConnectorType:
    """One offered type of connector or platform."""

    name: str
    options_model: type[BaseModel]
    factory: Callable[[InstanceSettings, InstanceContext], Connector]
    files: Files | None = None
    plugin: str = ""


@dataclass(frozen=True, slots=True)
class NotifierType:
    """One offered way to tell people."""

    name: str
    options_model: type[BaseModel]
    factory: Callable[[Any, NotifierContext], Notifier]
    plugin: str


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """One offered format; `suffix` begins with a dot."""

    name: str
    suffix: str
    renderer: Callable[[Any], bytes]
    plugin: str


@dataclass(frozen=True, slots=True)
class Job:
    """One offered job."""

    name: str
    job: Callable[[App], None]
    plugin: str


@dataclass(frozen=True, slots=True)
class Command:
    """One offered command; `load` imports it."""

    name: str
    summary: str
    load: Callable[[], click.Command]
    plugin: str


class _Proxy:
    """Holds a plugin's guarded implementations where pluggy looks for them."""


class _Renderer:
    """The last answer to render_report: the format's own renderer."""

    def __init__(self, formats: Mapping[str, ReportFormat]) -> None:
        self._formats = formats

    @hookspecs.hookimpl(trylast=True)
    def render_report(self, report: Any, format_name: str) -> bytes | None:
        """Render by the registered format; None where there is none of that name."""
        chosen = self._formats.get(format_name)
        return chosen.renderer(report) if chosen else None


class Hooks:
    """One typed method a hook. Make it with `load_plugins`, or bare in a test and `register` plugins by hand.

    `issues` holds, keyed (plugin, hook), what went wrong in implementations so far.
    """

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(GROUP)
        self._manager.add_hookspecs(hookspecs)
        self._hook = self._manager.hook
        self.issues: dict[tuple[str, str], Issue] = {}
        self.plugins: list[Plugin] = []
        self.connectors: dict[str, ConnectorType] = {}
        self.platforms: dict[str, ConnectorType] = {}
        self.notifiers: dict[str, NotifierType] = {}
        self.report_formats: dict[str, ReportFormat] = {}
        self.jobs: dict[str, Job] = {}
        self.commands: dict[str, Command] = {}
        self.register(_Renderer(self.report_formats), "actiontrack.renderer")

    # --- loading ----------------------------------------------------------------------------------------------------

    def register(self, plugin: object, name: str, distribution: str = "", version: str = "") -> None:
        """Take a plugin in. Raises UserError where it implements a hook there is not, or asks for unknown arguments."""
        proxy = _Proxy()
        hooks = []
        for attribute in dir(plugin):
            options = self._manager.parse_hookimpl_opts(plugin, attribute)
            if not options:
                continue
            hook = options.get("specname") or attribute
            self._refuse_unknown(hook, name)
            if options.get("hookwrapper"):
                raise UserError(f"Plugin {name!r}: {hook} uses hookwrapper=True; use wrapper=True.")
            guard = self._guard_wrapper if options.get("wrapper") else self._guard
            setattr(proxy, attribute, guard(getattr(plugin, attribute), name, hook))
            hooks.append(hook)
        try:
            self._manager.register(proxy, name)
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            raise UserError(f"Plugin {name!r} can't be used: {' '.join(str(error).split())}") from error
        self.plugins.append(Plugin(name, distribution, version, tuple(sorted(hooks))))

    def files_of(self, type_: str) -> Files | None:
        """What that type tells of its files; None where its instances are none."""
        offered = self.connectors.get(type_)
        return offered.files if offered else None

    def collect_offers(self) -> None:
        """Call the `register_` hooks, once, after every plugin is in."""
        self._collect("register_connectors", self.connectors, ConnectorType)
        self._collect("register_platforms", self.platforms, ConnectorType)
        self._collect("register_notifiers", self.notifiers, NotifierType)
        self._collect("register_report_formats", self.report_formats, ReportFormat)
        self._collect("register_jobs", self.jobs, Job)
        self._collect("register_commands", self.commands, Command)

    def note_failure(self, plugin: str, what: str, error: BaseException) -> None:
        """Keep a plugin's fault as an issue. An exception's own text may hold people's words, so only ours is shown."""
        frames = inspect.getinnerframes(error.__traceback__, context=0) if error.__traceback__ else []
        place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        told = f": {error}" if isinstance(error, ActionTrackError) else f" ({type(error).__name__}{place})"
        self.issues[plugin, what] = Issue(
            source=plugin,
            id=what,
            severity="error",
            text=f"Plugin {plugin} failed in {what}{told}",
            do="Update the plugin, or uninstall it; everything else went on without it.",
        )

    # --- check_ -----------------------------------------------------------------------------------------------------

    def check_action(self, action: Action, legs: Sequence[Leg], evidence: Sequence[Evidence]) -> list[Issue]:
        """Every plugin's issues with an action."""
        return _flat(self._hook.check_action(action=action, legs=legs, evidence=evidence))

    def check_evidence(self, action: Action, evidence: Evidence) -> list[Issue]:
        """Every plugin's issues with a piece of evidence."""
        return _flat(self._hook.check_evidence(action=action, evidence=evidence))

    def check_config(
        self, board: Board, agencies: Sequence[Agency], instances: Mapping[str, InstanceSettings]
    ) -> list[Issue]:
        """Every plugin's issues with the configuration."""
        return _flat(self._hook.check_config(board=board, agencies=agencies, instances=instances))

    # --- decide_ ----------------------------------------------------------------------------------------------------

    def is_default(self, *names: str) -> bool:
        """Whether the core's defaults alone answer these hooks: then the same facts give the same answer."""
        return all(sum(name in plugin.hooks for plugin in self.plugins) <= 1 for name in names)

    def is_heard(self, name: str) -> bool:
        """Whether anybody listens to this hook."""
        return any(name in plugin.hooks for plugin in self.plugins)

    def decide_due_date(self, action: DueAction, legs: Sequence[Leg], as_at: date, calendar: Calendar) -> date | None:
        """The day the action's clock runs to; None is undated."""
        answer: date | None = self._hook.decide_due_date(action=action, legs=legs, as_at=as_at, calendar=calendar)
        return answer

    def decide_escalation(self, standing: Standing, board: Board, calendar: Calendar) -> Sequence[Owed]:
        """Every reminder and escalation reached, lowest first."""
        return self._hook.decide_escalation(standing=standing, board=board, calendar=calendar) or ()

    def decide_rating(self, standing: Standing, recommendations: Sequence[Recommendation]) -> Rating | None:
        """The rating; None where it has none."""
        answer: Rating | None = self._hook.decide_rating(standing=standing, recommendations=recommendations)
        return answer

    def decide_closure(
        self, recommendation: Recommendation, actions: Sequence[Action], decisions: Sequence[Decision], as_at: date
    ) -> list[str]:
        """What is missing before the recommendation may be closed."""
        answer: list[str] | None = self._hook.decide_closure(
            recommendation=recommendation, actions=actions, decisions=decisions, as_at=as_at
        )
        return ["No rule could say whether it may be closed."] if answer is None else answer

    # --- on_ --------------------------------------------------------------------------------------------------------

    def on_action_changed(self, before: Action | None, after: Action) -> None:
        """Tell that an action was made or changed."""
        self._hook.on_action_changed(before=before, after=after)

    def on_action_overdue(self, ref: str, level: str, days_overdue: int, to: str) -> None:
        """Tell that an escalation was raised."""
        self._hook.on_action_overdue(ref=ref, level=level, days_overdue=days_overdue, to=to)

    def on_conflict_found(self, conflict: Conflict) -> None:
        """Tell of a new conflict."""
        self._hook.on_conflict_found(conflict=conflict)

    def on_sync_finished(self, result: Mapping[str, Any]) -> None:
        """Tell that a sync ended."""
        self._hook.on_sync_finished(result=result)

    def on_report_made(self, name: str, files: Sequence[str]) -> None:
        """Tell that a report was written."""
        self._hook.on_report_made(name=name, files=files)

    # --- render_ ----------------------------------------------------------------------------------------------------

    def render_report(self, report: Any, format_name: str) -> bytes:
        """The report in one format. Raises UserError where no plugin has it, or the one that has it failed."""
        made: bytes | None = self._hook.render_report(report=report, format_name=format_name)
        if made is not None:
            return made
        if format_name in self.report_formats:
            faults = [issue.text for (_, what), issue in self.issues.items() if what == "render_report"]
            raise UserError(f"The report could not be made as {format_name}. {' '.join(faults)}")
        installed = ", ".join(sorted(self.report_formats)) or "none"
        raise UserError(f"No report format {format_name!r} is installed; there are: {installed}.")

    # --- inside -----------------------------------------------------------------------------------------------------

    def _refuse_unknown(self, hook: str, name: str) -> None:
        known = [spec for spec in dir(hookspecs) if hasattr(getattr(hookspecs, spec), f"{GROUP}_spec")]
        if hook in known:
            return
        near = difflib.get_close_matches(hook, known, 1, 0.4)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise UserError(f"Plugin {name!r} implements {hook}, and there is no such hook{hint}")

    def _guard(self, function: Callable[..., Any], plugin: str, hook: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def guarded(*args: Any) -> Any:
            try:
                answer = function(*args)
                return list(answer) if hook.startswith("check_") and answer is not None else answer
            except Exception as error:  # noqa: BLE001 - whatever a plugin raises, the others still run
                self.note_failure(plugin, hook, error)
                return None

        return guarded

    def _guard_wrapper(self, function: Callable[..., Any], plugin: str, hook: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def guarded(*args: Any) -> Generator[None, Any, Any]:
            started = False
            try:
                wrapper = function(*args)
                next(wrapper)
                started = True
            except StopIteration as error:
                self.note_failure(plugin, hook, error)
            except Exception as error:  # noqa: BLE001 - as above
                self.note_failure(plugin, hook, error)
            result = yield
            if not started:
                return result
            try:
                wrapper.send(result)
            except StopIteration as stop:
                return stop.value
            except Exception as error:  # noqa: BLE001 - as above
                self.note_failure(plugin, hook, error)
                return result
            wrapper.close()
            self.note_failure(plugin, hook, UserError("a wrapper must yield once"))
            return result

        return guarded

    def _collect(self, hook: str, offers: dict[str, Any], make: Callable[..., Any]) -> None:
        for implementation in reversed(getattr(self._hook, hook).get_hookimpls()):
            plugin = implementation.plugin_name

            def register(name: str, *rest: Any, plugin: str = plugin) -> None:
                if name in offers:
                    raise UserError(f"{name!r} is offered by {offers[name].plugin} already")
                offers[name] = make(name, *rest, plugin=plugin)

            implementation.function(*[register for _ in implementation.argnames])


def load_plugins(also: Mapping[str, object] | None = None, *, installed: bool = True) -> Hooks:
    """The defaults and, where `installed`, every plugin in the environment; asked before those, `also` by name.

    A plugin that can't be imported becomes an issue; one with a misspelt hook raises UserError, naming both.
    """
    hooks = Hooks()
    for module in sorted(DEFAULTS, reverse=True):
        hooks.register(importlib.import_module(module), module, GROUP)
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name, reverse=True) if installed else []
    for point in found:
        try:
            plugin = point.load()
        except Exception as error:  # noqa: BLE001 - one plugin that can't be imported must not stop the others
            hooks.note_failure(point.name, "load", error)
            continue
        distribution = point.dist
        hooks.register(
            plugin, point.name, distribution.name if distribution else "", distribution.version if distribution else ""
        )
    for name in sorted(also or {}, reverse=True):
        hooks.register((also or {})[name], name)
    hooks.collect_offers()
    return hooks


def _flat(answers: Iterable[Iterable[Issue]]) -> list[Issue]:
    return [issue for answer in answers for issue in answer]
