"""A manager's workbook with what a sync must leave alone: charts, a pivot table, lists on other sheets, and more."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import xlsxwriter

TOP = 4
"""The row of the headings, counted from 0."""
HEADINGS = (
    "Ref", "Rec no", "Recommendation", "Action", "Lead agency", "Lead officer", "Priority", "Due date", "Status",
    "Progress", "Evidence", "RAG",
)  # fmt: skip
STATUSES = ("Not started", "In progress", "Completed", "On hold")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def make_rich_plan(
    path: Path, rows: Sequence[dict[str, Any]], agencies: Sequence[str], *, calculated: bool = True
) -> None:
    """Write the workbook; if not `calculated`, its colours wait for the next program to work them out."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    book.set_custom_property("Owner", "Business unit")
    plan = book.add_worksheet("Action plan")
    lists, dashboard, pivot = (book.add_worksheet(name) for name in ("Lists", "Dashboard", "Pivot"))
    last = TOP + len(rows)
    _fill(book, plan, rows, calculated)
    lists.write_column("A1", STATUSES)
    lists.write_column("B1", agencies)
    book.define_name("AgencyNames", f"=Lists!$B$1:$B${len(agencies)}")
    _dress(book, plan, last)
    _draw(book, dashboard, last)
    pivot.write("A1", "Actions by agency")
    for down, text in enumerate(("Row Labels", *sorted(agencies), "Grand Total")):
        pivot.write(2 + down, 0, text)
    pivot.write("B3", "Count of Action")
    for down, agency in enumerate(sorted(agencies)):
        pivot.write(3 + down, 1, sum(1 for cells in rows if cells["Lead agency"] == agency))
    pivot.write(3 + len(agencies), 1, len(rows))
    book.close()
    _add_pivot(path, last, sorted(agencies))


def _fill(book: Any, plan: Any, rows: Iterable[dict[str, Any]], calculated: bool) -> None:
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    wrapped, red = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"font_color": "red"})
    plan.merge_range("A1:L1", "Exampleshire SAB: action plan, Adult K", head)
    plan.write("A2", "Owner: business unit")
    plan.write("A3", "Version")
    plan.write("B3", 7)
    for col, heading in enumerate(HEADINGS):
        plan.write(TOP, col, heading, head)
    for row, cells in enumerate(rows, start=TOP + 1):
        for col, heading in enumerate(HEADINGS[:-1]):
            value = cells.get(heading)
            if isinstance(value, datetime.date):
                plan.write_datetime(row, col, value, day)
            elif heading == "Recommendation":
                plan.write(row, col, value, wrapped)
            elif value is not None:
                plan.write(row, col, value)
        colour = "Green" if calculated and cells["Due date"] >= datetime.date(2027, 3, 1) else "Red"
        plan.write_formula(row, len(HEADINGS) - 1, f'=IF(H{row + 1}<DATE(2027,3,1),"Red","Green")', None, colour)
    plan.write_rich_string(TOP + 2, HEADINGS.index("Progress"), "Please ", red, "urgent", " note")


def _dress(book: Any, plan: Any, last: int) -> None:
    below = last + 40
    red = book.add_format({"font_color": "red", "bold": True})
    plan.data_validation(TOP + 1, 8, below, 8, {"validate": "list", "source": f"=Lists!$A$1:$A${len(STATUSES)}"})
    plan.data_validation(TOP + 1, 4, below, 4, {"validate": "list", "source": "=AgencyNames"})
    plan.conditional_format(
        TOP + 1, 8, below, 8, {"type": "cell", "criteria": "==", "value": '"On hold"', "format": red}
    )
    plan.conditional_format(
        TOP + 1, 7, below, 7, {"type": "formula", "criteria": f"=$H{TOP + 2}<DATE(2027,1,1)", "format": red}
    )
    plan.freeze_panes(TOP + 1, 4)
    plan.autofilter(TOP, 0, last, len(HEADINGS) - 1)
    plan.write_comment(TOP + 1, 3, "Agreed at the June board", {"author": "Chair"})
    plan.set_column("C:D", 34)
    plan.repeat_rows(TOP)
    plan.set_header("&COFFICIAL-SENSITIVE")
    plan.insert_textbox("N2", "How to fill in this plan")


def _draw(book: Any, dashboard: Any, last: int) -> None:
    dashboard.write("A1", "Open actions")
    dashboard.write_formula("B1", f"=COUNTIF('Action plan'!$I${TOP + 2}:$I${last + 1},\"In progress\")", None, 0)
    dashboard.write_column("A3", STATUSES)
    for down in range(len(STATUSES)):
        area = f"'Action plan'!$I${TOP + 2}:$I${last + 1}"
        dashboard.write_formula(2 + down, 1, f"=COUNTIF({area},A{3 + down})", None, 0)
    for kind, place in (("column", "D2"), ("pie", "D20")):
        chart = book.add_chart({"type": kind})
        chart.add_series({"categories": "=Dashboard!$A$3:$A$6", "values": "=Dashboard!$B$3:$B$6"})
        dashboard.insert_chart(place, chart)
    rows = [["a", 1], ["b", 2]]
    dashboard.add_table("M1:N3", {"data": rows, "columns": [{"header": "k"}, {"header": "x"}], "name": "Small"})


# --- the pivot table, which XlsxWriter does not make ----------------------------------------------------------------


def _add_pivot(path: Path, last: int, agencies: Sequence[str]) -> None:
    """Put a pivot table over the plan into the package: counts of actions by lead agency."""
    with zipfile.ZipFile(path) as book:
        members = {each.filename: book.read(each) for each in book.infolist()}
    sheet = next(
        f"xl/worksheets/sheet{at}.xml" for at, name in enumerate(_sheet_names(members), start=1) if name == "Pivot"
    )
    members |= {
        "xl/pivotCache/pivotCacheDefinition1.xml": _cache(last, agencies),
        "xl/pivotTables/pivotTable1.xml": _table(agencies),
        "xl/pivotTables/_rels/pivotTable1.xml.rels": _relations(
            ("pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
        ),
        f"xl/worksheets/_rels/{Path(sheet).name}.rels": _relations(("pivotTable", "../pivotTables/pivotTable1.xml")),
    }
    _replace(
        members,
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        _relation("rId900", "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml") + "</Relationships>",
    )
    _replace(
        members,
        "xl/workbook.xml",
        "</workbook>",
        '<pivotCaches><pivotCache cacheId="1" r:id="rId900"/></pivotCaches></workbook>',
    )
    parts = (
        ("pivotCache/pivotCacheDefinition1.xml", "pivotCacheDefinition"),
        ("pivotTables/pivotTable1.xml", "pivotTable"),
    )
    overrides = "".join(f'<Override PartName="/xl/{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, kind in parts)
    _replace(members, "[Content_Types].xml", "</Types>", overrides + "</Types>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in members.items():
            book.writestr(name, data)


def _sheet_names(members: dict[str, bytes]) -> list[str]:
    text = members["xl/workbook.xml"].decode()
    return [part.split('"')[1] for part in text.split("<sheet ")[1:]]


def _replace(members: dict[str, bytes], name: str, old: str, new: str) -> None:
    text = members[name].decode()
    assert old in text
    members[name] = text.replace(old, new, 1).encode()


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_RELS}/{kind}" Target="{target}"/>'


def _relations(*parts: tuple[str, str]) -> bytes:
    inside = "".join(_relation(f"rId{at}", kind, target) for at, (kind, target) in enumerate(parts, start=1))
    return f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{_PACKAGE}">{inside}</Relationships>'.encode()


def _cache(last: int, agencies: Sequence[str]) -> bytes:
    shared = "".join(f"<s v={quoteattr(agency)}/>" for agency in agencies)
    fields = "".join(
        f'<cacheField name={quoteattr(heading)} numFmtId="0">'
        + (
            f'<sharedItems count="{len(agencies)}">{shared}</sharedItems>'
            if heading == "Lead agency"
            else "<sharedItems/>"
        )
        + "</cacheField>"
        for heading in HEADINGS
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><pivotCacheDefinition xmlns="{_MAIN}" saveData="0" refreshOnLoad="1" '
        'refreshedBy="manager" refreshedDate="46000" createdVersion="6" refreshedVersion="6" minRefreshableVersion="3">'
        f'<cacheSource type="worksheet"><worksheetSource ref="A{TOP + 1}:L{last + 1}" sheet="Action plan"/>'
        "</cacheSource>"
        f'<cacheFields count="{len(HEADINGS)}">{fields}</cacheFields></pivotCacheDefinition>'
    ).encode()


def _table(agencies: Sequence[str]) -> bytes:
    lead, action = HEADINGS.index("Lead agency"), HEADINGS.index("Action")
    items = "".join(f'<item x="{at}"/>' for at in range(len(agencies))) + '<item t="default"/>'
    fields = "".join(
        f'<pivotField axis="axisRow" showAll="0"><items count="{len(agencies) + 1}">{items}</items></pivotField>'
        if at == lead
        else '<pivotField dataField="1" showAll="0"/>'
        if at == action
        else '<pivotField showAll="0"/>'
        for at in range(len(HEADINGS))
    )
    lines = "".join(f'<i><x v="{at}"/></i>' for at in range(len(agencies))) + '<i t="grand"><x/></i>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><pivotTableDefinition xmlns="{_MAIN}" name="ByAgency" cacheId="1" '
        'dataCaption="Values" applyNumberFormats="0" applyBorderFormats="0" applyFontFormats="0" '
        'applyPatternFormats="0" '
        'applyAlignmentFormats="0" applyWidthHeightFormats="1" updatedVersion="6" minRefreshableVersion="3" '
        'createdVersion="6" indent="0" outline="1" outlineData="1" multipleFieldFilters="0">'
        f'<location ref="A3:B{4 + len(agencies)}" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        f'<pivotFields count="{len(HEADINGS)}">{fields}</pivotFields>'
        f'<rowFields count="1"><field x="{lead}"/></rowFields>'
        f'<rowItems count="{len(agencies) + 1}">{lines}</rowItems><colItems count="1"><i/></colItems>'
        f'<dataFields count="1"><dataField name="Count of Action" fld="{action}" subtotal="count" baseField="0" '
        'baseItem="0"/></dataFields></pivotTableDefinition>'
    ).encode()
