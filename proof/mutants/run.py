"""Trying one seeded bug after the other, each in a copy of the sources."""

from __future__ import annotations

import compileall
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue
from typing import Literal

from proof.mutants.patch import Mutant

ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 600
"""Seconds after which tests are taken to hang: that, too, is noticed."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_SAME = ["--hypothesis-seed=1"]
"""What kills a mutant once kills it every time."""
_PASSED, _TESTS_FAILED = 0, 1
"""Exit codes of pytest; every other one says that the tests did not run."""

State = Literal["killed", "surviving", "stale"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant. `stale`: its patch does not apply, or with it the tests can't even be collected."""

    mutant: Mutant
    state: State
    seconds: float
    by: str


class Copies:
    """Copies of the sources, one a worker."""

    def __init__(self, folder: Path, count: int) -> None:
        self._free: SimpleQueue[Path] = SimpleQueue()
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
        first = folder / "copy0"
        for name in names:
            (first / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, first / name)
        # Compiled once; a file that a patch changes, within the same second too, is known by its hash.
        compileall.compile_dir(first, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        for number in range(count):
            copy = folder / f"copy{number}"
            if copy != first:
                shutil.copytree(first, copy)
            self._free.put(copy)

    @contextmanager
    def one(self) -> Iterator[Path]:
        """A copy nobody else uses."""
        copy = self._free.get()
        try:
            yield copy
        finally:
            self._free.put(copy)


def try_sound(copies: Copies, chosen: Sequence[Mutant]) -> str:
    """Why the tests tell nothing: they fail without any bug, too. "" where they pass."""
    tests = sorted({test for mutant in chosen for test in mutant.tests})
    with copies.one() as copy:
        done = _pytest(copy, tests)
    return "" if done is not None and done.returncode == _PASSED else _tail(done)


def try_all(copies: Copies, chosen: Sequence[Mutant], jobs: int) -> Iterator[Verdict]:
    """Every mutant's verdict, in their order."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda mutant: _try(copies, mutant), chosen)


def _try(copies: Copies, mutant: Mutant) -> Verdict:
    started = time.monotonic()
    with copies.one() as copy:
        applied = _git_apply(copy, mutant)
        if applied:
            return Verdict(mutant, "stale", time.monotonic() - started, applied)
        try:
            done = _pytest(copy, mutant.tests)
        finally:
            _git_apply(copy, mutant, "--reverse")
    took = time.monotonic() - started
    if done is None:
        return Verdict(mutant, "killed", took, "the tests hung")
    if done.returncode == _TESTS_FAILED:
        return Verdict(mutant, "killed", took, next(iter(_FAILED.findall(done.stdout)), ""))
    if done.returncode == _PASSED:
        return Verdict(mutant, "surviving", took, " ".join(mutant.tests))
    return Verdict(mutant, "stale", took, _tail(done))


def _git_apply(copy: Path, mutant: Mutant, *options: str) -> str:
    """Apply it; why it does not."""
    # Without a repository around it, git takes the paths as they are.
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", *options, str(mutant.path)], cwd=copy, capture_output=True, text=True,
        check=False, env={**os.environ, "GIT_CEILING_DIRECTORIES": str(copy.parent)},
    )  # fmt: skip
    return done.stderr.strip() if done.returncode else ""


def _pytest(copy: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
    """Run tests over a copy's own sources; None where they hung."""
    sources = [copy / "src", *sorted(copy.glob("connectors/*/src"))]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sources)), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *_SAME, *tests]
    try:
        return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, env=env, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        return None


def _tail(done: subprocess.CompletedProcess[str] | None) -> str:
    return "they hung" if done is None else (done.stdout + done.stderr)[-1500:]
