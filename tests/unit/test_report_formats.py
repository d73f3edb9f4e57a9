"""The report's files: a page that stands alone, a workbook that computes nothing, JSON; written whole or not at all."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from html import escape
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from actiontrack.adapters.calendar import load_calendar
from actiontrack.adapters.store import open_store
from actiontrack.api import hookimpl
from actiontrack.domain.nouns import Action, Leg
from actiontrack.domain.policy import Board
from actiontrack.domain.report import Column, Report, Table
from actiontrack.domain.vocabulary import Nation
from actiontrack.errors import UserError
from actiontrack.hooks import Hooks, load_plugins
from actiontrack.services.core import Core
from actiontrack.services.reporting import board_report, write_report

AS_AT = date(2026, 11, 24)
BOARD = Board(name="Exampleshire & District")
NASTY = "=cmd|'/c calc'!A1 <script>alert(1)</script> & \"quotes\""


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 12, tzinfo=UTC)

    def today(self) -> date:
        return AS_AT


@pytest.fixture
def hooks() -> Hooks:
    return load_plugins(installed=False)


@pytest.fixture
def core(hooks: Hooks) -> Iterator[Core]:
    clock = Noon()
    with closing(open_store("sqlite://", "exampleshire", clock=clock)) as store:
        with store.writing("kim", "import:plan.xlsx") as writer:
            for at, text in enumerate((NASTY, "Train the sergeants")):
                due = date(2026, 10, 1 + at)
                action = Action(
                    ref=f"AT-{at}", text=text, current_due=due, original_due=due, lead_agency="POL",
                    created_at=clock.now(), changed_at=clock.now(),
                )  # fmt: skip
                writer.put(action, Leg(action=action.ref, agency="POL"))
        yield Core(store, clock, load_calendar(Nation.ENG), hooks, BOARD, [], {}, {})


@pytest.fixture
def report(core: Core) -> Report:
    return board_report(core, as_at=AS_AT)


@pytest.fixture
def page(core: Core, report: Report) -> str:
    return core.hooks.render_report(report, "html").decode()


def workbook(core: Core, report: Report) -> Any:
    return load_workbook(BytesIO(core.hooks.render_report(report, "xlsx")))


# --- HTML -----------------------------------------------------------------------------------------------------------


def test_the_page_asks_for_nothing_from_outside(page: str) -> None:
    addresses = re.findall(r"""(?:src|href|action|data|poster|srcset)\s*=\s*["']?([^"'\s>]+)""", page)
    assert addresses
    assert all(address.startswith("#") for address in addresses)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) == {"http://www.w3.org/2000/svg"}


def test_the_policy_allows_its_own_style_and_nothing_else(page: str) -> None:
    style = page[page.index("<style>") + len("<style>") : page.index("</style>")]
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;"
    assert policy in page
    assert not re.search(r"<[^>]+\sstyle=", page)


def test_what_people_typed_is_text_and_never_markup(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Exampleshire &amp; District" in page


def test_headings_descend_one_step_at_a_time_and_begin_with_one(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_every_header_a_scope(page: str) -> None:
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert tables
    for table in tables:
        assert table.count("<caption>") == 1
        assert all('scope="' in header for header in re.findall(r"<th\b[^>]*>", table))


def test_ids_are_unique_and_every_link_leads_somewhere(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    named = [name for names in re.findall(r'aria-labelledby="([^"]+)"', page) for name in names.split()]
    assert set(named) <= set(ids)


def test_what_needs_a_decision_comes_before_everything_else(page: str) -> None:
    order = ("Two things that need a decision", "Key figures", "Contents", "1. In short", "2. Decisions")
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_an_empty_page_says_so(core: Core, report: Report) -> None:
    page = core.hooks.render_report(replace(report, headlines=()), "html").decode()
    assert "Nothing needs a decision" in page


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 400, 768, 1280])
def test_nothing_reaches_beyond_a_screen_of_any_width(page: str, width: int, tmp_path: Path) -> None:
    long = page.replace("Train the sergeants", "Train" * 60)
    frame = f'<iframe style="border:0;width:{width}px;height:900px" srcdoc="{escape(long)}"></iframe>'
    script = "onload=()=>{let d=frames[0].document.documentElement;document.title='wide '+d.scrollWidth}"
    (tmp_path / "frame.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{frame}<script>{script}</script>")
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert browser
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}",
        "--window-size=1400,1000", "--dump-dom", (tmp_path / "frame.html").as_uri(),
    ]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode()
    found = re.search(r"<title>wide (\d+)</title>", shown)
    assert found
    assert int(found.group(1)) <= width


# --- XLSX -----------------------------------------------------------------------------------------------------------


def test_a_text_that_looks_like_a_formula_stays_a_text(core: Core, report: Report) -> None:
    sheet = workbook(core, report)["Overdue"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == NASTY)
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.hyperlink is None


def test_every_sheet_has_one_frozen_header_row_and_nothing_merged(core: Core, report: Report) -> None:
    book = workbook(core, report)
    assert len(book.sheetnames) == sum(bool(table.rows) for table in report.tables())
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert not sheet.merged_cells.ranges
        assert sheet.print_title_rows == "$1:$1"


def test_what_a_sheet_lists_is_a_table_with_filters(core: Core, report: Report) -> None:
    book = workbook(core, report)
    for sheet, told in zip(book.worksheets, (table for table in report.tables() if table.rows), strict=True):
        assert [cell.value for cell in sheet[1]][: len(told.columns)] == [column.title for column in told.columns]
        (table,) = sheet.tables.values()
        last = sheet.cell(len(told.rows) + 1, len(told.columns)).coordinate
        assert (table.ref, table.autoFilter.ref, table.headerRowCount) == (f"A1:{last}", f"A1:{last}", 1)
        assert [column.name for column in table.tableColumns] == [column.title for column in told.columns]


def test_a_list_without_rows_is_a_line_of_the_summary(core: Core, report: Report) -> None:
    said = [row[2].value for row in workbook(core, report)["Summary"].iter_rows()]
    empty = [table for table in report.tables() if not table.rows]
    assert len(empty) > 5
    assert {f"{table.caption}: {table.empty}" for table in empty} <= set(said)


def test_columns_of_one_title_are_filtered_all_the_same(core: Core, report: Report) -> None:
    columns = (Column("a", "Due"), Column("b", "due"))
    section = replace(report.sections[0], tables=(Table("twins", "?", columns, (("x", "y"),), ""),), chart=None)
    sheet = workbook(core, replace(report, sections=(section,)))["Twins"]
    assert not sheet.tables
    assert sheet.auto_filter.ref == "A1:B2"


def test_dates_are_dates_and_counts_are_numbers(core: Core, report: Report) -> None:
    sheet = workbook(core, report)["Overdue"]
    header = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, header.index("Due") + 1).value == datetime(2026, 10, 1)
    assert sheet.cell(2, header.index("Days overdue") + 1).value == 54


def test_the_workbook_s_own_dates_are_the_report_s(core: Core, report: Report) -> None:
    content = core.hooks.render_report(report, "xlsx")
    with zipfile.ZipFile(BytesIO(content)) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
        properties = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", properties)) == {"2026-11-24T00:00:00Z"}


def test_a_text_longer_than_a_cell_is_cut_and_not_lost(core: Core, report: Report) -> None:
    table = Table("key_figures", "?", (Column("figure", "Figure"), Column("value", "Value")), (("x" * 40_000, 1),), "")
    sheet = workbook(core, replace(report, key_figures=table))["Summary"]
    told = str(sheet["A2"].value)
    assert len(told) == 32_767
    assert told.endswith("x…")


def test_sheet_names_never_clash(core: Core, report: Report) -> None:
    long = "a_table_with_a_very_long_key_indeed_and_more"
    twins = tuple(
        Table(key, "?", (Column("a", "A"),), ((1,),), "")
        for key in (long, long.upper(), long.title(), "sum:mary", "summary")
    )
    section = replace(report.sections[0], tables=twins)
    names = workbook(core, replace(report, sections=(section,))).sheetnames
    assert len({name.lower() for name in names}) == 6
    assert all(len(name) <= 31 for name in names)


# --- writing --------------------------------------------------------------------------------------------------------


def test_every_installed_format_is_written_where_none_is_named(core: Core, report: Report, tmp_path: Path) -> None:
    paths = write_report(core, report, [], tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [f"board-report-2026-11-24.{suffix}" for suffix in ("html", "json", "xlsx")]
    assert sorted(tmp_path.glob("new/folder/*")) == sorted(paths)
    assert json.loads(paths[1].read_text(encoding="utf-8"))["figures"]["overdue"] == 2


def test_a_format_that_is_not_installed_is_refused_before_anything_is_written(
    core: Core, report: Report, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"'pdf' is installed; there are: html, json, xlsx") as refused:
        write_report(core, report, ["html", "pdf"], tmp_path)
    assert refused.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_names_the_files_and_writes_none(core: Core, report: Report, tmp_path: Path) -> None:
    assert [path.name for path in write_report(core, report, ["xlsx"], tmp_path, dry_run=True)] == [
        "board-report-2026-11-24.xlsx"
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_in_one_line(core: Core, report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="choose another --out"):
        write_report(core, report, ["json"], tmp_path / "file")


def test_a_renderer_that_fails_leaves_the_older_files_alone(
    core: Core, report: Report, hooks: Hooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = write_report(core, report, ["html"], tmp_path)
    before = old.read_bytes()

    def fails(_: object) -> bytes:
        raise RuntimeError("no")

    monkeypatch.setitem(hooks.report_formats, "xlsx", replace(hooks.report_formats["xlsx"], renderer=fails))
    with pytest.raises(UserError, match="could not be made as xlsx"):
        write_report(core, replace(report, title="Another"), ["html", "xlsx"], tmp_path)
    assert old.read_bytes() == before
    assert list(tmp_path.iterdir()) == [old]


def test_plugins_may_add_a_format_wrap_one_and_hear_of_it(
    core: Core, report: Report, hooks: Hooks, tmp_path: Path
) -> None:
    heard: list[tuple[str, list[str]]] = []

    class Redacting:
        @hookimpl(wrapper=True)
        def render_report(self, report: Report, format_name: str) -> Generator[None, bytes, bytes]:
            made = yield
            return made.replace(b"sergeants", b"*********")

        @hookimpl
        def on_report_made(self, name: str, files: list[str]) -> None:
            heard.append((name, list(files)))

    hooks.register(Redacting(), "redacting")
    (path,) = write_report(core, report, ["json"], tmp_path)
    assert "Train the *********" in path.read_text(encoding="utf-8")
    assert heard == [("board", [str(path)])]
