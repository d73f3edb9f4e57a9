"""`uv run --group fuzz python -m fuzz [--seconds N] [TARGET …]`."""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parent
SEEDS = ROOT / "seeds"
FOUND = ROOT / "found"
"""Findings, made small; git leaves them aside."""
_COVERAGE = re.compile(r"cov: (\d+)")


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a target's share of the time. `broke` is how its process ended, "" where it ended well."""

    target: str
    runs: int
    coverage: int
    seconds: float
    broke: str


def main(arguments: Sequence[str]) -> int:
    """Fuzz each target for its share of the seconds, or try one file on one target; 0 where nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Hostile input, made by the million.")
    parser.add_argument(
        "target", nargs="*", metavar="TARGET", help=f"all of them if none is named: {', '.join(TARGETS)}"
    )
    parser.add_argument("--seconds", type=float, default=60, help="of CPU, all targets together (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="of the random choices (default: a new one)")
    parser.add_argument("--corpus", type=Path, help="a folder in which to go on from an earlier run")
    parser.add_argument("--try", dest="file", type=Path, help="run one file through one target, without atheris")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.target if name not in TARGETS]
    if unknown:
        parser.error(f"no target is called {unknown[0]}; there are: {', '.join(TARGETS)}")
    if chosen.file:
        if len(chosen.target) != 1:
            parser.error("name the target that the file is for")
        TARGETS[chosen.target[0]](chosen.file.read_bytes())
        return 0
    seed = secrets.randbelow(1 << 31) + 1 if chosen.seed is None else chosen.seed
    names = chosen.target or list(TARGETS)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as folder:
        corpus = chosen.corpus or Path(folder)
        runs = [_fuzz(name, chosen.seconds / len(names), seed, corpus / name) for name in names]
    found = [run for run in runs if run.broke]
    print(f"{len(runs)} targets, {sum(run.runs for run in runs)} runs, {len(found)} findings")
    return 1 if found else 0


def _fuzz(name: str, seconds: float, seed: int, corpus: Path) -> Run:
    """One target in a process of its own."""
    corpus.mkdir(parents=True, exist_ok=True)
    FOUND.mkdir(exist_ok=True)
    before = os.times()
    command = [sys.executable, "-m", "fuzz.one", name, str(seconds), str(FOUND), str(seed), str(corpus)]
    ran = subprocess.run(
        [*command, str(SEEDS / name)], cwd=ROOT.parent, check=False, capture_output=True, text=True, errors="replace"
    )
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    counted = re.findall(r"^runs (\d+)$", ran.stdout, re.MULTILINE)
    coverage = max(map(int, _COVERAGE.findall(ran.stderr)), default=0)
    run = Run(name, int(counted[-1]) if counted else 0, coverage, spent, "" if ran.returncode == 0 else _why(ran))
    print(f"{name:8} {run.runs:>8} runs  {coverage:>5} edges  {spent:6.1f} s  {'found' if run.broke else 'nothing'}")
    if run.broke:
        print(run.broke, flush=True)
    return run


def _why(ran: subprocess.CompletedProcess[str]) -> str:
    """What was found and what to do."""
    found = re.search(r"^found (\S+): (.*)", ran.stdout, re.MULTILINE | re.DOTALL)
    if not found:
        return f"{ran.stderr[-3000:]}\nthe process ended with {ran.returncode}; what it was given is in {FOUND}"
    path = Path(found[1])
    name = path.name.rpartition("-")[0]
    trace = ran.stderr[ran.stderr.rfind("Traceback") :][-3000:]
    return (
        f"{trace}\nthe smallest input that does it: {path}\n"
        f"  again:  python -m fuzz {name} --try {path}\n"
        f"  mended: move it to {SEEDS / name}; the tests try it from then on"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
