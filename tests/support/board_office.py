"""The command line in a folder of its own: a board, three agencies, a review, and a hand that can move the clock."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from actiontrack.cli.front import run

CONFIG = """\
[board]
name = "Exampleshire"
{board}
[[agency]]
code = "POL"
name = "Police"

[[agency]]
code = "NHS"
name = "Health Trust"

[[agency]]
code = "COU"
name = "Council"
"""


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class BoardOffice:
    """Types commands as the board's manager would."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, board: str = "") -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        monkeypatch.chdir(folder)
        monkeypatch.setenv("ACTIONTRACK_USER", "manager")
        self.on("2026-11-24")
        self.configure(board)

    def configure(self, board: str) -> None:
        (self.folder / "actiontrack.toml").write_text(CONFIG.format(board=board), encoding="utf-8")

    def on(self, day: str) -> None:
        """Let it be nine in the morning of that day."""
        self._monkeypatch.setenv("AT_NOW", f"{day}T09:00:00Z")

    def type(self, *words: str) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(words)
        return Answer(code, out.getvalue(), err.getvalue())

    def ask(self, *words: str) -> Any:
        """What a command answers with; it must work."""
        told = self.type(*words, "--json")
        assert told.code in (0, 1), told.err
        return told.json

    def refused(self, *words: str) -> str:
        """The one sentence with which a command is refused."""
        told = self.type(*words)
        assert told.code == 2, told.out + told.err
        [line] = told.err.splitlines()
        assert line.startswith("actiontrack: ")
        return line.removeprefix("actiontrack: ")

    def action(self, *fields: str) -> str:
        """A new action's ref."""
        return str(self.ask("action", "add", "text=Do it", "lead_agency=POL", *fields)["ref"])

    def show(self, ref: str) -> dict[str, Any]:
        return dict(self.ask("action", "show", ref))

    def verified(self, *fields: str, by: Sequence[str] = ("NHS",)) -> str:
        """An action that was reported complete, evidenced, signed off and verified."""
        ref = self.action("status=reported_complete", *fields)
        self.ask("action", "evidence", ref, "--link", "https://example.org/audit")
        for code in by:
            self.ask("action", "sign-off", ref, "--agency", code)
        assert self.ask("action", "set", ref, "status=verified")["status"] == "verified"
        return ref
