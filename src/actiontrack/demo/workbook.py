"""The board's workbook of the demo, as a manager would have made it: title block, colours, lists, formulas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

HEADINGS = (
    ("Ref", 7), ("Recommendation", 34), ("Board response", 14), ("Agreed action", 48), ("Lead agency", 22),
    ("Lead officer", 24), ("Priority", 10), ("Timescale", 13), ("Status", 14), ("Progress update", 36),
    ("Evidence of impact", 30), ("RAG", 9),
)  # fmt: skip
STATUSES = ("Not started", "On course", "On hold", "Completed")
HEADER_ROW = 4
_COLOURS = {"Red": "#F4B6B6", "Amber": "#FBE3A8", "Green": "#C9E7C1", "Blue": "#BFD7F2"}


def make_board_workbook(file: Path, plan: Mapping[str, Any], today: date) -> None:
    """Write the plan's actions under a title block, with a summary and a list sheet beside them."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Action plan")
        summary = book.add_worksheet("Summary")
        lists = book.add_worksheet("Lists")
        last = _fill_plan(book, sheet, plan, today)
        lists.write_column("A1", STATUSES)
        _fill_summary(book, summary, plan, last)


def _fill_plan(book: Workbook, sheet: Worksheet, plan: Mapping[str, Any], today: date) -> int:
    title = book.add_format({"bold": True, "font_size": 16, "font_color": "#1D3557"})
    head = book.add_format(
        {
            "bold": True,
            "bg_color": "#1D3557",
            "font_color": "#FFFFFF",
            "text_wrap": True,
            "border": 1,
            "valign": "vcenter",
        }
    )
    body = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C8CDD3"})
    due = book.add_format({"num_format": "dd mmm yyyy", "valign": "top", "border": 1, "border_color": "#C8CDD3"})
    review = plan["review"]
    sheet.merge_range(0, 0, 0, 11, plan["board"], title)
    sheet.write(1, 0, f"Action plan: {review['ref']}, {review['title']} ({review['methodology']} review)")
    for column, (heading, width) in enumerate(HEADINGS):
        sheet.write(HEADER_ROW - 1, column, heading, head)
        sheet.set_column(column, column, width)
    for row, values in enumerate(_rows(plan, today), HEADER_ROW):
        for column, value in enumerate(values):
            sheet.write(row, column, value, due if isinstance(value, date) else body)
    last = HEADER_ROW + len(plan["action"])
    sheet.data_validation(HEADER_ROW, 8, last + 30, 8, {"validate": "list", "source": "=Lists!$A$1:$A$4"})
    for colour, fill in _COLOURS.items():
        shown = {
            "type": "cell",
            "criteria": "==",
            "value": f'"{colour}"',
            "format": book.add_format({"bg_color": fill}),
        }
        sheet.conditional_format(HEADER_ROW, 11, last + 30, 11, shown)
    late = {"type": "formula", "criteria": f'=AND($H{HEADER_ROW + 1}<>"",$H{HEADER_ROW + 1}<TODAY())',
            "format": book.add_format({"font_color": "#B00020", "bold": True})}  # fmt: skip
    sheet.conditional_format(HEADER_ROW, 7, last + 30, 7, late)
    sheet.freeze_panes(HEADER_ROW, 1)
    sheet.autofilter(HEADER_ROW - 1, 0, last - 1, len(HEADINGS) - 1)
    return last


def _rows(plan: Mapping[str, Any], today: date) -> list[list[Any]]:
    """One row an action; the recommendation is written again on each, as plans do."""
    names = {agency["code"]: agency["aliases"][0] for agency in plan["agency"]}
    recommendations = {each["number"]: each for each in plan["recommendation"]}
    rows = []
    for action in plan["action"]:
        asked = recommendations[action["number"].partition(".")[0]]
        rows.append(
            [
                action["number"],
                asked["text"],
                asked["response"],
                action["text"],
                names[action["lead"]],
                action["officer"],
                action["priority"],
                today + timedelta(days=action["due"]) if "due" in action else "",
                action["status"],
                action["progress"],
                action.get("evidence", ""),
                action["rag"],
            ]
        )
    return rows


def _fill_summary(book: Workbook, sheet: Worksheet, plan: Mapping[str, Any], last: int) -> None:
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 24)
    sheet.write(0, 0, "Status", bold)
    sheet.write(0, 1, "Actions", bold)
    for row, word in enumerate(STATUSES, 1):
        counted = sum(action["status"] == word for action in plan["action"])
        sheet.write(row, 0, word)
        sheet.write_formula(row, 1, f"=COUNTIF('Action plan'!$I${HEADER_ROW + 1}:$I${last},A{row + 1})", None, counted)
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {"categories": f"=Summary!$A$2:$A${len(STATUSES) + 1}", "values": f"=Summary!$B$2:$B${len(STATUSES) + 1}"}
    )
    chart.set_title({"name": "Actions by status"})
    chart.set_legend({"none": True})
    sheet.insert_chart("D2", chart)
