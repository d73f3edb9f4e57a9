"""`python -m proof.peers [TOOL…]`: one table of what each tool does when things go wrong.

The table, or with --json the document, goes to standard output; what is found, as it is found, to standard error.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from proof.peers import bugwarrior, kit, ours, syncall, vdirsyncer
from proof.peers.kit import Finding, LackingError, Order

_TRIALS, _ITEMS = 20, 1000


@dataclass(frozen=True, slots=True)
class Tool:
    """`measure` gets the folder of the programs that `requirements` brought in."""

    version: str
    requirements: tuple[str, ...]
    measure: Callable[[Order, Path], Iterator[Finding]]


def _our_version() -> str:
    from importlib.metadata import version

    return version("actiontrack")


TOOLS = {
    vdirsyncer.NAME: Tool(vdirsyncer.VERSION, vdirsyncer.REQUIREMENTS, vdirsyncer.measure),
    syncall.NAME: Tool(syncall.VERSION, syncall.REQUIREMENTS, syncall.measure),
    bugwarrior.NAME: Tool(bugwarrior.VERSION, bugwarrior.REQUIREMENTS, bugwarrior.measure),
    ours.NAME: Tool(_our_version(), (), ours.measure),
}


def main(arguments: Sequence[str]) -> int:
    """Measure the tools asked for (none: all) and print the table. 0 also where a tool could not be had."""
    parser = argparse.ArgumentParser(prog="python -m proof.peers", description="The same four misfortunes for each.")
    parser.add_argument("tool", nargs="*", metavar="TOOL", help=", ".join(TOOLS))
    parser.add_argument("--trials", type=int, default=_TRIALS, help="kills of each (default: %(default)s)")
    parser.add_argument("--items", type=int, default=_ITEMS, help="all but one are deleted (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.tool if name not in TOOLS]
    if unknown:
        parser.error(f"no tool is called {unknown[0]}; there are: {', '.join(TOOLS)}")
    found: list[Finding] = []
    for name in chosen.tool or TOOLS:
        print(f"{name} {TOOLS[name].version} …", file=sys.stderr, flush=True)
        for finding in _measured(name, TOOLS[name], chosen.trials, chosen.items):
            print(f"    {finding.scenario}, {finding.setting}: {finding.told}", file=sys.stderr, flush=True)
            found.append(finding)
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    if chosen.json:
        rows = [{**asdict(each), "version": TOOLS[each.tool].version} for each in found]
        print(json.dumps({"date": date, "python": platform.python_version(), "findings": rows}, indent=2))
    else:
        _print(found, date)
    return 0


def _measured(name: str, tool: Tool, trials: int, items: int) -> Iterator[Finding]:
    """What it did; where something is lacking or in the way, each scenario not reached says so."""
    done: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="peers-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        try:
            environment = kit.install(folder, *tool.requirements) if tool.requirements else folder
            for finding in tool.measure(Order(folder / "work", trials, items), environment):
                done.add(finding.scenario)
                yield finding
        except LackingError as lacking:
            yield from (Finding(name, "", each, f"not run: {lacking}") for each in kit.SCENARIOS if each not in done)
        except Exception as error:  # noqa: BLE001 - one tool's trouble must not keep the others from the table
            why = f"not run: {type(error).__name__}: {str(error)[-300:]}"
            yield from (Finding(name, "", each, why) for each in kit.SCENARIOS if each not in done)


def _print(found: Sequence[Finding], date: str) -> None:
    print(f"Measured on {date}, Python {platform.python_version()}, {platform.system()}")
    for scenario, what in kit.SCENARIOS.items():
        print(f"\n{scenario}: {what}")
        for each in found:
            if each.scenario == scenario:
                head = f"  {f'{each.tool} {TOOLS[each.tool].version}':20}{each.setting:46}"
                print(textwrap.fill(each.told, 150, initial_indent=head, subsequent_indent=" " * 68))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
