"""Reports nobody would write, made by chance without a store: every kind, every kind of column, words that bite."""

from __future__ import annotations

import random
from datetime import date, timedelta

from actiontrack.domain.report import (
    AgencyFigures,
    BoardReport,
    Cell,
    Chart,
    Column,
    ColumnKind,
    Figures,
    Headline,
    Report,
    Section,
    Table,
)
from actiontrack.services.reporting.charts import bars

KINDS = ("board", "annual", "register", "review")
BITING = (
    "=1+1", "+44 20 7946 0000", "-2", "@SUM(A1)", "'quoted", "=cmd|'/c calc'!A1", "<script>alert(1)</script>",
    "<b>bold</b>", "&amp; & <!-- --> ]]>", "{{ 7 * 7 }} {% raw %}", "#panic(1)", "#image(\"/etc/passwd\")",
    "#let x = 1 #x", "*strong* _em_ `raw`", "$x^2$ $ sum $", "// a comment", "/* another */", "[content] #[more]",
    "<label> @reference", "\\ \\u{41} \\#", "- list\n+ list", "\"; #eval(\"1\")", "https://example.org/a?b=c&d",
    "a -- b --- c ...", "%PDF-1.7 ) Tj (", "100%", "0012", "1e5", "3/4", "TRUE", "Zoë Ångström", "Łódź", "Ελένη",
    "Наталья", "“curly” – dash …", "non\u00a0breaking", "tab\there", "line\nline", "  spaced  out  ", "W" * 70,
    "f8ec1252e2a0881bf86eb4e8393222b8ea92a0833ee04daa62475c4c1e8c19a0", "a" * 300,
)  # fmt: skip
"""Each begins something somewhere: a formula, markup, a template, typst's code. All of it can be shown."""
_WORDS = (
    "agree", "audit", "briefing", "case", "check", "chronology", "data", "health", "home", "learning", "plan", "share",
    "staff", "supervision", "the", "of", "and",
)  # fmt: skip
_COLUMN_KINDS: tuple[ColumnKind, ...] = ("text", "text", "text", "code", "number", "rate", "date")
_DAY = date(2026, 11, 24)


def made_report(seed: int, kind: str = "", more: tuple[str, ...] = ()) -> Report:
    """The report that follows from the seed. `more` are texts to choose from beside the biting ones."""
    chance = random.Random(seed)
    return _Maker(chance, (*BITING, *more)).report(kind or chance.choice(KINDS))


class _Maker:
    def __init__(self, chance: random.Random, biting: tuple[str, ...]) -> None:
        self.chance, self.biting, self.tables = chance, biting, 0

    def report(self, kind: str) -> Report:
        told = {
            "name": kind, "about": "SAR-2026-01" if kind == "review" else "", "title": self.text() or "Report",
            "board": self.text(), "as_at": _DAY + timedelta(self.chance.randrange(-900, 900)), "period": self.text(),
            "position": self.chance.randrange(10**6), "head": self.chance.choice(("", "ab" * 32)),
        }  # fmt: skip
        sections = tuple(self.section(number) for number in range(self.chance.randrange(1, 5)))
        if kind != "board":
            counts = tuple((f"figure_{at}", self.chance.randrange(10**4)) for at in range(self.chance.randrange(4)))
            return Report(**told, counts=counts, sections=sections)
        figures = self.figures()
        return BoardReport(
            **told, figures=figures, key_figures=self.key_figures(figures), headlines=self.headlines(sections),
            sections=sections,
        )  # fmt: skip

    def section(self, number: int) -> Section:
        tables = tuple(self.table() for _ in range(self.chance.randrange(4)))
        says = tuple(self.text() for _ in range(self.chance.randrange(6)))
        return Section(f"part-{number}", self.text() or "Part", says, tables, self.chart() if self.often(3) else None)

    def chart(self) -> Chart:
        self.tables += 1
        values = [(self.text()[:20], self.chance.randrange(200)) for _ in range(self.chance.randrange(1, 6))]
        title, alt, key = self.text() or "Chart", self.text() or "Bars", f"chart-{self.tables}"
        columns = (Column("what", "What"), Column("count", "Count", "number"))
        table = Table(f"{key}-table", f"{title} ({self.tables})", columns, tuple(values), "None.")
        return Chart(key, title, alt, bars(key, title, alt, values), table)

    def table(self) -> Table:
        self.tables += 1
        kinds = [self.chance.choice(_COLUMN_KINDS) for _ in range(self.chance.randrange(1, 10))]
        columns = tuple(
            Column(
                "rating" if kind == "text" and self.often(6) else f"c{at}",
                self.text() or "Column",
                kind,
                self.missing(),
            )
            for at, kind in enumerate(kinds)
        )
        if len({column.key for column in columns}) < len(columns):
            columns = tuple(Column(f"c{at}", c.title, c.kind, c.missing) for at, c in enumerate(columns))
        rows = tuple(
            tuple(self.cell(column) for column in columns) for _ in range(self.chance.choice((0, 1, 2, 5, 12, 25)))
        )
        return Table(f"table_{self.tables}", f"{self.text()} ({self.tables})", columns, rows, self.text() or "None.")

    def cell(self, column: Column) -> Cell:
        if self.often(6):
            return self.chance.choice((None, ""))
        if column.key == "rating":
            return self.chance.choice(("red", "amber", "green", "blue", "white"))
        if column.kind == "number":
            return self.chance.choice((0, 1, self.chance.randrange(10**6), -self.chance.randrange(50)))
        if column.kind == "rate":
            return self.chance.choice((0.0, 1.0, 0.5, self.chance.random()))
        if column.kind == "date":
            return _DAY + timedelta(self.chance.randrange(-4000, 4000))
        if column.kind == "code":
            return f"AT-{self.chance.randrange(10**4):04}-QZGW-CS9Q"
        return self.text()

    def figures(self) -> Figures:
        number = self.chance.randrange
        ageing = (("1-30", number(50)), ("31-90", number(50)), ("91-180", number(50)), (">180", number(50)))
        agencies = tuple(AgencyFigures(code, self.text(), number(1, 90), number(1, 90)) for code in ("POL", "HEA"))
        return Figures(
            live=number(999), overdue=number(999), overdue_last=self.chance.choice((None, number(999))),
            due_soon=number(99), undated=number(99),
            awaiting_verification=number(99), done_since=self.chance.choice((None, number(99))),
            closed_without_evidence=number(99), reopened=number(99), incomplete=number(99),
            extensions_requested=number(99), decisions=number(99), ageing=ageing, by_agency=agencies,
            dates_moved=number(99), excluded=number(99),
        )  # fmt: skip

    def key_figures(self, figures: Figures) -> Table:
        columns = (
            Column("figure", "Figure"),
            Column("value", "Actions", "number", "–"),
            Column("meaning", "What it counts"),
        )
        rows = tuple(
            (name.replace("_", " ").capitalize(), value, self.text())
            for name in figures.__dataclass_fields__
            if not isinstance(value := getattr(figures, name), tuple)
        )
        return Table("key_figures", "Key figures and what each counts", columns, rows, "None.")

    def headlines(self, sections: tuple[Section, ...]) -> tuple[Headline, ...]:
        return tuple(
            Headline(self.chance.choice(("", "AT-0001-QZGW-CS9Q")), self.text() or "Decide", self.text(), each.key)
            for each in self.chance.choices(sections, k=self.chance.randrange(6))
        )

    def missing(self) -> str:
        return self.chance.choice(("", "–", "none", "no date"))

    def text(self) -> str:
        if self.often(4):
            return self.chance.choice(self.biting)
        words = self.chance.choices(_WORDS, k=self.chance.randrange(14))
        if words and self.often(4):
            words[self.chance.randrange(len(words))] = self.chance.choice(self.biting)
        return " ".join(words)

    def often(self, one_in: int) -> bool:
        return self.chance.randrange(one_in) == 0
