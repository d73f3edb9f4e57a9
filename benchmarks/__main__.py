"""`python -m benchmarks [CASE …] [--json]`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.cases import CASES
from benchmarks.race import run_race

_REPEATS = 5


def main(arguments: Sequence[str]) -> int:
    """Run the cases asked for (none: all) and print what they took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ours and its peers, in turn.")
    parser.add_argument("case", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--json", action="store_true", help="one JSON document: a row a peer")
    parser.add_argument("--repeats", type=int, default=_REPEATS, help="runs of each (default: %(default)s)")
    parser.add_argument("--rows", type=int, help="another size than the case's own")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.case if name not in CASES]
    if unknown:
        parser.error(f"no case is called {unknown[0]}; there are: {', '.join(CASES)}")
    rows: list[dict[str, Any]] = []
    for name in chosen.case or CASES:
        case = CASES[name]
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            size = case.rows if chosen.rows is None else chosen.rows
            found = run_race(name, case.make(Path(folder), size), chosen.repeats)
        if not chosen.json:
            _print(case.what, size, found, head=not rows)
        rows += found
    if chosen.json:
        print(json.dumps(rows, indent=2))
    return 0


def _print(what: str, size: int, rows: Sequence[dict[str, Any]], *, head: bool) -> None:
    if head:
        print(f"{'':24}{'ours':>9}{'':>9}  {'peer':18}{'':>9}{'':>9}{'ratio':>8}{'beyond':>9}")
        print(f"{'case':24}{'CPU s':>9}{'MB':>9}  {'':18}{'CPU s':>9}{'MB':>9}{'':>8}{'CPU s':>9}")
    for row in rows:
        print(
            f"{row['case']:24}{row['ours_s']:9.3f}{row['ours_mb']:9.1f}  {row['peer'] or 'the bare floor':18}"
            f"{row['peer_s']:9.3f}{row['peer_mb']:9.1f}{row['ratio'] or 0:8.2f}{row['beyond_s']:9.3f}"
        )
    print(f"    {what}{f', {size:,} rows' if size else ''}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
