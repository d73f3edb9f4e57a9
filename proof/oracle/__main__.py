"""`python -m proof.oracle [--seed S] [--histories N | --history N | --seconds T]`."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence

from proof.oracle.histories import Broken, live, live_many, never_fell


def main(arguments: Sequence[str]) -> int:
    """Live many histories, or show one; 0 where planner and oracle agree and every rule was tried."""
    parser = argparse.ArgumentParser(prog="python -m proof.oracle", description="The planner against a naive oracle.")
    parser.add_argument("--seed", type=int, help="of all that is chosen (default: a new one)")
    parser.add_argument("--histories", type=int, default=10_000, help="how many (default: %(default)s)")
    parser.add_argument("--seconds", type=float, help="of CPU, at the most")
    parser.add_argument("--history", type=int, help="show this one alone")
    chosen = parser.parse_args(arguments)
    seed = secrets.randbelow(1 << 31) if chosen.seed is None else chosen.seed
    try:
        if chosen.history is not None:
            lived = live(seed, chosen.history)
            print("\n".join(lived.told))
            print(dict(lived.counts))
            return 0
        counts = live_many(seed, range(chosen.histories), chosen.seconds)
    except Broken as broken:
        print(broken)
        return 1
    print(f"seed {seed}: {dict(sorted(counts.items()))}")
    untried = never_fell(counts)
    if untried:
        print(f"no history came to: {', '.join(untried)}")
    return 1 if untried else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
