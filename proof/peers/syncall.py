"""syncall: a task list in Taskwarrior and one elsewhere. Set up with a CalDAV server on this machine."""

from __future__ import annotations

import base64
import contextlib
import datetime
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proof.peers import kit
from proof.peers.kit import Finding, Order, Tally
from proof.peers.tasks import Tasks

VERSION, RADICALE = "1.8.8", "3.9.0"
REQUIREMENTS = (f"syncall[caldav,tw]=={VERSION}", "typing_extensions==4.16.0", f"radicale=={RADICALE}")
"""typing_extensions: syncall imports it and does not say so."""
NAME = "syncall"
SETTING = "resolution-strategy = MostRecentRS"
_ITEMS = 10
_ANNA = {"Authorization": "Basic " + base64.b64encode(b"anna:secret").decode()}


@dataclass(slots=True)
class Server:
    """Radicale on a free port of 127.0.0.1, for anybody who says a name."""

    folder: Path
    programs: Path
    port: int = field(default_factory=kit.free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "radicale.conf"
        config.write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\n[auth]\ntype = none\n"
            f"[storage]\nfilesystem_folder = {self.folder / 'store'}\n[logging]\nlevel = error\n"
        )
        self.process = subprocess.Popen(
            [str(self.programs / "python"), "-m", "radicale", "--config", str(config)],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=kit.surroundings(self.folder / "home"),
        )  # fmt: skip
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}.web/", timeout=5).close()
                return
            time.sleep(0.05)
        raise RuntimeError("the CalDAV server did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


@dataclass(slots=True)
class Calendar:
    """One list on the server, in the hands of a person with another program."""

    server: Server
    name: str

    @property
    def _folder(self) -> Path:
        user = self.server.folder / "store" / "collection-root" / "anna"
        found = [path.parent for path in user.glob("*/.Radicale.props") if f'"{self.name}"' in path.read_text()]
        return found[0]

    def items(self) -> dict[str, dict[str, str]]:
        """SUMMARY, PRIORITY, DUE and UID of each, by the file's name."""
        return {path.name: _parsed(path.read_text()) for path in self._folder.glob("*.ics")}

    def edit(self, file: str, **fields: str) -> None:
        """Type over fields, as a calendar program does: the whole item is put back, with the time of the change."""
        text = (self._folder / file).read_bytes().decode()
        fields["LAST-MODIFIED"] = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        for name, value in fields.items():
            text = re.sub(rf"\r?\n{name}(;[^:\r\n]*)?:.*(\r?\n .*)*", "", text)
            text = text.replace("END:VTODO", f"{name}:{value}\r\nEND:VTODO")
        self._send("PUT", file, text.encode())

    def delete(self, file: str) -> None:
        """Delete an item."""
        self._send("DELETE", file)

    def _send(self, method: str, file: str, body: bytes | None = None) -> None:
        url = f"{self.server.url}anna/{self._folder.name}/{file}"
        asked = urllib.request.Request(url, data=body, method=method, headers=_ANNA | {"Content-Type": "text/calendar"})
        urllib.request.urlopen(asked, timeout=60).close()


def _parsed(text: str) -> dict[str, str]:
    lines = re.sub(r"\r?\n ", "", text).splitlines()
    pairs = ((name.partition(";")[0], value) for name, _, value in (line.partition(":") for line in lines))
    return {name: value for name, value in pairs if name in ("UID", "SUMMARY", "PRIORITY", "DUE", "STATUS")}


@dataclass(slots=True)
class Tool:
    """A task list of so many tasks, and the calendar it was synced with."""

    tasks: Tasks
    calendar: Calendar
    program: Path

    def command(self) -> list[str | Path]:
        return [
            self.program / "tw_caldav_sync", "--caldav-url", self.calendar.server.url, "--caldav-user", "anna",
            "--caldav-calendar", self.calendar.name, "--all", "--resolution-strategy", "MostRecentRS",
        ]  # fmt: skip

    @property
    def env(self) -> dict[str, str]:
        return self.tasks.env(CALDAV_PASSWD="secret")

    def sync(self) -> tuple[int, str]:
        """Its exit code, and what it said."""
        ended = kit.run(self.command(), cwd=self.tasks.folder, env=self.env)
        return ended.returncode, ended.stdout


@dataclass(slots=True)
class _Maker:
    folder: Path
    program: Path
    programs: Path
    server: Server

    def __call__(self, name: str, items: int = _ITEMS, server: Server | None = None) -> Tool:
        tasks = Tasks(self.folder / name, self.programs)
        tasks.add(
            {"description": f"Item {number}", "priority": "M"} for number in range(items)
        )  # It fails without one.
        tool = Tool(tasks, Calendar(server or self.server, name), self.program)
        code, said = tool.sync()
        if code or len(tool.calendar.items()) != items:
            raise RuntimeError(f"syncall did not carry the items over: {said[-1000:]}")
        return tool


def measure(order: Order, environment: Path) -> Iterator[Finding]:
    """Every scenario."""
    order.folder.mkdir(parents=True, exist_ok=True)
    programs, _ = kit.taskwarrior(order.folder)
    server = Server(order.folder / "server", environment)
    server.start()
    try:
        make = _Maker(order.folder, environment, programs, server)
        yield Finding(NAME, SETTING, kit.KILL, *_kill(make, order.trials))
        yield Finding(NAME, SETTING, kit.FIELDS, *_fields(make))
        yield Finding(NAME, SETTING, kit.MASS, *_mass(make, order.items))
        yield Finding(NAME, SETTING, kit.DOWN, *_down(make))
    finally:
        server.stop()


def _kill(make: _Maker, trials: int) -> tuple[str, Mapping[str, Any]]:
    tally = Tally()
    for trial in range(trials):
        tool = make(f"kill{trial}")
        for file, item in tool.calendar.items().items():
            tool.calendar.edit(file, SUMMARY=item["SUMMARY"].replace("Item", "Changed"))
        gate = tool.tasks.gate
        if not gate.kill_after(1 + trial % (_ITEMS - 1), tool.command(), cwd=tool.tasks.folder, env=tool.env):
            raise RuntimeError("syncall ended before it was killed")
        typed_over = next(task for task in tool.tasks.all() if task["description"].startswith("Changed"))
        time.sleep(1.1)  # Both sides tell the time of a change in whole seconds: the person's is the later one.
        tool.tasks.do(typed_over["uuid"], "modify", "Typed by a person")
        codes = [tool.sync()[0] for _ in range(2)]
        tally.judge(**_judged(tool, typed_over["description"], any(codes)))
        shutil.rmtree(tool.tasks.folder)
    return tally.in_words(), tally.figures()


def _judged(tool: Tool, typed_over: str, complained: bool) -> dict[str, bool]:
    here = sorted(task["description"] for task in tool.tasks.all())
    there = sorted(item["SUMMARY"] for item in tool.calendar.items().values())
    wanted = {f"Changed {number}" for number in range(_ITEMS)} - {typed_over} | {"Typed by a person"}
    lost = wanted - set(here) - set(there)
    apart = wanted - (set(here) & set(there))
    return {
        "lost": bool(lost),
        "conflicts": complained,
        "duplicates": len(here) > _ITEMS or len(there) > _ITEMS,
        "not_carried": bool(apart - lost) and not complained,
    }


def _fields(make: _Maker) -> tuple[str, Mapping[str, Any]]:
    tool = make("fields")
    file = next(iter(tool.calendar.items()))
    task = next(t for t in tool.tasks.all() if t["description"] == tool.calendar.items()[file]["SUMMARY"])
    tool.calendar.edit(file, DUE="20270131T120000Z")
    time.sleep(1.1)
    tool.tasks.do(task["uuid"], "modify", "Typed here")
    code, _ = tool.sync()
    here = next(each for each in tool.tasks.all() if each["uuid"] == task["uuid"])
    there = tool.calendar.items()[file]
    text = [here["description"] == "Typed here", there["SUMMARY"] == "Typed here"]
    due = [here.get("due", "").startswith("20270131"), there.get("DUE", "").startswith("20270131")]
    merged, lost = all(text + due), [any(text), any(due)].count(False)
    figures = {"merged": merged, "lost": lost, "exit_code": code}
    if merged:
        return "merged", figures
    if lost:
        return f"one of the two is lost, {'and it says so' if code else f'with nothing said, exit {code}'}", figures
    return f"neither is lost, and they stay apart, exit {code}", figures


def _mass(make: _Maker, items: int) -> tuple[str, Mapping[str, Any]]:
    tool = make("mass", items)
    for file in sorted(tool.calendar.items())[1:]:
        tool.calendar.delete(file)
    code, _ = tool.sync()
    left = len(tool.tasks.all())
    figures = {"of": items, "left": left, "exit_code": code}
    return f"{'stopped' if left == items else f'applied: {left} left on the other side'}, exit {code}", figures


def _down(make: _Maker) -> tuple[str, Mapping[str, Any]]:
    other = Server(make.folder / "other", make.program)
    other.start()
    try:
        down = make("north", server=other)
    finally:
        other.stop()
    up = make("south")
    up.tasks.do("description:Item 0", "modify", "Typed here")
    down_code, _ = down.sync()
    up_code, _ = up.sync()
    reached = any(item["SUMMARY"] == "Typed here" for item in up.calendar.items().values())
    kept = len(down.tasks.pending())
    figures = {"other_synced": reached, "items_kept": kept, "of": _ITEMS, "exit_code": down_code}
    told = f"a command a target: the other is {'synced' if reached else f'not synced, exit {up_code}'}"
    return f"{told}; {kept} of {_ITEMS} items of the one that is down are kept, exit {down_code}", figures
