"""The same table as a tagged PDF, from a page of HTML as plain as it can be, on the same paper in the same size."""

import datetime
import html
import json
import sys
from pathlib import Path

import weasyprint

STYLE = """
@font-face { font-family: "Liberation Sans"; src: url(FONTS/LiberationSans-Regular.ttf) }
@font-face { font-family: "Liberation Sans"; src: url(FONTS/LiberationSans-Bold.ttf); font-weight: bold }
@page {
  size: A4 landscape; margin: 14mm 15mm 16mm;
  @bottom-left { content: element(foot) }
  @bottom-right { content: "Page " counter(page) " of " counter(pages) }
}
html { font: 9pt/1.2 "Liberation Sans" }
body { margin: 0 }
table { width: 100%; table-layout: fixed; border-collapse: collapse }
th, td { box-sizing: border-box }
th, td { padding: 1.3mm 2.2mm 1.3mm .8mm; border-bottom: .5pt solid #b1b4b6; text-align: left; vertical-align: top }
thead th { border-bottom: 1pt solid #0b0c0c; vertical-align: bottom }
.number { text-align: right }
span { border: .6pt solid #505a5f; border-left-width: 4pt; padding: 0 3pt; font-weight: bold }
.red { border-color: #d4351c } .amber { border-color: #b35900 } .green { border-color: #00703c }
footer { position: running(foot); font-size: 8pt; color: #505a5f }
"""
WIDTHS = {"ref": 37, "in_plan": 35, "action": 81, "lead": 33, "due": 35, "late": 13, "status": 20, "rating": 13}


def shown(value: object, key: str, kind: str) -> str:
    """As it stands on the page."""
    if key == "rating":
        return f'<span class="{value}">{value}</span>'
    if kind == "date":
        day = datetime.date.fromisoformat(str(value))
        return f"{day.day} {day:%B %Y}"
    return html.escape(str(value))


told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
columns = told["columns"]
head = "".join(f'<th scope="col" style="width: {WIDTHS[key]}mm">{title}</th>' for key, title, _ in columns)
body = "".join(
    "<tr>"
    + "".join(
        f'<td class="{kind}">{shown(value, key, kind)}</td>' for value, (key, _, kind) in zip(row, columns, strict=True)
    )
    + "</tr>"
    for row in told["rows"]
)
style = STYLE.replace("FONTS", Path(sys.argv[3]).as_uri())
page = (
    f'<!DOCTYPE html><html lang="en-GB"><head><title>Report to the Board</title><style>{style}</style></head><body>'
    "<footer>Exampleshire Safeguarding Adults Board. Report to the Board, as at 24 November 2026.</footer>"
    f"<h1>All actions</h1><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></body></html>"
)
weasyprint.HTML(string=page).write_pdf(sys.argv[2], pdf_variant="pdf/ua-1")
