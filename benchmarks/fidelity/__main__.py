"""`python -m benchmarks.fidelity DIR [--json] [--office]`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.fidelity.trial import SUFFIXES, Trials


def main(arguments: Sequence[str]) -> int:
    """Try every workbook below a folder; 1 when any of ours was harmed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fidelity",
        description="Edits one cell of every workbook below a folder, in a copy, and tells what else changed.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--office", action="store_true", help="LibreOffice looks too (slow)")
    chosen = parser.parse_args(arguments)
    if not chosen.folder.is_dir():
        parser.error(f"{chosen.folder} is no folder")
    files = sorted(path for path in chosen.folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    with ExitStack() as stack:
        copies = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fidelity-")))
        look = None
        if chosen.office:
            from benchmarks.fidelity.office import Looker

            looker = Looker(copies / "profile")
            stack.callback(looker.close)
            look = looker.look
        trials = Trials(copies, look)
        stack.callback(trials.close)
        for number, path in enumerate(files, 1):
            _progress(f"{number} of {len(files)}  {path.name}")
            trials.run(path, str(path.relative_to(chosen.folder)))
        _progress("")
    if chosen.json:
        print(json.dumps(_document(trials), indent=2))
    else:
        _print(trials)
    ours = trials.ours
    return int(bool(ours.parts_lost or ours.parts_changed or ours.wrong_values or ours.crashes))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text[:100]}")
        sys.stderr.flush()


def _document(trials: Trials) -> dict[str, Any]:
    ours, openpyxl = trials.ours, trials.openpyxl
    return {
        **ours.figures(),
        "openpyxl": openpyxl.figures(),
        "refusals": ours.refusals,
        "problems": ours.told,
        "openpyxl_problems": openpyxl.told,
    }


def _print(trials: Trials) -> None:
    ours, openpyxl = trials.ours.figures(), trials.openpyxl.figures()
    print(f"{'':16}{'ours':>10}{'openpyxl':>10}")
    for name in ours:
        values = (sum(each[name].values()) if name == "refused" else each[name] for each in (ours, openpyxl))
        print(f"{name.replace('_', ' '):16}" + "".join(f"{value:10,}" for value in values))
    for title, tally in (("Refused", trials.ours), ("Refused by openpyxl", trials.openpyxl)):
        if tally.refused:
            print(f"\n{title}")
            for reason, count in tally.refused.most_common():
                print(f"{count:6,}  {reason}")
    _lines("Refused, file by file", (each["message"] for each in trials.ours.refusals))
    _lines("Went wrong", map(_problem, trials.ours.told))


def _problem(told: dict[str, Any]) -> str:
    return "; ".join([told["file"], *(f"{kind}: {what}" for kind, what in told.items() if kind != "file")])


def _lines(title: str, lines: Any) -> None:
    found = [f"  {line}" for line in lines]
    if found:
        print(f"\n{title}", *found, sep="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
