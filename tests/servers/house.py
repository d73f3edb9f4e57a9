"""What every server of a test has: a folder, a free port of this machine, and an end.

`AT_REQUIRE=server` turns one that can't be had into a failure. `AT_SERVERS=rt,radicale` runs these only.
Programs from packages are installed once a machine, below `installs()`; what a server keeps is in its test's folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

PATIENCE = 180.0
"""Seconds a server may take to answer on a busy machine; waiting ends as soon as it does."""


class NotHere(Exception):  # noqa: N818 - a reason to skip, not a fault
    """Why a server can't be had on this machine."""


@dataclass(frozen=True)
class Running:
    """A server that answers: its address, what to sign in with, its folder and the process to end."""

    url: str
    access: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes]


class Kind(Protocol):
    """One kind of server; `name` is what AT_SERVERS calls it."""

    name: str

    def install(self) -> None:
        """Have the program on this machine, quickly where it is there already. Raises NotHere."""
        ...

    def start(self, folder: Path, port: int) -> Running:
        """Make it from nothing in an empty folder, and return once it answers. Raises NotHere."""
        ...


@contextmanager
def serving(kind: Kind, folder: Path) -> Iterator[Running]:
    """A server for the time of a `with`; skips the test where it can't be had, or fails it where it is required."""
    chosen = os.environ.get("AT_SERVERS", "")
    if chosen and kind.name not in chosen.split(","):
        pytest.skip(f"AT_SERVERS names other servers than {kind.name}")
    try:
        kind.install()
        running = kind.start(folder, free_port())
    except NotHere as why:
        if "server" in os.environ.get("AT_REQUIRE", "").split(","):
            pytest.fail(f"AT_REQUIRE names server: {why}", pytrace=False)
        pytest.skip(str(why))
    try:
        yield running
    finally:
        end(running.process)


def installs(name: str) -> Path:
    """The folder in which a server's program is kept for this user."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "actiontrack-servers" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def begin(command: Sequence[str | Path], folder: Path, **env: str) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own; what it prints goes to server.log in its folder."""
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(
            list(map(str, command)), cwd=folder, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


def wait_for(process: subprocess.Popen[bytes], folder: Path, answers: Callable[[], bool]) -> None:
    """Return once it answers. Raises AssertionError with the end of its log where it has ended, or never does."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if answers():
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    end(process)
    raise AssertionError("it does not answer:\n" + (folder / "server.log").read_text(errors="replace")[-3000:])


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server that `begin` started, and the workers of its session."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(15)
            break
        except subprocess.TimeoutExpired:
            continue


def in_venv(name: str, *packages: str) -> Path:
    """A virtual environment of a server's own with these packages (exact versions); gives its bin folder."""
    folder = installs(name) / "venv"
    stamp = folder / "packages.txt"
    wanted = "\n".join(packages)
    with _alone():
        if not (stamp.exists() and stamp.read_text() == wanted):
            if shutil.which("uv") is None:
                raise NotHere(f"{name} is installed by uv, which is not on PATH")
            _run("uv", "venv", "--clear", str(folder))
            _run("uv", "pip", "install", "--python", str(folder / "bin" / "python"), *packages)
            stamp.write_text(wanted)
    return folder / "bin"


@contextmanager
def _alone() -> Iterator[None]:
    """Tests run in several processes: one of them installs, and the others find it done."""
    with (installs("") / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def by_apt(name: str, there: Path, *packages: str) -> None:
    """Debian packages, where `there` is not there yet. Raises NotHere without the right to install them."""
    with _alone():
        if not there.exists():
            _by_apt(name, *packages)


def _by_apt(name: str, *packages: str) -> None:
    right = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") is None or (right and subprocess.run([*right, "true"], check=False).returncode):
        raise NotHere(f"{name} needs the Debian packages {' '.join(packages)}, and nobody here may install them")
    env = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*right, *env, "apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "-qq",
               "--no-install-recommends", *packages]  # fmt: skip
    if subprocess.run(install, check=False, capture_output=True).returncode:
        _run(*right, "apt-get", "update", "-qq")
        _run(*install)


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NotHere(f"`{' '.join(command[:4])} …` failed: {(done.stderr or done.stdout).strip()[-300:]}")
