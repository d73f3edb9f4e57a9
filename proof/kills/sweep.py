"""One trial: kill at a step, let a person edit, resume, and compare with what would have come of it undisturbed."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import shutil
import signal
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from board_suite import Suite

import actiontrack.hooks
from proof.kills import doors, people
from proof.kills.outcome import Outcome, duplicated, outcome
from proof.kills.scenarios import NOW, SCENARIOS, Scenario

UNTOUCHED = ""
"""No person edits."""


@dataclass(frozen=True)
class Point:
    """A moment at which a scenario can be killed: before or after its step of that number."""

    scenario: str
    at: int
    step: str
    when: str


@dataclass
class Verdict:
    """What came of a trial; `wrong` says in a line each what should not be."""

    point: Point
    edit: str
    edited: bool = False
    lost: int = 0
    duplicated: int = 0
    false_conflicts: int = 0
    wrong: list[str] = field(default_factory=list)


class Bench:
    """A folder in which trials are made, one after the other, always at the same path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work"
        self._patch = pytest.MonkeyPatch()
        self._references: dict[tuple[str, str, tuple[bool, bool]], Outcome] = {}
        self._points: dict[str, list[Point]] = {}
        self._written: dict[str, list[people.Cell]] = {}
        if "proof.kills.remote" not in actiontrack.hooks.DEFAULTS:
            actiontrack.hooks.DEFAULTS += ("proof.kills.remote",)  # type: ignore[assignment]

    # --- what there is to kill ------------------------------------------------------------------------------------

    def points(self, name: str) -> list[Point]:
        """Every moment of a scenario, found by letting it pass once."""
        if name not in self._points:
            scenario = SCENARIOS[name]
            passed = self._recorded(scenario)
            self._points[name] = [
                Point(name, at, step, when) for at, step in enumerate(passed) for when in ("before", "after")
            ]
        return self._points[name]

    def _recorded(self, scenario: Scenario) -> list[str]:
        suite = self.ready(scenario)
        path = self.folder / "passed"

        def act() -> None:
            passing = doors.Killer()
            with doors.listening(passing):
                scenario.act(suite)
            path.write_bytes(pickle.dumps(passing.passed))

        assert _in_a_process_of_its_own(act) == 0, f"{scenario.name} can't be recorded"
        return list(pickle.loads(path.read_bytes()))

    def steps(self) -> dict[str, set[str]]:
        """Each step by its name, and the scenarios found to make it so far."""
        found: dict[str, set[str]] = {}
        for name, points in self._points.items():
            for point in points:
                found.setdefault(point.step, set()).add(name)
        return found

    # --- one trial ------------------------------------------------------------------------------------------------

    def trial(self, point: Point, edit: str = UNTOUCHED) -> Verdict:
        """Kill there, edit, resume, judge."""
        scenario = SCENARIOS[point.scenario]
        verdict = Verdict(point, edit)
        written = self._cells(scenario)
        suite = self.ready(scenario)
        target = suite.folder / scenario.edits
        before = people.plain_rows(people.rows_of(target))

        def act() -> None:
            with doors.listening(doors.Killer(point.at, point.when)):
                scenario.act(suite)

        ended = _in_a_process_of_its_own(act)
        if ended != -signal.SIGKILL:
            verdict.wrong.append(f"it was not killed: the process ended with {ended}")
            return verdict
        moved = people.plain_rows(people.rows_of(target)) != before
        verdict.edited = bool(edit) and people.edit(target, edit, written)
        try:
            told = self.resumed(scenario, suite)
        except Exception as error:  # noqa: BLE001 - whatever it is, the trial has failed and the others go on
            verdict.wrong.append("".join(traceback.format_exception(error)[-3:]))
            return verdict
        self._judge(verdict, told, scenario, moved=moved)
        return verdict

    def _judge(self, verdict: Verdict, told: Outcome, scenario: Scenario, *, moved: bool) -> None:
        edit = verdict.edit if verdict.edited else UNTOUCHED
        expected, *others = self._references_of(scenario, edit, moved=moved)
        expected = next((each for each in others if each == told), expected)
        verdict.duplicated = max(0, duplicated(told) - duplicated(expected))
        verdict.false_conflicts = max(0, len(told["conflicts"]) - len(expected["conflicts"]))
        if people.TYPED in str(expected) and people.TYPED not in str(told):
            verdict.lost = 1
        for name in expected:
            if told[name] != expected[name]:
                verdict.wrong.append(f"{name}: {difference(expected[name], told[name])}")

    def _references_of(self, scenario: Scenario, edit: str, *, moved: bool) -> list[Outcome]:
        """What may come of it: the edit made before everything or after it, by what the file showed whoever made it.

        What was killed had taken in what was typed so far, and shown part of it, so that the edit may also count as
        the other. Only of the very cell is it clear: who typed over it saw what the file showed. (A case system is
        written record by record: what moved may be another.)
        """
        told = [self.reference(scenario, edit, after=moved)]
        if edit and (edit != "very cell" or (moved and scenario.edits.endswith(".json"))):
            told.append(self.reference(scenario, edit, after=not moved))
        if edit and scenario.half is not None and moved:
            told.append(self.reference(scenario, edit, after=True, half=True))
        return told

    # --- what would have come of it -------------------------------------------------------------------------------

    def reference(self, scenario: Scenario, edit: str, *, after: bool, half: bool = False) -> Outcome:
        """Undisturbed: the edit made after everything was done, or the first half of it, or before any of it."""
        key = scenario.name, edit, (after and bool(edit), half)
        if key not in self._references:
            suite = self.ready(scenario)
            target = suite.folder / scenario.edits
            if after or not edit:
                (scenario.half if half and scenario.half else scenario.act)(suite)
            if edit:
                people.edit(target, edit, self._cells(scenario))
            self._references[key] = self.resumed(scenario, suite)
        return self._references[key]

    def _cells(self, scenario: Scenario) -> list[people.Cell]:
        if scenario.name not in self._written:
            suite = self.ready(scenario)
            before = people.rows_of(suite.folder / scenario.edits)
            scenario.act(suite)
            self._written[scenario.name] = people.written_cells(before, people.rows_of(suite.folder / scenario.edits))
        return self._written[scenario.name]

    def resumed(self, scenario: Scenario, suite: Suite) -> Outcome:
        """Do it again as somebody who finds it half done, until nothing moves; then what everybody holds."""
        scenario.act(suite)
        for _ in range(2):
            before = _bytes(suite.folder)
            suite.sync(code=None)
            if _bytes(suite.folder) == before:
                break
        else:
            raise AssertionError("a third sync still changed a file")
        assert suite.run("audit", "verify")["broken_at"] is None, "the audit chain is broken"
        return outcome(suite.folder)

    # --- folders --------------------------------------------------------------------------------------------------

    def ready(self, scenario: Scenario) -> Suite:
        """The folder at the moment before the scenario's act."""
        template = self.folder / "templates" / scenario.name
        self._patch.setenv("AT_NOW", NOW)
        self._patch.setenv("ACTIONTRACK_USER", "manager")
        suite = Suite(self.work, self._patch)
        shutil.rmtree(self.work, ignore_errors=True)
        if not template.exists():
            self.work.mkdir(parents=True)
            scenario.prepare(suite)
            shutil.copytree(self.work, template)
            (template.parent / f"{scenario.name}.now").write_text(os.environ["AT_NOW"])
            shutil.rmtree(self.work)
        self._patch.setenv("AT_NOW", (template.parent / f"{scenario.name}.now").read_text())
        shutil.copytree(template, self.work)
        return suite


def _bytes(folder: Path) -> dict[str, bytes]:
    files = [path for suffix in ("xlsx", "ods", "csv", "json") for path in folder.glob(f"**/*.{suffix}")]
    return {str(path): path.read_bytes() for path in files}


def _in_a_process_of_its_own(act: Any) -> int:
    """A fork of this warm process does it and ends; how it ended: its exit code, or minus the signal that killed it."""
    child = os.fork()
    if child == 0:
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                act()
            except BaseException:  # noqa: BLE001 - told by its exit code; nothing of the parent's may run here
                traceback.print_exc()
                os._exit(70)
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def difference(expected: Any, told: Any) -> str:
    if isinstance(expected, dict) and isinstance(told, dict):
        parts = [f"{key}: {difference(expected.get(key), told.get(key))}"
                 for key in sorted({*expected, *told}) if expected.get(key) != told.get(key)]  # fmt: skip
        return "; ".join(parts)
    if isinstance(expected, list) and isinstance(told, list):
        lacking, added = (
            [each for each in expected if each not in told],
            [each for each in told if each not in expected],
        )
        return f"lacks {lacking}, has {added}"
    return f"{told!r} instead of {expected!r}"
