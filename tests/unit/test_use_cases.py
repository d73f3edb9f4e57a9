"""What a plugin is handed: the use cases, without a line of SQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from board_suite import BOARD, Suite, row

from actiontrack.errors import UserError
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
