"""Every figure of a report is found alike in all its formats, on data sets made by chance; each is read as users do."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest
from made_reports import KINDS, made_report
from read_reports import READERS, tables_told

from actiontrack.domain.report import BoardReport
from actiontrack.hooks import load_plugins

HOOKS = load_plugins()
BATCH = 10


def check(seed: int) -> None:
    """One data set in every format. (The rest of HTML, the sentences, are in test_report_formats.)"""
    report = made_report(seed)
    wanted = tables_told(report)
    for name, read in READERS.items():
        assert read(HOOKS.render_report(report, name), report) == wanted, f"{name}, seed {seed}"
    if isinstance(report, BoardReport):
        told = json.loads(HOOKS.render_report(report, "json"))
        figures = {name.replace("_", " ").capitalize(): value for name, value in told["figures"].items()}
        for name, value, _ in wanted[report.key_figures.caption]:
            assert value == ("–" if figures[name] is None else str(figures[name]))


@pytest.mark.parametrize("first", range(0, 20, BATCH))
def test_every_format_tells_the_same(first: int) -> None:
    for seed in range(first, first + BATCH):
        check(seed)


@pytest.mark.proof
@pytest.mark.parametrize("first", range(20, 1_000, BATCH))
def test_every_format_tells_the_same_a_thousand_times(first: int) -> None:
    for seed in range(first, first + BATCH):
        check(seed)


def test_the_made_reports_hold_what_they_are_for() -> None:
    reports = [made_report(seed) for seed in range(40)]
    assert {report.name for report in reports} == set(KINDS)
    columns = [column for report in reports for table in report.tables() for column in table.columns]
    assert {column.kind for column in columns} == {"text", "code", "number", "rate", "date"}
    assert any(section.chart for report in reports for section in report.sections)
    assert any(not table.rows for report in reports for table in report.tables())


MAKE = """
import hashlib, json, sys
from made_reports import made_report
from actiontrack.hooks import load_plugins
hooks = load_plugins()
print(json.dumps({
    f"{name} {seed}": hashlib.sha256(hooks.render_report(made_report(seed), name)).hexdigest()
    for seed in range(6) for name in sorted(hooks.report_formats)
}))
"""


def test_another_process_makes_the_same_bytes() -> None:
    here = {
        f"{name} {seed}": hashlib.sha256(HOOKS.render_report(made_report(seed), name)).hexdigest()
        for seed in range(6)
        for name in sorted(HOOKS.report_formats)
    }
    for salt, zone in (("1", "UTC"), ("2", "Pacific/Auckland")):
        env = os.environ | {"PYTHONHASHSEED": salt, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run([sys.executable, "-c", MAKE], env=env, capture_output=True, text=True, check=True)
        assert json.loads(ran.stdout) == here
