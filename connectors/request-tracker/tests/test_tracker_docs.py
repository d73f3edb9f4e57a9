"""The page on Request Tracker, followed to the letter on a real one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs.test_commands import Reader
from tests.servers.house import Running
from tests.servers.rt import run_script

pytestmark = pytest.mark.server

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "use-request-tracker.md"


class Newcomer(Reader):
    """A reader with an RT: somebody puts its address in, and the administrator runs the script."""

    server: Running

    def configure(self, text: str) -> None:
        super().configure(text.replace("RT_URL", self.server.url))

    def type(self, line: str) -> str:
        printed = super().type(line)
        if "--script" in line:
            told = run_script(self.server.folder, (self.folder / "set-up.pl").read_text(encoding="utf-8"))
            assert "made: queue Board actions" in told
        return printed


def test_a_newcomers_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracker: Running) -> None:
    for name, value in {"ACTIONTRACK_USER": "reader", "RT_TOKEN": tracker.access["token"]}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    newcomer = Newcomer(monkeypatch, tmp_path)
    newcomer.server = tracker
    assert newcomer.follow(PAGE) == 11
    assert re.search(r"python -m tests\.servers rt", PAGE.read_text(encoding="utf-8"))
