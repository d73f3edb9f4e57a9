"""Any plan through the connector: an observation, or one line for a person; the same when asked again."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from actiontrack.api import InstanceContext, Observation, RetryableError, UserError
from actiontrack_spreadsheet.connector import SpreadsheetConnector
from actiontrack_spreadsheet.options import SpreadsheetOptions
from fuzz.parts import sections, workbook


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def today(self) -> date:
        return date(2026, 11, 24)


def run(data: bytes) -> None:
    """Observe the plan of a seed, as adoption would and as a later sync would; its section `csv` is a CSV file."""
    named = sections(data)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / ("plan.csv" if "csv" in named else "plan.xlsx")
        path.write_bytes(named["csv"] if "csv" in named else workbook(named))
        connector = _connector(path)
        first = _observe(connector, {})
        if first is None:
            return
        agreed = dict(first.columns)
        later, again = _observe(_connector(path), agreed), _observe(_connector(path), agreed)
        assert (later and later.records) == (again and again.records), "the same file reads the same"
        mark = first.mark()
        if mark:
            assert connector.unchanged(mark) == mark, "an unchanged file is told as such"
        assert len(list(_connector(path).check())) < 100
        assert [entry.name for entry in path.parent.iterdir()] == [path.name], "reading writes nothing"


def _connector(path: Path) -> SpreadsheetConnector:
    context = InstanceContext(
        name="plan",
        folder=str(path.parent),
        state_folder=str(path.parent / "state"),
        clock=_Clock(),
        agencies=("Police", "Health Trust", "Council"),
        statuses=("Not started", "In progress", "Blocked"),
        board_name="Exampleshire Safeguarding Adults Board",
    )
    return SpreadsheetConnector(SpreadsheetOptions(path=path.name), context)


def _observe(connector: SpreadsheetConnector, columns: dict[str, str]) -> Observation | None:
    try:
        found = connector.observe(columns=columns, cursor="")
    except (UserError, RetryableError) as error:
        assert len(str(error).splitlines()) == 1, "what is wrong is said in one line"
        return None
    for record in found.records:
        assert record.row >= 1
        for value in record.fields.values():
            assert value != "", "blank is None"
    return found
