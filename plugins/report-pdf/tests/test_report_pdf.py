"""A report as a PDF, gone through as a screen reader does: by the structure that it tells."""

from __future__ import annotations

import io
import random
from datetime import date
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_reports import BITING, KINDS, made_report
from read_pdf import Element, structure_of, tables_of

from actiontrack.api import Chart, Column, Headline, Report, Section, Table
from actiontrack_report_pdf.document import render
from actiontrack_report_pdf.letters import REPLACED, SIGNS, legible

COLUMNS = (
    Column("ref", "Action ID", "code", "–"), Column("action", "Action"), Column("count", "Count", "number", "none"),
    Column("rate", "Share", "rate"), Column("due", "Due", "date", "no date"), Column("rating", "Rating"),
)  # fmt: skip
ROWS = (
    ("AT-0000-0000-0000", "Mend the forms", 3, 0.125, date(2026, 4, 3), "red"),
    ("", "=1+1", None, 0.5, None, ""),
)
TABLE = Table("actions", "Actions", COLUMNS, ROWS, "None.")
EMPTY = Table("nothing", "Refusals", COLUMNS, (), "There is none.")
KEY_FIGURES = Table(
    "key_figures", "What is counted", (Column("figure", "Figure"), Column("value", "Actions", "number")),
    (("Overdue now", 42), ("Not live", 7)), "None.",
)  # fmt: skip
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="30" height="10"/></svg>'
CHART = Chart("trend", "Overdue by month", "It fell from 9 to 3.", SVG, TABLE)


def report(*sections: Section, **more: Any) -> Report:
    told = {
        "name": "annual", "title": "Reviews & answers", "board": "Exampleshire <SAB>", "as_at": date(2026, 3, 31),
        "period": "The year.", "position": 7, "head": "abc",
        "sections": sections or (Section("one", "First", ("It says so.",), (TABLE, EMPTY)),),
    }  # fmt: skip
    return Report(**{**told, **more})


def words_of(made: bytes) -> str:
    return " ".join(structure_of(made).words.split())


def told_by(made: bytes, *kinds: str) -> list[str]:
    return [" ".join(each.words.split()) for each in structure_of(made).all(*kinds)]


# --- structure ------------------------------------------------------------------------------------------------------


def test_it_says_what_it_is() -> None:
    with pikepdf.open(io.BytesIO(render(report()))) as pdf:
        assert pdf.Root.Lang == "en-GB"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.docinfo["/Title"] == "Reviews & answers"
        assert pdf.docinfo["/Author"] == "Exampleshire <SAB>"
        assert pdf.docinfo["/CreationDate"] == "D:20260331000000Z"
        xmp = pdf.Root.Metadata.read_bytes()
        assert b"<pdfuaid:part>1</pdfuaid:part>" in xmp
        fonts = {str(font.BaseFont) for page in pdf.pages for font in page.resources["/Font"].values()}
        assert {name.partition("+")[2] for name in fonts} == {"LiberationSans", "LiberationSans-Bold"}


def test_headings_go_down_by_ones_and_are_the_outline() -> None:
    made = render(report(Section("one", "First", (), (TABLE,)), Section("two", "Second", (), (EMPTY,))))
    found = [(each.kind, " ".join(each.words.split())) for each in structure_of(made).all("H1", "H2", "H3")]
    assert found == [
        ("H1", "Reviews & answers"),
        ("H2", "Contents"),
        ("H2", "1. First"),
        ("H3", "Actions (2)"),
        ("H2", "2. Second"),
    ]
    with pikepdf.open(io.BytesIO(made)) as pdf, pdf.open_outline() as outline:
        assert [(each.title, [below.title for below in each.children]) for each in outline.root] == [
            ("1. First", ["Actions (2)"]),
            ("2. Second", []),
        ]


def test_a_table_is_one_with_its_headers_told() -> None:
    (table,) = structure_of(render(report())).all("Table")
    head, *body = table.all("TR")
    assert [(cell.kind, cell.scope, cell.words.strip()) for cell in head.kids] == [
        ("TH", "Column", column.title) for column in COLUMNS
    ]
    assert [[(cell.kind, cell.scope) for cell in row.kids] for row in body] == [
        [("TH", "Row"), *[("TD", "")] * (len(COLUMNS) - 1)]
    ] * len(ROWS)
    assert tables_of(render(report())) == [
        (
            "Actions (2)",
            [
                ["AT-0000-0000-0000", "Mend the forms", "3", "13%", "3 April 2026", "red"],
                ["–", "=1+1", "none", "50%", "no date", ""],
            ],
        )
    ]


def test_no_cell_names_headers_beside_their_scopes() -> None:
    with pikepdf.open(io.BytesIO(render(report()))) as pdf:
        assert "/IDTree" not in pdf.Root.StructTreeRoot
        assert not [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Headers" in each]
        cells = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/TD"]
        assert cells
        assert not any("/A" in each for each in cells)


def test_a_long_table_stays_one_table_with_its_head_on_every_page() -> None:
    rows = tuple(
        (f"AT-{at:04}", "Agree with all partners how it is done. " * 3, at, 0.5, None, "") for at in range(120)
    )
    made = render(report(Section("one", "First", (), (Table("a", "All", COLUMNS, rows, "None."),))))
    (table,) = structure_of(made).all("Table")
    assert len(list(table.all("TR"))) == 121
    assert [each.words for each in table.all("THead")] == [next(table.all("THead")).words]
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) > 6


def test_a_chart_has_its_words_and_its_numbers() -> None:
    made = render(report(Section("trend", "Trend", (), (), CHART)))
    (figure,) = structure_of(made).all("Figure")
    assert figure.alt == "It fell from 9 to 3."
    assert "Overdue by month. The table holds the same numbers." in words_of(made)
    assert [caption for caption, _ in tables_of(made)] == ["Actions (2)"]


def test_the_first_page_of_a_board_pack_has_what_needs_a_decision_and_the_figures() -> None:
    one = Headline("AT-1", "Extension", "Move the date.", "one")
    made = render(report(name="board", key_figures=KEY_FIGURES, headlines=(one,)))
    assert told_by(made, "H2")[:3] == ["What needs a decision", "Key figures", "Contents"]
    assert told_by(made, "LBody") == ["Extension AT-1 Move the date."]
    assert "Overdue now 42" in words_of(made)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        links = [each for page in pdf.pages for each in page.get("/Annots", ()) if each.Subtype == "/Link"]
        assert len(links) == 3, "the headline, and the two headings in the contents"
        assert all(str(each.Contents) for each in links)


def test_a_board_pack_without_decisions_says_so() -> None:
    made = render(report(name="board", key_figures=KEY_FIGURES))
    assert told_by(made, "H2")[0] == "Nothing needs a decision"


def test_an_empty_table_is_its_sentence() -> None:
    assert "Refusals: There is none." in words_of(render(report()))


def test_it_ends_with_what_it_was_made_from() -> None:
    assert words_of(render(report())).endswith("Made from audit entry 7, abc.")
    assert words_of(render(report(head=""))).endswith("Made from audit entry 7.")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_report_can_be_set(kind: str) -> None:
    made = render(made_report(1, kind))
    assert made == render(made_report(1, kind))
    _well_made(structure_of(made))


def _well_made(top: Element) -> None:
    assert next(top.all("H1", "H2", "H3")).kind == "H1"
    for row in top.all("TR"):
        assert {cell.kind for cell in row.kids} <= {"TH", "TD"}
        assert row.kids[0].scope in ("Row", "Column")
    assert all(figure.alt for figure in top.all("Figure"))


# --- what people type -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", BITING)
def test_what_was_typed_is_shown_as_it_was_typed(text: str) -> None:
    """In every place that a report has for words: none of it is code to what sets the page."""
    table = Table("t", f"Caption {text}", (Column("a", f"Title {text}"), Column("b", "B")), ((text, f"x {text}"),), "")
    empty = Table("e", f"None of {text}", COLUMNS, (), text)
    section = Section("one", f"Section {text}", (f"Says {text}",), (table, empty), None)
    headline = Headline(text, text, text, "one")
    made = render(
        report(section, title=f"Title {text}", board=f"Board {text}", period=text, headlines=(headline,),
               key_figures=Table("k", "Key", KEY_FIGURES.columns, ((text, 1), (text, 2)), ""))
    )  # fmt: skip
    shown = _closed(words_of(made))
    for place in ("Title ", "Board ", "Section ", "Says ", "Caption ", "None of "):
        assert _closed(place + text) in shown
    assert [[_closed(cell) for cell in row] for _, (row,) in tables_of(made)[:1]] == [
        [_closed(text), _closed(f"x {text}")]
    ]


def _closed(text: str) -> str:
    """Without blanks: where a line ends, a page has none."""
    return "".join(text.split())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(st.sampled_from("aé\u0301\u05d0\u0307\u2713" + SIGNS), max_size=60))
def test_any_text_can_be_set(text: str, signs: str) -> None:
    table = Table("t", text, (Column("a", text), Column("b", signs)), ((text, signs), (signs, text)), text)
    made = render(report(Section("one", text, (text, signs), (table,)), title=text, board=signs, period=text))
    assert len(list(structure_of(made).all("TR"))) == 3


def test_what_no_font_shows_is_told() -> None:
    made = render(report(period="An earlier name: 日本 ✓"))
    assert "An earlier name: □□ ✓" in words_of(made)
    assert words_of(made).endswith("the other formats hold it. Made from audit entry 7, abc.")
    assert "the other formats hold it" not in words_of(render(report()))


def test_legible() -> None:
    assert legible("Zoë\tŁódź\r\nнет שלום") == "Zoë Łódź нет שלום"
    assert legible("a\u200bb\u202ec\ufeffd\xad") == "abcd"
    assert legible("\x00\ud800\ue000日") == REPLACED * 4
    assert legible("✓\u0301e\u0301") == "✓e\u0301"


# --- bytes ----------------------------------------------------------------------------------------------------------


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render(report()) == render(report())
    assert render(report()) != render(report(position=8))


@pytest.mark.proof
def test_two_hundred_pages_are_less_than_two_megabytes() -> None:
    chance = random.Random(1)
    words = ("agree", "audit", "briefing", "case", "chronology", "health", "home", "supervision", "multi-agency")
    rows = tuple(
        (f"AT-{at:04}-QZGW-CS9Q", " ".join(chance.choices(words, k=24)), at, at / 4000, date(2026, 4, 3), "red")
        for at in range(4_000)
    )
    made = render(report(Section("one", "First", (), (Table("a", "All", COLUMNS, rows, "None."),))))
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) >= 200
    assert len(made) < 2_000_000
