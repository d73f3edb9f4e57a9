"""A made-up board of very many actions, for the sweep."""

from __future__ import annotations

import contextlib
import datetime
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.material import WORDS

SWEPT_ON = datetime.date(2026, 11, 26)
LEVELS = {"L1": (1, 14), "L2": (15, 30), "L3": (31, 60), "L4": (61, 80)}
"""Working days past its due date by which an action has reached a level and no higher one."""
_AT_A_LEVEL = 0.0746
"""The share of actions at each of the four: a million of them owe 746,000 rows (1 + 2 + 3 + 4 each)."""


def make_board(folder: Path, actions: int) -> None:
    """A store of so many live actions, three in ten of them overdue, spread over four levels of the ladder.

    One action is put by the suite, with its leg; the rest are copies of their rows with other refs, dates and agencies:
    a million put one by one would take half an hour. Beside it, register.db holds what a plain query needs of the same.
    """
    import sqlite3

    from actiontrack.domain.nouns import Action, Leg
    from actiontrack.runtime import open_runtime

    config = str(folder / "actiontrack.toml")
    long_ago = datetime.datetime(2024, 1, 8, 9, tzinfo=datetime.UTC)
    due = datetime.date(2027, 1, 1)
    model = Action(
        ref="AT-0", text=" ".join(WORDS), lead_officer="Head of service", original_due=due, current_due=due,
        created_at=long_ago, changed_at=long_ago,
    )  # fmt: skip
    with open_runtime(config) as runtime, runtime.core.store.writing("analyst", "benchmark") as writer:
        writer.add(model, Leg(action=model.ref, agency=""))
        dues = _spread_dues(runtime.core.calendar)
        agencies = [agency.code for agency in runtime.core.agencies]
    chance = random.Random(actions)

    def others() -> Iterator[dict[str, object]]:
        for number in range(actions):
            day, agency, ref = chance.choice(dues).isoformat(), agencies[number % len(agencies)], f"AT-{number:08}"
            yield {
                "ref": ref,
                "action": ref,
                "lead_agency": agency,
                "agency": agency,
                "original_due": day,
                "current_due": day,
            }

    with contextlib.closing(sqlite3.connect(folder / "at.db")) as store, store:
        for table in ("action", "leg"):
            chance.seed(actions)
            _copy_row(store, table, others())
    _make_register(folder)


def _copy_row(store: Any, table: str, changes: Iterator[dict[str, object]]) -> None:
    """In the place of the table's one row, a copy of it for each of these changes."""
    cursor = store.execute(f"SELECT * FROM {table}")
    names = [each[0] for each in cursor.description]
    model = dict(zip(names, cursor.fetchone(), strict=True))
    store.execute(f"DELETE FROM {table}")
    rows = ([change.get(name, model[name]) for name in names] for change in changes)
    store.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", rows)


def _spread_dues(calendar: Any) -> list[datetime.date]:
    """Due dates to choose from, each as likely as another."""
    share = round(_AT_A_LEVEL * 10_000)
    dues = []
    for first, last in LEVELS.values():
        late = [calendar.add_working_days(SWEPT_ON, -days) for days in range(first, last + 1)]
        late = [day for day, days in zip(late, range(first, last + 1), strict=True)
                if calendar.working_days_between(day, SWEPT_ON) == days]  # fmt: skip
        dues += [late[number % len(late)] for number in range(share)]
    ahead = 10_000 - len(dues)
    return dues + [SWEPT_ON + datetime.timedelta(days=1 + number % 720) for number in range(ahead)]


def _make_register(folder: Path) -> None:
    """What an analyst would keep: the actions in a table, and how many working days each day lies back."""
    import sqlite3

    from actiontrack.runtime import open_runtime

    with open_runtime(str(folder / "actiontrack.toml")) as runtime:
        calendar = runtime.core.calendar
        days = [SWEPT_ON - datetime.timedelta(days=number) for number in range(400)]
        back = [(day.isoformat(), calendar.working_days_between(day, SWEPT_ON)) for day in days]
    with contextlib.closing(sqlite3.connect(folder / "register.db")) as register, register:
        register.execute("ATTACH ? AS store", (str(folder / "at.db"),))
        register.execute(
            "CREATE TABLE action AS SELECT ref, status, current_due, lead_agency FROM store.action ORDER BY ref"
        )
        register.execute("CREATE UNIQUE INDEX by_ref ON action (ref)")
        register.execute("CREATE INDEX by_due ON action (current_due)")
        register.execute("CREATE TABLE back (day TEXT PRIMARY KEY, days INTEGER)")
        register.executemany("INSERT INTO back VALUES (?, ?)", back)
        register.execute("CREATE TABLE escalation (action TEXT, level TEXT, period TEXT, days INTEGER, at TEXT, "
                         "PRIMARY KEY (action, level, period)) WITHOUT ROWID")  # fmt: skip


def check_swept(folder: Path, expected: int) -> None:
    """Raise unless so many escalations are on record, within a hundredth, and none of them twice."""
    import sqlite3

    with contextlib.closing(sqlite3.connect(folder / "at.db")) as store:
        query = "SELECT count(*), count(DISTINCT action || level || period) FROM escalation"
        found, different = store.execute(query).fetchone()
    if found != different or abs(found - expected) > expected / 100:
        raise RuntimeError(f"{found} escalations are on record, {different} of them different; not {expected}")
