"""What every tool here needs: a throw-away environment, and a process that is killed in the middle of its work."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KILL, FIELDS, MASS, DOWN = "kill", "fields", "mass", "down"
SCENARIOS = {
    KILL: "killed in mid-sync, then a person edits what it was writing, then sync",
    FIELDS: "two fields of one item, one edited on each side",
    MASS: "all items but one deleted on one side",
    DOWN: "one of two targets down",
}
PATIENCE = 3600
"""Seconds after which a tool that does not end is given up."""


class LackingError(Exception):
    """What a tool needs and this machine has not: its rows say so, and nothing is made up."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one tool, set so, did in one scenario. `figures` are counts; `told` says them in words."""

    tool: str
    setting: str
    scenario: str
    told: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """How many kills, of how many items the mass deletion leaves one, and where the work is done."""

    folder: Path
    trials: int
    items: int


def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run to the end; what it printed is in `stdout`, both streams together."""
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", check=False, timeout=PATIENCE,
    )  # fmt: skip


def must(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> str:
    """What it printed. Raises RuntimeError if it did not end well: then the scenario could not be set up."""
    ended = run(command, cwd=cwd, env=env)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {ended.returncode}: {ended.stdout[-1500:]}")
    return ended.stdout


def surroundings(home: Path, *, path: Sequence[Path] = (), **more: str | Path) -> dict[str, str]:
    """A person's account that has nothing in it but what is put there."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    kept["PATH"] = os.pathsep.join([*map(str, path), kept.get("PATH", os.defpath)])
    kept |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "XDG_DATA_HOME": str(home / ".local/share")}
    return kept | {name: str(value) for name, value in more.items()}


# --- environments ---------------------------------------------------------------------------------------------------


def install(folder: Path, *requirements: str) -> Path:
    """The folder of the programs of these packages, in a new environment. Raises LackingError if it can't be made."""
    if shutil.which("uv") is None:
        raise LackingError("uv is not installed")
    where = folder / "env"
    for command in (
        ["uv", "venv", "-q", "--python", sys.executable, str(where)],
        ["uv", "pip", "install", "-q", "--python", str(where / "bin" / "python"), *requirements],
    ):
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        if ended.returncode:
            said = ended.stderr.strip().splitlines() or ["no reason given"]
            raise LackingError(f"{requirements[0]} could not be installed: {said[-1][:200]}")
    return where / "bin"


def taskwarrior(folder: Path) -> tuple[Path, str]:
    """The folder of the program `task`, and its version: the machine's own, or unpacked from its package by apt.

    Nothing is installed and no root is needed. Raises LackingError where there is neither.
    """
    found = shutil.which("task")
    if found is None:
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            raise LackingError("Taskwarrior (`task`) is not installed, and there is no apt to fetch it with")
        subprocess.run(["apt-get", "-q", "download", "taskwarrior"], cwd=folder, capture_output=True, check=False)
        packages = list(folder.glob("taskwarrior*.deb"))
        if not packages:
            raise LackingError("Taskwarrior (`task`) is not installed, and `apt-get download taskwarrior` fetched none")
        unpacked = folder / "taskwarrior"
        subprocess.run(["dpkg", "-x", str(packages[0]), str(unpacked)], capture_output=True, check=True)
        found = str(unpacked / "usr" / "bin" / "task")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    if version.returncode:
        raise LackingError("Taskwarrior (`task`) does not run here")
    return Path(found).parent, version.stdout.strip()


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


# --- killing --------------------------------------------------------------------------------------------------------

_GATE = """#!{python} -IS
import sys, time
from pathlib import Path
left, reached = Path({left!r}), Path({reached!r})
writes = len(sys.stdin.read().splitlines()) if {reads_stdin} else 1
if writes and left.exists():
    still = int(left.read_text()) - writes
    left.write_text(str(still))
    if still <= 0:
        reached.touch()
        time.sleep(600)
"""


@dataclass(slots=True)
class Gate:
    """A hook that the tool itself calls after each write: after the n-th it holds the tool up, and we kill it there.

    The hook is there only while a kill is meant, and costs nothing otherwise.
    """

    script: Path
    reads_stdin: bool = False
    """Whether the hook is told what was written on its standard input (Taskwarrior's way), a line a write."""

    def _put_up(self) -> None:
        text = _GATE.format(
            python=Path(sys.executable).resolve(), left=str(self._left), reached=str(self._reached),
            reads_stdin=self.reads_stdin,
        )  # fmt: skip
        self.script.parent.mkdir(parents=True, exist_ok=True)
        self.script.write_text(text)
        self.script.chmod(self.script.stat().st_mode | stat.S_IXUSR)

    @property
    def _left(self) -> Path:
        return self.script.parent.parent / f"{self.script.name}.left"

    @property
    def _reached(self) -> Path:
        return self.script.parent.parent / f"{self.script.name}.reached"

    def kill_after(self, writes: int, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> bool:
        """Run the command and kill -9 it, with all it started, once it has written so often. Whether it came so far."""
        self._put_up()
        self._left.write_text(str(writes))
        self._reached.unlink(missing_ok=True)
        process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        while process.poll() is None and not self._reached.exists():
            time.sleep(0.005)
        killed = self._reached.exists()
        if killed:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._left.unlink()
        self.script.unlink()
        return killed


class Tally(Counter[str]):
    """How many trials there were, and in how many something went wrong.

    `lost`: a person's text, or a change that was being carried, is on neither side. `not_carried`: it is on one side
    only after two more syncs that said nothing. `conflicts`: a person is asked, though nobody else had changed it
    since. `stuck`: the next sync refused to start.
    """

    def judge(self, **wrong: bool) -> None:
        """Count one trial."""
        self["trials"] += 1
        for name, went_wrong in wrong.items():
            self[name] += went_wrong

    def in_words(self) -> str:
        """As the table says it."""
        of = self["trials"]
        parts = [
            f"edits lost in {self['lost']} of {of}",
            f"duplicates in {self['duplicates']}",
            f"false conflicts in {self['conflicts']}",
        ]
        if self["not_carried"]:
            parts.append(f"in {self['not_carried']} changes stayed on one side with nothing said")
        if self["stuck"]:
            parts.append(f"in {self['stuck']} the next sync refused to start until a person removed a lock")
        return ", ".join(parts)

    def figures(self) -> dict[str, int]:
        """For --json."""
        names = ("trials", "lost", "not_carried", "duplicates", "conflicts", "stuck")
        return {name: self[name] for name in names}
