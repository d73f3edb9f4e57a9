"""bugwarrior: what forges ask of a person, pulled into Taskwarrior. Set up with forges simulated on this machine.

It works one way: what the forge says stands in the task list, except in fields declared static.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from proof.peers import kit
from proof.peers.kit import Finding, Order, Tally
from proof.peers.tasks import Tasks

VERSION = "2.1.0"
REQUIREMENTS = (f"bugwarrior=={VERSION}",)
NAME = "bugwarrior"
SETTING = "one way, static_fields = priority (the default)"
_ITEMS = 10


@dataclass(slots=True)
class Forge:
    """As much of Gerrit and of Redmine as bugwarrior asks for: subjects by number, under a name each. None: down."""

    subjects: dict[str, dict[int, str] | None] = field(default_factory=dict)
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        forge = self

        class Answer(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.send_response(200)
                self.end_headers()

            def do_GET(self) -> None:
                name, _, asked = self.path.strip("/").partition("/")
                subjects = forge.subjects.get(name)
                if subjects is None:
                    self.send_error(503)
                    return
                body = _redmine(subjects) if asked.startswith("issues.json") else _gerrit(subjects)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


def _gerrit(subjects: Mapping[int, str]) -> bytes:
    changes = [
        {"_number": number, "subject": subject, "project": "plan", "branch": "main", "messages": []}
        for number, subject in subjects.items()
    ]
    return b")]}'" + json.dumps(changes).encode()


def _redmine(subjects: Mapping[int, str]) -> bytes:
    named = {name: {"name": name} for name in ("tracker", "status", "author", "project")}
    issues = [{"id": number, "subject": subject, **named} for number, subject in subjects.items()]
    return json.dumps({"issues": issues}).encode()


@dataclass(slots=True)
class Tool:
    """A task list that these targets (by name; "gerrit" or "redmine") are pulled into."""

    tasks: Tasks
    forge: Forge
    program: Path
    targets: Mapping[str, str]

    def __post_init__(self) -> None:
        text = f"[general]\ntargets = {json.dumps(list(self.targets))}\ntaskrc = {json.dumps(str(self.tasks.rc))}\n"
        for name, service in self.targets.items():
            text += f'[{name}]\nservice = "{service}"\n'
            address = json.dumps(f"{self.forge.url}/{name}")
            if service == "gerrit":
                text += f'base_uri = {address}\nusername = "anna"\npassword = "secret"\n'
            else:
                text += f'url = {address}\nkey = "secret"\n'
        self.config.write_text(text)

    @property
    def config(self) -> Path:
        return self.tasks.folder / "bugwarrior.toml"

    @property
    def lock(self) -> Path:
        """What a pull that was killed leaves behind."""
        return self.tasks.data / "bugwarrior.lockfile"

    def command(self) -> list[str | Path]:
        return [self.program / "bugwarrior", "pull"]

    @property
    def env(self) -> dict[str, str]:
        return self.tasks.env(BUGWARRIORRC=self.config)

    def pull(self) -> tuple[int, str]:
        """Its exit code, and what it said."""
        ended = kit.run(self.command(), cwd=self.tasks.folder, env=self.env)
        return ended.returncode, ended.stdout


def measure(order: Order, environment: Path) -> Iterator[Finding]:
    """Every scenario."""
    order.folder.mkdir(parents=True, exist_ok=True)
    programs, _ = kit.taskwarrior(order.folder)
    forge = Forge()
    try:
        make = _Maker(order.folder, environment, programs, forge)
        yield Finding(NAME, SETTING, kit.KILL, *_kill(make, order.trials))
        yield Finding(NAME, SETTING, kit.FIELDS, *_fields(make))
        yield Finding(NAME, SETTING, kit.MASS, *_mass(make, order.items))
        for second in ("gerrit", "redmine"):
            kind = "both targets Gerrits" if second == "gerrit" else "a Gerrit and a Redmine"
            yield Finding(NAME, kind, kit.DOWN, *_down(make, second))
    finally:
        forge.server.shutdown()
        forge.server.server_close()


@dataclass(slots=True)
class _Maker:
    folder: Path
    program: Path
    programs: Path
    forge: Forge

    def __call__(self, name: str, items: int = _ITEMS, targets: Mapping[str, str] | None = None) -> Tool:
        """So many items of each target, pulled."""
        targets = targets or {name: "gerrit"}
        for at, target in enumerate(targets):
            first = 1 + at * items
            self.forge.subjects[target] = {number: f"Item {number}" for number in range(first, first + items)}
        tool = Tool(Tasks(self.folder / name, self.programs), self.forge, self.program, targets)
        code, said = tool.pull()
        if code or len(tool.tasks.pending()) != items * len(targets):
            raise RuntimeError(f"bugwarrior did not pull the items: {said[-1500:]}")
        return tool


def _kill(make: _Maker, trials: int) -> tuple[str, Mapping[str, Any]]:
    tally = Tally()
    for trial in range(trials):
        name = f"kill{trial}"
        tool = make(name)
        make.forge.subjects[name] = {number: f"Changed {number}" for number in range(1, _ITEMS + 1)}
        gate = tool.tasks.gate
        if not gate.kill_after(1 + trial % (_ITEMS - 1), tool.command(), cwd=tool.tasks.folder, env=tool.env):
            raise RuntimeError("bugwarrior ended before it was killed")
        written = next(task for task in tool.tasks.all() if task["gerritsummary"].startswith("Changed"))
        tool.tasks.do(written["uuid"], "modify", "priority:H")
        tool.tasks.do(written["uuid"], "annotate", "Typed by a person")
        code, _ = tool.pull()
        stuck = bool(code) and tool.lock.exists()
        if stuck:
            tool.lock.unlink()
        tool.pull()
        tally.judge(**_judged(tool, written["uuid"]))
        tally["stuck"] += stuck
        shutil.rmtree(tool.tasks.folder)
    return tally.in_words(), tally.figures()


def _judged(tool: Tool, uuid: str) -> dict[str, bool]:
    tasks = tool.tasks.all()
    person = next((task for task in tasks if task["uuid"] == uuid), {})
    notes = [note["description"] for note in person.get("annotations", ())]
    carried = {task["gerritsummary"] for task in tasks} == {f"Changed {number}" for number in range(1, _ITEMS + 1)}
    return {
        "lost": person.get("priority") != "H" or "Typed by a person" not in notes,
        "duplicates": len(tasks) > _ITEMS,
        "not_carried": not carried,
    }


def _fields(make: _Maker) -> tuple[str, Mapping[str, Any]]:
    tool = make("fields")
    task = tool.tasks.all()[0]
    number = int(task["gerritid"])
    make.forge.subjects["fields"] = {**_of(make.forge, "fields"), number: "Changed on the forge"}
    tool.tasks.do(task["uuid"], "modify", "priority:H", "project:ours", "due:2027-01-31")
    code, _ = tool.pull()
    now = next(each for each in tool.tasks.all() if each["uuid"] == task["uuid"])
    kept = {
        "priority": now.get("priority") == "H", "due": now.get("due", "").startswith("20270131"),
        "project": now.get("project") == "ours",
    }  # fmt: skip
    carried = now["gerritsummary"] == "Changed on the forge"
    lost = [name for name, still in kept.items() if not still]
    figures = {"merged": carried and not lost, "lost": len(lost), "exit_code": code}
    held = " and ".join(name for name, still in kept.items() if still)
    told = f"typed in the list, {held} stand beside the forge's change"
    if lost:
        told += f"; {' and '.join(lost)}, which the forge has too, is overwritten with nothing said, exit {code}"
    return told, figures


def _of(forge: Forge, name: str) -> dict[int, str]:
    return forge.subjects[name] or {}


def _mass(make: _Maker, items: int) -> tuple[str, Mapping[str, Any]]:
    tool = make("mass", items)
    make.forge.subjects["mass"] = {1: "Item 1"}
    code, _ = tool.pull()
    left = len(tool.tasks.pending())
    figures = {"of": items, "left": left, "exit_code": code}
    if left == items:
        return f"stopped, exit {code}", figures
    return f"applied: {items - left} tasks marked done, exit {code}", figures


def _down(make: _Maker, second: str) -> tuple[str, Mapping[str, Any]]:
    tool = make(f"down{second}", targets={f"north{second}": "gerrit", f"south{second}": second})
    make.forge.subjects[f"south{second}"] = None
    north = _of(make.forge, f"north{second}")
    make.forge.subjects[f"north{second}"] = {**north, 1: "Changed on the forge"}
    code, _ = tool.pull()
    tasks = tool.tasks.all()
    key = "gerriturl" if second == "gerrit" else "redmineurl"
    of_south = [task for task in tasks if f"/south{second}" in task.get(key, "")]
    kept = sum(task["status"] == "pending" for task in of_south)
    reached = any(task.get("gerritsummary") == "Changed on the forge" for task in tasks)
    figures = {"other_synced": reached, "items_kept": kept, "of": len(of_south), "exit_code": code}
    other = "the other is pulled" if reached else "the other is not pulled"
    lost = len(of_south) - kept
    fate = f"{kept} of {len(of_south)} tasks of the one that is down are kept"
    if lost:
        fate = f"{lost} of {len(of_south)} tasks of the one that is down are marked done"
    return f"{other}; {fate}, exit {code}", figures
