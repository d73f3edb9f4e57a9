"""`python -m proof.machine --seed S --run N`: live one run again, cut down; or many, until something breaks."""

from __future__ import annotations

import argparse
import secrets
import traceback

from proof.machine.driver import broken_by, rule_of, run_many, shrunk, some_ops


def main() -> int:
    """0 where all held."""
    parser = argparse.ArgumentParser(prog="python -m proof.machine")
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--run", type=int, help="live this run again and cut it down")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--keep-going", action="store_true", help="count what breaks instead of stopping at the first")
    asked = parser.parse_args()
    if asked.run is not None:
        return _again(asked.seed, asked.run)
    found: dict[str, list[int]] = {}

    def note(number: int, error: BaseException) -> None:
        found.setdefault(rule_of(error), []).append(number)
        print(f"run {number}: {error}", *getattr(error, "__notes__", ()), sep="\n", flush=True)

    print(f"seed {asked.seed}")
    print(run_many(asked.seed, seconds=asked.seconds, on_broken=note if asked.keep_going else None))
    for rule, numbers in sorted(found.items()):
        print(f"{len(numbers):4} {rule}: runs {numbers[:12]}")
    return 1 if found else 0


def _again(seed: str, number: int) -> int:
    shape, ops = some_ops(seed, number)
    if broken_by(shape, ops) is None:
        print("all held")
        return 0
    ops, error = shrunk(shape, ops)
    print(f"live({shape}, {ops})")
    traceback.print_exception(error)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
