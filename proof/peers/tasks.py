"""Taskwarrior, the task list that syncall and bugwarrior write to: an account of its own, and a gate at its writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proof.peers import kit
from proof.peers.kit import Gate


@dataclass(slots=True)
class Tasks:
    """A person's task list in a folder. The gate is the list's own hook `on-exit`: it is called after each write."""

    folder: Path
    programs: Path
    """The folder of `task`."""
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        data = self.folder / "tasks"
        data.mkdir(parents=True)
        self.rc.write_text(f"data.location={data}\nconfirmation=off\nhooks=on\njson.array=on\n")
        self.gate = Gate(data / "hooks" / "on-exit-written", reads_stdin=True)

    @property
    def rc(self) -> Path:
        """Its configuration."""
        return self.folder / "taskrc"

    @property
    def data(self) -> Path:
        """Where it keeps the tasks."""
        return self.folder / "tasks"

    def env(self, **more: str | Path) -> dict[str, str]:
        """The surroundings of a program that writes here."""
        return kit.surroundings(self.folder / "home", path=[self.programs], TASKRC=self.rc, **more)

    def do(self, *args: str) -> str:
        """One command of a person."""
        return kit.must([self.programs / "task", *args], cwd=self.folder, env=self.env())

    def all(self) -> list[dict[str, Any]]:
        """Every task that is not deleted."""
        found: list[dict[str, Any]] = json.loads(self.do("rc.verbose=nothing", "status.not:deleted", "export"))
        return found

    def pending(self) -> list[dict[str, Any]]:
        """Those still to be done."""
        return [task for task in self.all() if task["status"] == "pending"]

    def add(self, tasks: Iterable[Mapping[str, str]]) -> None:
        """Put tasks there in one go."""
        made = self.folder / "new.json"
        made.write_text("".join(json.dumps({"status": "pending"} | dict(task)) + "\n" for task in tasks))
        self.do("import", str(made))
