"""vdirsyncer: calendars and address books between two places, a file an item. Set up between two folders."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proof.peers import kit
from proof.peers.kit import Finding, Gate, Order, Tally

VERSION = "0.21.0"
REQUIREMENTS = (f"vdirsyncer=={VERSION}",)
NAME = "vdirsyncer"
SETTINGS = {
    "conflicts left to a person (the default)": "",
    "conflict_resolution = a wins": 'conflict_resolution = "a wins"\n',
}
_ITEMS = 10

_ITEM = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//peers//EN\r
BEGIN:VTODO\r
UID:{uid}\r
SUMMARY:{SUMMARY}\r
DESCRIPTION:{DESCRIPTION}\r
END:VTODO\r
END:VCALENDAR\r
"""


@dataclass(slots=True)
class Pair:
    """Folders a and b in a folder of their own; after each file it has written in b, vdirsyncer calls the gate."""

    folder: Path
    resolution: str
    name: str = "pair"
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self.a.mkdir(parents=True)
        self.b.mkdir()
        self.gate = Gate(self.folder / "hook" / "written")

    @property
    def a(self) -> Path:
        return self.folder / "a"

    @property
    def b(self) -> Path:
        return self.folder / "b"

    def section(self, *, hooked: bool) -> str:
        """This pair's part of a configuration."""
        text = f'[pair {self.name}]\na = "{self.name}_a"\nb = "{self.name}_b"\ncollections = null\n{self.resolution}'
        hook = f'post_hook = "{self.gate.script}"\n' if hooked else ""
        for side, path, more in (("a", self.a, ""), ("b", self.b, hook)):
            text += f'[storage {self.name}_{side}]\ntype = "filesystem"\npath = "{path}"\nfileext = ".ics"\n{more}'
        return text


@dataclass(slots=True)
class Tool:
    """One configuration of any number of pairs."""

    folder: Path
    program: Path

    def configure(self, *pairs: Pair, hooked: bool = False) -> None:
        """Write its configuration. `hooked`: with the gate, through which a sync can be killed."""
        head = f'[general]\nstatus_path = "{self.folder / "status"}"\n'
        (self.folder / "config").write_text(head + "".join(pair.section(hooked=hooked) for pair in pairs))
        kit.must(self.command("discover"), cwd=self.folder, env=self.env)

    def command(self, *args: str) -> list[str | Path]:
        return [self.program / "vdirsyncer", "-c", self.folder / "config", *args]

    @property
    def env(self) -> dict[str, str]:
        return kit.surroundings(self.folder / "home")

    def sync(self) -> tuple[int, str]:
        """Its exit code, and what it said."""
        ended = kit.run(self.command("sync"), cwd=self.folder, env=self.env)
        return ended.returncode, ended.stdout


def write(folder: Path, number: int, **fields: str) -> None:
    """Put an item there, or type over some of its fields as a calendar program does."""
    path = folder / f"item{number}.ics"
    now = {"SUMMARY": f"Item {number}", "DESCRIPTION": f"About {number}"} | (read(path) if path.exists() else {})
    path.write_text(_ITEM.format(uid=f"item{number}", **(now | fields)), newline="")


def read(path: Path) -> dict[str, str]:
    """SUMMARY and DESCRIPTION."""
    lines = path.read_text().splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines) if name in _FIELDS}


_FIELDS = ("SUMMARY", "DESCRIPTION")


def measure(order: Order, environment: Path) -> Iterator[Finding]:
    """Every scenario under every setting."""
    for number, (setting, resolution) in enumerate(SETTINGS.items()):
        make = _Maker(order.folder / f"setting{number}", environment, resolution)
        yield Finding(NAME, setting, kit.KILL, *_kill(make, order.trials))
        yield Finding(NAME, setting, kit.FIELDS, *_fields(make))
        if number == 0:  # These two have nothing to do with conflicts.
            yield Finding(NAME, "any", kit.MASS, *_mass(make, order.items))
            yield Finding(NAME, "any", kit.DOWN, *_down(make))


@dataclass(slots=True)
class _Maker:
    folder: Path
    program: Path
    resolution: str

    def __call__(self, name: str, items: int = _ITEMS, *, hooked: bool = False) -> tuple[Tool, Pair]:
        """A pair that holds so many items on both sides."""
        folder = self.folder / name
        pair = Pair(folder, self.resolution)
        for number in range(items):
            write(pair.a, number)
        tool = Tool(folder, self.program)
        tool.configure(pair, hooked=hooked)
        code, said = tool.sync()
        if code or len(list(pair.b.iterdir())) != items:
            raise RuntimeError(f"vdirsyncer did not carry the items over: {said[-1000:]}")
        return tool, pair


def _kill(make: _Maker, trials: int) -> tuple[str, Mapping[str, Any]]:
    tally = Tally()
    for trial in range(trials):
        tool, pair = make(f"kill{trial}", hooked=True)
        for number in range(_ITEMS):
            write(pair.a, number, SUMMARY=f"Changed {number}")
        wanted = 1 + trial % (_ITEMS - 1)
        if not pair.gate.kill_after(wanted, tool.command("sync"), cwd=tool.folder, env=tool.env):
            raise RuntimeError("vdirsyncer ended before it was killed")
        written = [path for path in pair.b.glob("*.ics") if read(path)["SUMMARY"].startswith("Changed")]
        typed_over = max(written, key=lambda path: path.stat().st_mtime_ns)
        number = int(typed_over.stem.removeprefix("item"))
        write(pair.b, number, SUMMARY="Typed by a person")
        codes = [tool.sync()[0] for _ in range(2)]
        tally.judge(**_judged(pair, number, any(codes)))
        shutil.rmtree(pair.folder)
    return tally.in_words(), tally.figures()


def _judged(pair: Pair, typed: int, conflict: bool) -> dict[str, bool]:
    """What two further syncs made of the person's edit and of the other changes."""
    sides = [{path.name: read(path)["SUMMARY"] for path in side.glob("*.ics")} for side in (pair.a, pair.b)]
    wanted = {f"item{number}.ics": f"Changed {number}" for number in range(_ITEMS)}
    wanted[f"item{typed}.ics"] = "Typed by a person"
    lost = [name for name, text in wanted.items() if all(side.get(name) != text for side in sides)]
    apart = [name for name, text in wanted.items() if any(side.get(name) != text for side in sides)]
    return {
        "lost": bool(lost),
        "conflicts": conflict,
        "duplicates": any(len(side) > _ITEMS for side in sides),
        "not_carried": bool(set(apart) - set(lost)) and not conflict,
    }


def _fields(make: _Maker) -> tuple[str, Mapping[str, Any]]:
    tool, pair = make("fields")
    write(pair.a, 0, SUMMARY="Typed on a")
    write(pair.b, 0, DESCRIPTION="Typed on b")
    code, _ = tool.sync()
    both = [read(side / "item0.ics") for side in (pair.a, pair.b)]
    typed = {"SUMMARY": "Typed on a", "DESCRIPTION": "Typed on b"}
    kept = [any(side[name] == text for side in both) for name, text in typed.items()]
    merged = all(side == typed for side in both)
    figures = {"merged": merged, "lost": kept.count(False), "exit_code": code}
    if merged:
        return "merged", figures
    if all(kept):
        return f"neither is lost and neither is carried: a conflict for a person to settle, exit {code}", figures
    return f"one of the two is lost, {'and it says so' if code else f'with nothing said, exit {code}'}", figures


def _mass(make: _Maker, items: int) -> tuple[str, Mapping[str, Any]]:
    tool, pair = make("mass", items)
    for number in range(1, items):
        (pair.b / f"item{number}.ics").unlink()
    code, _ = tool.sync()
    left = len(list(pair.a.glob("*.ics")))
    all_tool, all_pair = make("all", _ITEMS)
    for path in all_pair.b.glob("*.ics"):
        path.unlink()
    emptied, _ = all_tool.sync()
    figures = {"of": items, "left": left, "exit_code": code, "exit_code_if_all_are_gone": emptied}
    stops = f"stops if all are gone, exit {emptied}" if emptied else "also if all are gone"
    return f"{'stopped' if left == items else f'applied: {left} left on the other side'}, exit {code}; {stops}", figures


def _down(make: _Maker) -> tuple[str, Mapping[str, Any]]:
    folder = make.folder / "down"
    pairs = [Pair(folder / name, make.resolution, name) for name in ("north", "south")]
    tool = Tool(folder, make.program)
    for pair in pairs:
        for number in range(_ITEMS):
            write(pair.a, number)
    tool.configure(*pairs)
    tool.sync()
    north, south = pairs
    north.b.rename(folder / "unmounted")
    write(south.a, 0, SUMMARY="Typed on a")
    code, _ = tool.sync()
    reached = read(south.b / "item0.ics")["SUMMARY"] == "Typed on a"
    kept = len(list(north.a.glob("*.ics")))
    figures = {"other_synced": reached, "items_kept": kept, "of": _ITEMS, "exit_code": code}
    other = "the other is synced" if reached else "the other is not synced either"
    return f"{other}; {kept} of {_ITEMS} items of the one that is down are kept, exit {code}", figures
