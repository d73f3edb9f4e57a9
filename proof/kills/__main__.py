"""`python -m proof.kills`: kill every scenario at every step, print what came of it, end with 1 if any is wrong.

--seconds N makes a slice: scenarios and steps by chance until the time is up (--seed repeats one). --json for a test.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import pickle
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proof.kills.sweep import Bench, Point, Verdict

Steps = dict[str, set[str]]
"""Each step by its name → the scenarios that make it."""
Told = tuple[list["Verdict"], Steps]
"""What one worker did and found."""

_SUPPORT = Path(__file__).parents[2] / "tests" / "support"


def main() -> int:
    """Run the sweep over two processes."""
    options = _options()
    sys.path.append(str(_SUPPORT))
    with tempfile.TemporaryDirectory(prefix="actiontrack-kills-") as folder:
        children = [_worker(options, number, Path(folder)) for number in range(options.workers)]
        for child in children:
            os.waitpid(child, 0)
        told = [
            pickle.loads(path.read_bytes())
            for number in range(options.workers)
            if (path := Path(folder) / f"{number}.told").exists()
        ]
    if len(told) < options.workers:
        print("a worker failed: its own message is above", file=sys.stderr)
        return 1
    return _report(options, [verdict for verdicts, _ in told for verdict in verdicts], _all_steps(told))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof.kills", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0, help="a slice of so long; 0: everything")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--trials", type=int, default=0, help="so many a worker at the most")
    parser.add_argument("--steps", action="store_true", help="kill nothing: only find every step of every scenario")
    parser.add_argument("--scenario", action="append", help="only this one (may be repeated)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _worker(options: argparse.Namespace, number: int, folder: Path) -> int:
    child = os.fork()
    if child:
        return child
    try:
        result = _trials(options, number, folder / str(number))
        (folder / f"{number}.told").write_bytes(pickle.dumps(result))
    except BaseException:  # noqa: BLE001 - told, and seen by the parent as a result that is lacking
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _trials(options: argparse.Namespace, number: int, folder: Path) -> Told:
    """One worker's share: in a full sweep every second scenario, in a slice what chance brings."""
    from proof.kills.scenarios import SCENARIOS
    from proof.kills.sweep import Bench

    until = time.monotonic() + options.seconds if options.seconds else float("inf")
    bench = Bench(folder)
    verdicts: list[Verdict] = []
    chance = random.Random(options.seed + number)
    names = options.scenario or list(SCENARIOS)
    mine = names[number :: options.workers] if not options.seconds else _shuffled(names, chance)
    if options.steps:
        for name in mine:
            bench.points(name)
        return [], bench.steps()
    planned: Iterable[tuple[Point, str]] = (
        _some_trials(bench, mine, chance) if options.seconds else _every_trial(bench, mine, chance)
    )
    for point, edit in planned:
        if time.monotonic() > until or (options.trials and len(verdicts) >= options.trials):
            break
        verdicts.append(bench.trial(point, edit))
    return verdicts, bench.steps()


def _shuffled(names: list[str], chance: random.Random) -> list[str]:
    return chance.sample(names, len(names))


def _every_trial(bench: Bench, names: Sequence[str], chance: random.Random) -> list[tuple[Point, str]]:
    """After every step with nobody there; before each, and after every second, with one person after the other.

    What lasts is the same after one step and before the next. What is like nothing before comes first, so that a run
    that is broken off has seen the most.
    """
    from proof.kills.people import EDITS

    trials: list[tuple[Point, str]] = []
    for name in names:
        edits = itertools.cycle(_shuffled(list(EDITS), chance))
        for point in bench.points(name):
            if point.when == "after":
                trials.append((point, ""))
            if point.when == "before" or point.at % 2:
                trials.append((point, next(edits)))
    alike: Counter[tuple[str, str, bool]] = Counter()
    order = []
    for point, edit in trials:
        alike[point.scenario, point.step, bool(edit)] += 1
        order.append((alike[point.scenario, point.step, bool(edit)], not edit))
    return [trials[at] for at in sorted(range(len(trials)), key=lambda at: order[at])]


def _some_trials(bench: Bench, names: Sequence[str], chance: random.Random) -> Iterator[tuple[Point, str]]:
    """A handful of moments of one scenario after the other, for ever: what it takes to prepare one is paid once."""
    from proof.kills.people import EDITS

    for name in itertools.cycle(names):
        edit = chance.choice(EDITS)
        for point in chance.sample(bench.points(name), min(6, len(bench.points(name)))):
            yield point, chance.choice(("", edit, edit, edit))


def _all_steps(told: Sequence[Told]) -> Steps:
    steps: Steps = {}
    for _, found in told:
        for name, scenarios in found.items():
            steps.setdefault(name, set()).update(scenarios)
    return steps


def _report(options: argparse.Namespace, verdicts: Sequence[Verdict], steps: Steps) -> int:
    from proof.kills.scenarios import SCENARIOS
    from proof.kills.steps import STEPS

    killed = [each for each in verdicts if not any("not killed" in line for line in each.wrong)]
    whole = not options.seconds and not options.trials and not options.scenario
    told = {
        "seed": options.seed,
        "trials": len(verdicts),
        "kills": len(killed),
        "edited": sum(each.edited for each in verdicts),
        "scenarios": len({each.point.scenario for each in verdicts}),
        "of scenarios": len(SCENARIOS),
        "steps": len({each.point.step for each in killed}),
        "of steps": len(STEPS),
        "lost": sum(each.lost for each in verdicts),
        "duplicated": sum(each.duplicated for each in verdicts),
        "false conflicts": sum(each.false_conflicts for each in verdicts),
        "otherwise wrong": sum(bool(each.wrong) for each in verdicts),
        "unknown steps": sorted(set(steps) - set(STEPS)),
        "steps nothing reaches": sorted(set(STEPS) - set(steps)) if whole else [],
        "wrong": [f"{_place(each)}: {line}" for each in verdicts for line in each.wrong],
    }
    if options.json:
        print(json.dumps(told, indent=1))
    else:
        for name, value in told.items():
            lines = "".join(f"\n  {each[:1500]}" for each in value) if isinstance(value, list) else value
            print(f"{name}: {lines}")
    failed = told["wrong"] or told["unknown steps"] or told["steps nothing reaches"]
    return int(bool(failed or told["lost"] or told["duplicated"] or told["false conflicts"]))


def _place(verdict: Verdict) -> str:
    point = verdict.point
    return f"{point.scenario}, {point.when} {point.step} ({point.at}), {verdict.edit or 'no edit'}"


if __name__ == "__main__":
    sys.exit(main())
