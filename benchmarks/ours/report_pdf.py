"""One table of a report as a tagged PDF."""

import datetime
import json
import sys
from pathlib import Path

from actiontrack.api import Column, Report, Section, Table
from actiontrack_report_pdf.document import render

told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
columns = tuple(Column(*each) for each in told["columns"])
rows = tuple(
    tuple(
        datetime.date.fromisoformat(value) if column.kind == "date" else value
        for value, column in zip(row, columns, strict=True)
    )
    for row in told["rows"]
)
table = Table("actions", "All actions", columns, rows, "None.")
report = Report(
    name="board", title="Report to the Board", board="Exampleshire Safeguarding Adults Board",
    as_at=datetime.date(2026, 11, 24), period="", position=1, head="", sections=(Section("all", "All", (), (table,)),),
)  # fmt: skip
Path(sys.argv[2]).write_bytes(render(report))
