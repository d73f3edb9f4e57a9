"""What the commands people run all day load: each module is time that everybody waits, every time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from board_suite import Suite

FOR_OTHERS = (
    "alembic", "jinja2", "lxml", "openpyxl", "python_calamine", "requests", "rich", "schedule", "sqlalchemy.orm",
    "sqlalchemy.dialects.postgresql", "watchdog", "xlsxwriter",
)  # fmt: skip
"""What a command that reads the store and prints JSON has no use for."""
FOR_MERGING = (
    "actiontrack.services.sync.answers", "actiontrack.services.sync.lanes", "actiontrack.services.sync.merge",
    "actiontrack.services.sync.outbound",
)  # fmt: skip
FOR_READING = ("actiontrack_spreadsheet.ods", "actiontrack_spreadsheet.reading", "actiontrack_spreadsheet.workbook")


def loaded(suite: Suite, *command: str) -> tuple[dict[str, object], set[str]]:
    """What a process of its own answers to a command, and the modules it has loaded then."""
    script = (
        "import json, sys; from actiontrack.cli.front import run; code = run(sys.argv[1:]); "
        "print(json.dumps(list(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    config = str(suite.folder / "actiontrack.toml")
    arguments = [sys.executable, "-c", script, "--config", config, "--json", *command]
    told = subprocess.run(arguments, capture_output=True, text=True, check=True)
    return json.loads(told.stdout), set(json.loads(told.stderr.splitlines()[-1]))


@pytest.fixture
def resting(adopted: Suite) -> Suite:
    """A suite whose last sync had nothing to do."""
    adopted.sync()
    return adopted


def test_a_sync_in_which_nothing_moved_loads_neither_readers_nor_what_merges(resting: Suite) -> None:
    unneeded = {*FOR_OTHERS, *FOR_MERGING, *FOR_READING, "holidays", "actiontrack.domain.report"}
    told, modules = loaded(resting, "sync")
    assert [each["read"] for each in told["connectors"]] == [9, 3]  # type: ignore[index]
    assert modules & unneeded == set()
    with resting.edit() as sheet:
        sheet.set("Do the thing numbered 1", "Progress", "Begun")
    told, modules = loaded(resting, "sync")
    assert [each["updated_here"] for each in told["connectors"]] == [1, 0]  # type: ignore[index]
    assert {*FOR_MERGING, *FOR_READING} <= modules, "what moved is read and merged"


@pytest.mark.parametrize(
    ("command", "also"),
    [
        ("connector list", ("holidays", "actiontrack.services.sync")),
        ("status", ("holidays",)),
        ("action list", ()),
        ("sweep --dry-run", ()),
    ],
)
def test_a_command_that_only_looks_loads_what_it_tells(resting: Suite, command: str, also: tuple[str, ...]) -> None:
    _, modules = loaded(resting, *command.split())
    assert modules & {*FOR_OTHERS, *FOR_MERGING, *FOR_READING, *also} == set()
