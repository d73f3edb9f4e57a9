"""Killed, slept through, overtaken, its clock put: the scheduler loses no slot and repeats no escalation.

A slice of AT_PROOF_SECONDS with the seed AT_PROOF_SEED, or all of it: `pytest -m proof tests/clock -s`.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import clock_child
import clock_oracle as oracle
import pytest
from clock_world import Counts, lived

from actiontrack.cli.front import run
from actiontrack.domain.ledger import Escalation, JobRun, Send
from actiontrack.domain.nouns import Action
from actiontrack.runtime import open_runtime

RUNS = 10_000
KILLS = 200
AWHILE = 30
"""Runs of the everyday test."""


def seconds() -> float | None:
    """How long a slice may take."""
    return float(os.environ["AT_PROOF_SECONDS"]) if os.environ.get("AT_PROOF_SECONDS") else None


def first_seed() -> int:
    return int(os.environ.get("AT_PROOF_SEED") or secrets.randbelow(10**9))


def live(runs: int, until: float | None) -> Counts:
    """So many lives, or until that time; their counts are printed with the seed."""
    total, seed, done = Counts(), first_seed(), 0
    while done < runs and (until is None or time.monotonic() < until):
        total.add(lived(seed + done))
        done += 1
    print(json.dumps({"seed": seed, "runs": done} | {name: getattr(total, name) for name in Counts.__annotations__}))
    return total


def test_no_slot_is_lost_and_no_escalation_repeated_whatever_becomes_of_process_and_clock() -> None:
    total = live(AWHILE, None)
    assert total.looks > AWHILE


@pytest.mark.proof
def test_ten_thousand_bad_weeks() -> None:
    budget = seconds()
    total = live(RUNS, time.monotonic() + budget / 2 if budget else None)
    if budget is None:
        assert min(total.kills, total.takeovers, total.put_back, total.sleeps) > RUNS / 4
    assert total.escalations


# --- real processes, real SIGKILLs ------------------------------------------------------------------------------------

CONFIG = """\
[board]
name = "Exampleshire"
manager = "manager@board.example"
chair = "chair@board.example"

[[agency]]
code = "POL"
name = "Norchester Constabulary"
lead = "lead@pol.example"
executive = "acc@pol.example"

[[schedule]]
job = "sweep"
at = "01:30"
catch_up = "all"

[[schedule]]
job = "sweep"
at = "08:00"
days = "working"
catch_up = "latest"
"""
RULES = {
    "sweep daily 01:30": oracle.Rule("01:30", "daily", "all"),
    "sweep working 08:00": oracle.Rule("08:00", "working", "latest"),
}
BEGIN = datetime(2026, 10, 22, 9, tzinfo=UTC)
"""Three days before the clocks go back."""


def board(folder: Path) -> str:
    """A board with eight actions, the same whenever it is made; its configuration."""
    folder.mkdir()
    config = folder / "actiontrack.toml"
    config.write_text(CONFIG, encoding="utf-8")
    long_ago = datetime(2026, 1, 5, 9, tzinfo=UTC)
    held = {"text": "t", "lead_agency": "POL", "created_at": long_ago, "changed_at": long_ago}
    with open_runtime(str(config)) as runtime, runtime.core.store.writing("test", "test") as writer:
        for at in range(8):
            due = date(2026, 8, 3) + timedelta(days=17 * at)
            writer.add(
                Action(
                    ref=f"AT-{at}",
                    lead_officer=f"officer{at % 3}@pol.example",
                    current_due=due,
                    original_due=due,
                    **held,
                )
            )
    return str(config)


def ledgers(config: str) -> dict[str, Any]:
    """What is on record, without the instants at which it was put there."""
    with open_runtime(config) as runtime, runtime.core.store.reading() as reader:
        return {
            "runs": [(run.job, run.slot, run.outcome) for run in reader.find(JobRun)],
            "escalations": [each.model_dump(exclude={"at", "why"}) for each in reader.find(Escalation)],
            "sends": [each.model_dump(include={"person", "period", "kind", "refs"}) for each in reader.find(Send)],
        }


@pytest.mark.proof
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_killed_in_any_transaction_by_a_real_sigkill_it_goes_on_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a board to which nothing ever happens: at the end both have the same slots, escalations and digests."""
    seed, budget, started = first_seed(), seconds(), time.monotonic()
    dice = random.Random(seed)
    killed, calm = board(tmp_path / "killed"), board(tmp_path / "calm")
    now, kills, looks = BEGIN, 0, 0
    while kills < KILLS and (budget is None or time.monotonic() < started + budget / 2):
        monkeypatch.setenv("AT_NOW", now.isoformat())
        while True:
            where = (str(dice.randint(1, 10)), dice.choice(["before", "after"]))
            ended = subprocess.run(
                [sys.executable, clock_child.__file__, killed, *where], capture_output=True, check=False
            )
            if ended.returncode != -signal.SIGKILL:
                break
            kills += 1
        assert ended.returncode == 0, ended.stderr.decode()
        assert run(["--config", calm, "--json", "run", "--once"]) == 0
        assert ledgers(killed) == ledgers(calm), f"seed {seed}, {now}, {where}"
        looks += 1
        now += timedelta(minutes=dice.choice([30, 700, 1_440, 1_500, 4_000]))
    capsys.readouterr()
    print(json.dumps({"seed": seed, "SIGKILLs": kills, "looks": looks}))
    assert budget is not None or kills >= KILLS
    whole = ledgers(killed)["runs"]
    for name, rule in RULES.items():
        on_record = [slot for job, slot, _ in whole if job == name]
        assert on_record == rule.slots(on_record[0] - timedelta(minutes=1), max(on_record))
        assert len(on_record) >= looks // 3
