"""Whatever is written stands there when the file is read anew, and nothing else has moved."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actiontrack.api import Batch, Write, new_ref

if TYPE_CHECKING:
    from conftest import Connect

HEADINGS = {"text": "Action", "progress": "Progress", "current_due": "Target date", "status": "Status"}
MARKS = st.sampled_from(["=1+1", "+44", "@x", "-", "_x000D_", "a\nb", "\u00a0", "007", "1.10", "TRUE", "3/4/2026"])
WORDS = st.one_of(
    MARKS, st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=20)
)
DATES = st.dates(date(1990, 1, 1), date(2100, 1, 1))
TEXTS = st.builds(lambda start, rest: start + rest, st.sampled_from(["Train", "=Audit"]), WORDS)
STATES = WORDS.map(lambda words: f"{words} by now")
"""Where all of a column headed Status are colours or their letters ("A"), it is read as a rating."""
ROW = st.fixed_dictionaries(
    {"text": TEXTS, "progress": st.none() | WORDS, "current_due": st.none() | DATES, "status": st.none() | STATES}
)
CHANGES = st.fixed_dictionaries(
    {}, optional={"text": TEXTS, "progress": WORDS, "current_due": st.none() | DATES, "status": st.none() | STATES}
)


def shown(value: Any) -> Any:
    """What counts as the same: blank is blank, and blanks at the ends are no matter."""
    return (value.strip() or None) if isinstance(value, str) else value


def said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: shown(fields.get(name)) for name in HEADINGS}


@given(
    rows=st.lists(ROW, min_size=1, max_size=5),
    changes=st.lists(CHANGES, max_size=5),
    fresh=st.lists(ROW, max_size=2),
    csv=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_stands_there_and_nothing_else_moved(
    rows: list[dict[str, Any]],
    changes: list[dict[str, Any]],
    fresh: list[dict[str, Any]],
    csv: bool,
    connect: Connect,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("plan.csv" if csv else "plan.xlsx")
        if csv:
            path.write_text(",".join(HEADINGS.values()) + "\n", "utf-8")
            fresh, rows = [*rows, *fresh], []
        else:
            _save(path, rows)
        connector = connect(path)
        seen = connector.observe("", {})
        assert [said(dict(record.fields)) for record in seen.records] == [said(row) for row in rows]

        refs = [new_ref() for _ in [*rows, *fresh]]
        writes = [
            Write(f"op-{i}", "", record.row, False, {}, {"ref": ref, **change})
            for i, (record, ref, change) in enumerate(
                zip(seen.records, refs, [*changes, *({} for _ in rows)], strict=False)
            )
        ]
        writes += [
            Write(f"new-{i}", "", 0, True, {}, {**row, "ref": ref})
            for i, (row, ref) in enumerate(zip(fresh, refs[len(rows) :], strict=True))
        ]
        done = list(connector.apply(Batch(writes, seen.proof, "bound", seen.columns)))
        assert [outcome.state for outcome in done] == ["applied"] * len(writes)

        now = connect(path).observe("", seen.columns)
        assert [record.remote_id for record in now.records] == refs
        assert [record.version for record in now.records] == [o.record.version for o in done if o.record]
        wanted = [{**row, **change} for row, change in zip(rows, [*changes, *({} for _ in rows)], strict=False)]
        wanted += fresh
        if csv:
            wanted = [{**row, "current_due": row["current_due"] and row["current_due"].isoformat()} for row in wanted]
        assert [said(dict(record.fields)) for record in now.records] == [said(row) for row in wanted]


def _save(path: Path, rows: list[dict[str, Any]]) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Plan")
    style = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, HEADINGS.values())
    for number, row in enumerate(rows, 1):
        for col, name in enumerate(HEADINGS):
            if isinstance(row[name], date):
                sheet.write_datetime(number, col, row[name], style)
            elif row[name]:
                sheet.write_string(number, col, row[name])
    book.close()
