"""Actions of an agency beside a real Request Tracker: seconds and requests a sync.

`python -m benchmarks.ours.request_tracker [ACTIONS]`, 1,000 of them unless said otherwise.

Measured by the requests that go through a stand between us and RT; the seconds are mostly RT's own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from between import Between, between  # noqa: E402
from board_suite import HEADINGS, row  # noqa: E402
from tests.servers.house import Running, end, free_port  # noqa: E402
from tests.servers.rt import AGENCY, RequestTracker  # noqa: E402
from ticket_queue import TicketQueue  # noqa: E402


class Measured:
    """One board's folder beside one queue."""

    def __init__(self, folder: Path, server: Running, stand: Between) -> None:
        self.folder = folder
        self.stand = stand
        self.environ = {**os.environ, "RT_TOKEN": server.access["token"], "AT_NOW": "2026-11-24T09:00:00Z"}
        (folder / "actiontrack.toml").write_text(
            '[board]\nname = "Exampleshire Safeguarding Adults Board"\nnation = "ENG"\n'
            '[[agency]]\ncode = "POL"\nname = "Norchester Police"\n'
            f'[[connector]]\nname = "police"\ntype = "request-tracker"\nside = "agency"\nagency = "POL"\n'
            f'url = "{stand.url}"\nqueue = "{AGENCY}"\ntoken = {{ env = "RT_TOKEN" }}\nrate = 1000\n'
        )

    def run(self, *args: str) -> Any:
        """One command in a process of its own."""
        command = [sys.executable, "-m", "actiontrack", "--config", str(self.folder / "actiontrack.toml"), "--json"]
        done = subprocess.run([*command, *args], env=self.environ, capture_output=True, check=False)
        return json.loads(done.stdout)

    def sync(self, what: str, *args: str) -> dict[str, Any]:
        """One sync, measured."""
        self.stand.asked.clear()
        begun = time.perf_counter()
        (told,) = self.run("sync", *args)["connectors"]
        seconds = time.perf_counter() - begun
        counted = {key: told[key] for key in ("created_there", "updated_there", "updated_here")}
        return {"what": what, "seconds": round(seconds, 2), "requests": len(self.stand.asked), **counted,
                "status": told["status"], "why": told["why"], "plan": told["plan"]}  # fmt: skip


def measure(many: int) -> Iterator[dict[str, Any]]:
    """First sync, unchanged, and one action in a hundred changed: half here, half there."""
    kind = RequestTracker()
    kind.install()
    # RT over SQLite waits for the disc dozens of times a ticket; in memory that is not what is measured.
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as server_folder, tempfile.TemporaryDirectory() as folder:
        server = kind.start(Path(server_folder), free_port())
        try:
            with between(server.url) as stand:
                yield from _measured(Measured(Path(folder), server, stand), TicketQueue(server, AGENCY), many)
        finally:
            end(server.process)


def _measured(suite: Measured, queue: TicketQueue, many: int) -> Iterator[dict[str, Any]]:
    rows = (row(number, **{"Lead agency": "Norchester Police", "Rec no": None, "Recommendation": None})
            for number in range(1, many + 1))  # fmt: skip
    suite.run("import", str(_plan(suite.folder / "plan.xlsx", list(rows))), "--review", "SAR-2026-01")
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    adopting = suite.sync("adopting")
    yield adopting
    yield suite.sync("first", "--approve", adopting["plan"])
    yield suite.sync("again")
    yield suite.sync("unchanged")
    refs = [each["ref"] for each in suite.run("action", "list", "--limit", str(many))]
    changed = refs[:: 2 * 100]
    for ref in changed:
        suite.run("action", "set", ref, "priority=Highest")
    for ref in refs[100 :: 2 * 100]:
        (ticket,) = queue.ids(ref)
        queue.change(ticket, Status="reported complete")
    yield suite.sync("1 % changed")
    yield suite.sync("unchanged after it")


def _plan(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADINGS)
    for each in rows:
        sheet.append([each[heading] for heading in HEADINGS])
    book.save(path)
    return path


if __name__ == "__main__":
    for line in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000):
        print(json.dumps(line), flush=True)
