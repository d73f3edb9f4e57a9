"""`uv run python -m proof.mutants [NAME …]`: the tests must fail on every seeded bug."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from proof.mutants.patch import mutants
from proof.mutants.run import Copies, try_all, try_sound


def main(arguments: Sequence[str]) -> int:
    """Try them; 0 where none survived and every patch applied."""
    parser = argparse.ArgumentParser(prog="python -m proof.mutants", description="Seeded bugs that tests must catch.")
    parser.add_argument("name", nargs="*", metavar="NAME", help="of a patch in proof/mutants/patches (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time (default: %(default)s)")
    asked = parser.parse_args(arguments)
    try:
        chosen = mutants(asked.name)
    except ValueError as error:
        parser.error(str(error))
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = Copies(Path(folder), asked.jobs)
        unsound = try_sound(copies, chosen)
        if unsound:
            print(f"The tests fail without any bug:\n{unsound}")
            return 1
        for each in try_all(copies, chosen, asked.jobs):
            count[each.state] += 1
            print(f"{each.state:9} {each.mutant.name:32} {each.seconds:5.0f} s  {each.mutant.what}", flush=True)
            print(f"{'':9} {' '.join(each.mutant.breaks)}: {each.by}", flush=True)
    if count["stale"]:
        print(f"{count['stale']} of {len(chosen)} patches no longer apply, or leave nothing that runs: renew them")
    print(f"{count['killed']} killed, {count['surviving']} surviving")
    return 1 if count["surviving"] or count["stale"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
