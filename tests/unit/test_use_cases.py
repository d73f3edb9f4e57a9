"""What a plugin is handed: the use cases, without a line of SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from board_suite import BOARD, Suite, row

from actiontrack.api import Action, Finding, Meeting, Recommendation, Response, Review, hookimpl
from actiontrack.domain.ledger import Setting
from actiontrack.errors import NotAllowed, NotFound, UserError
from actiontrack.ports import App
from actiontrack.runtime import open_runtime
from actiontrack.services.use_cases import UseCases


def test_a_plugin_finds_changes_reports_and_syncs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    suite = Suite(tmp_path, monkeypatch)
    suite.configure(BOARD)
    suite.make_plan(row(number) for number in range(1, 4))
    suite.adopt()
    with open_runtime(str(tmp_path / "actiontrack.toml")) as runtime:
        app: App = UseCases(runtime.core)
        assert [each["number"] for each in app.find(agency="POL")] == ["1"]
        assert app.change("1", {"priority": "Urgent"}, who="plugin")["priority"] == "Urgent"
        assert app.sync(who="plugin")["connectors"][0]["updated_there"] == 1
        (made,) = app.report(app.clock.today(), ["json"], tmp_path / "pack")
        assert made.exists()
        with pytest.raises(UserError):
            app.change("1", {"prority": "x"}, who="plugin")
        assert app.calendar.is_working_day(app.clock.today())
        with app.store.reading() as reader:
            assert reader.head() > 0


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UseCases]:
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    Suite(tmp_path, monkeypatch).configure()
    with open_runtime(str(tmp_path / "actiontrack.toml")) as runtime:
        yield UseCases(runtime.core)


def heard(app: UseCases) -> list[tuple[str, str]]:
    """What a plugin is told of actions from now on: the text before and after."""
    told: list[tuple[str, str]] = []

    class Listener:
        @hookimpl
        def on_action_changed(self, before: Action | None, after: Action) -> None:
            told.append((before.text if before else "", after.text))

    app._core.hooks.register(Listener(), "listener")
    return told


def test_a_plugin_takes_records_in_as_one_transaction(app: UseCases) -> None:
    told = heard(app)
    with app.recording(who="plugin", source="mine") as records:
        records.put(Meeting(ref="M-1", body=app.board, date=date(2026, 11, 1)), Review(ref="SAR-1"))
        records.put(Recommendation(ref="SAR-1-R1", review="SAR-1", number="1", text="See it."))
        first = records.add_action({"text": "Do it.", "review": "SAR-1", "lead_agency": "Norchester Police"})
        second = records.add_action({"text": "Do it too."}, recommendations=["SAR-1-R1"], depends_on=[first])
        records.remember("base", "what was read")
        assert told == []
    assert told == [("", "Do it."), ("", "Do it too.")]
    with app.store.reading() as reader:
        made = reader.get(Action, second)
        assert made is not None
        assert (made.recommendations, made.depends_on) == (("SAR-1-R1",), (first,))
        assert {(each.who, each.source) for each in reader.entries()} == {("plugin", "mine")}
        kept = reader.get(Setting, "mine/base")
        assert kept is not None
    with app.recording(who="plugin", source="mine") as records:
        assert (records.recall("base"), records.recall("other")) == ("what was read", "")
        due = {"current_due": "2027-01-01"}
        assert records.set_action(first, due) == {}
        assert list(records.set_action(first, {"current_due": "2027-02-01"})) == ["current_due"]
        assert [each.ref for each in records.find(Review)] == ["SAR-1"]
    assert app.find(search="Do it.")[0]["current_due"] == "2027-01-01"


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        (lambda records: records.put(Finding(ref="F", review="SAR-9", text="x")), NotFound),
        (lambda records: records.put(Recommendation(ref="R", response=Response.NOT_ACCEPTED)), NotAllowed),
        (lambda records: records.put(records.get(Action, records.add_action({"text": "x"}))), NotAllowed),
        (lambda records: records.add_action({"text": "x", "lead_agency": "Nobody"}), UserError),
        (lambda records: records.add_action({"priority": "High"}), UserError),
        (lambda records: records.add_action({"text": "x"}, depends_on=["AT-1"]), NotFound),
        (lambda records: records.set_action(records.add_action({"text": "x"}), {"status": "verified"}), NotAllowed),
    ],
)
def test_what_the_guards_forbid_takes_all_of_it_back(app: UseCases, deed: Any, error: type[Exception]) -> None:
    told = heard(app)

    def do() -> None:
        with app.recording(who="plugin", source="mine") as records:
            records.put(Review(ref="SAR-1"))
            deed(records)

    with pytest.raises(error):
        do()
    with app.store.reading() as reader:
        assert reader.head() == 0
    assert told == []


def test_a_dry_run_of_a_plugin_stores_nothing_and_tells_nobody(app: UseCases) -> None:
    told = heard(app)
    with app.recording(who="plugin", source="mine", dry_run=True) as records:
        ref = records.add_action({"text": "x"})
        assert records.get(Action, ref) is not None
    with app.store.reading() as reader:
        assert reader.head() == 0
    assert told == []
