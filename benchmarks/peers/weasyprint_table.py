"""The same table as a tagged PDF, from a page of HTML as plain as it can be, on the same paper in the same size."""

import datetime
import html
import json
import sys
from pathlib import Path

import weasyprint

STYLE = """
@page {
  size: A4 landscape; margin: 14mm 15mm 16mm;
  @bottom-right { content: "Page " counter(page) " of " counter(pages) }
}
body { font: 9pt/1.2 "Liberation Sans", Arial, sans-serif }
table { width: 100%; table-layout: fixed; border-collapse: collapse }
th, td { padding: 1.3mm 2.2mm 1.3mm .8mm; border-bottom: .5pt solid #b1b4b6; text-align: left; vertical-align: top }
.number { text-align: right }
"""
WIDTHS = {"ref": 37, "in_plan": 35, "action": 81, "lead": 33, "due": 35, "late": 13, "status": 20, "rating": 13}


def shown(value: object, kind: str) -> str:
    """As it stands on the page."""
    if kind == "date":
        day = datetime.date.fromisoformat(str(value))
        return f"{day.day} {day:%B %Y}"
    return html.escape(str(value))


told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
columns = told["columns"]
head = "".join(f'<th scope="col" style="width: {WIDTHS[key]}mm">{title}</th>' for key, title, _ in columns)
body = "".join(
    "<tr>"
    + "".join(f'<td class="{kind}">{shown(value, kind)}</td>' for value, (_, _, kind) in zip(row, columns, strict=True))
    + "</tr>"
    for row in told["rows"]
)
page = (
    f'<!DOCTYPE html><html lang="en-GB"><head><title>Report to the Board</title><style>{STYLE}</style></head><body>'
    f"<h1>All actions</h1><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></body></html>"
)
weasyprint.HTML(string=page).write_pdf(sys.argv[2], pdf_variant="pdf/ua-1")
