"""Choosing the sheet and its headings, and saying what is wrong where that can't be done without guessing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from actiontrack.api import Problem, Unanswered
from actiontrack_spreadsheet.assign import Heading, Wanted, twins
from actiontrack_spreadsheet.detect import Layout, describe, detect, is_plan_name, saved_name
from actiontrack_spreadsheet.headings import normal
from actiontrack_spreadsheet.options import SpreadsheetOptions
from actiontrack_spreadsheet.source import Source
from actiontrack_spreadsheet.workbook import letters, ref


def locate(source: Source, options: SpreadsheetOptions, agencies: frozenset[str], agreed: Mapping[str, str]) -> Layout:
    """Where the plan is. `agreed` is the mapping of adoption ({} before): then nothing else is looked for.

    What is unclear about its headings, `unclear` tells. Raises Unanswered where no sheet or row can be chosen at all.
    """
    wanted = Wanted({**agreed, **options.columns}, agencies, only=bool(agreed))
    names, chosen = _sheets(source, options)
    # Headings once agreed are found wherever they have moved; the configured row is for those that can't be.
    layouts = _detect_in(source, names, wanted, 0 if agreed else options.header_row)
    if agreed and options.header_row and not any(layout.score for layout in layouts):
        layouts = _detect_in(source, names, wanted, options.header_row)
    found = [layout for layout in layouts if layout.score > 0]
    none_is_plan = not any(map(is_plan_name, names))
    plans = [layout for layout in found if chosen or none_is_plan or is_plan_name(layout.sheet)]
    if not plans:
        raise _no_headings(source, options, layouts)
    plans.sort(key=lambda layout: -layout.score)
    best = plans[0]
    if len(plans) > 1 and plans[1].score == best.score:
        question = f"sheets “{best.sheet}” and “{plans[1].sheet}” both look like the plan"
        raise Unanswered(source.path.name, [Problem(question, f'say which, such as sheet = "{best.sheet}"')])
    return best


def _detect_in(source: Source, names: Sequence[str], wanted: Wanted, header_row: int) -> list[Layout]:
    return [layout for name in names if (layout := detect(source.grid(name), wanted, header_row))]


def _sheets(source: Source, options: SpreadsheetOptions) -> tuple[list[str], bool]:
    """The sheets to look at, and whether it was said which."""
    sheets = {name.casefold(): name for name in source.sheets}
    place = source.key_place
    bound = sheets.get(place.sheet.casefold()) if place else None
    if source.workbook is None:
        return list(sheets.values()), True
    if options.sheet:
        chosen = sheets.get(options.sheet.casefold()) or bound
        if chosen is None:
            there = f"its sheets are {', '.join(sheets.values())}"
            raise Unanswered(source.path.name, [Problem(f"it has no sheet “{options.sheet}”", there)])
        return [chosen], True
    return ([bound], True) if bound else (source.visible_sheets or source.sheets, False)


def _no_headings(source: Source, options: SpreadsheetOptions, layouts: list[Layout]) -> Unanswered:
    guess = max(layouts, key=lambda layout: layout.assignment.score, default=None)
    where = f", row {options.header_row}" if options.header_row else ""
    if guess is None or not guess.headings:
        shown = "nothing in it looks like headings"
    else:
        shown = f"the best guess is sheet “{guess.sheet}”, row {guess.bottom}: {describe(guess.headings)}"
    unknown = guess.assignment.free(guess.headings) if guess else []
    likely = [each for each in unknown if "action" in normal(each.text)] or unknown
    example = saved_name(likely[0], guess.headings) if guess and likely else "Action"
    question = Problem(
        f"no row of headings with a column of actions found; {shown}",
        f'say which column holds the actions under [connector.columns], such as text = "{example}", and header_row if '
        "that is not enough",
    )
    return Unanswered(f"{source.path.name}{where}", [question])


def unclear(layout: Layout, options: SpreadsheetOptions, agreed: Mapping[str, str]) -> Iterator[Problem]:
    """Every question about the headings, naming their cells and what to write in the configuration."""
    for name, rivals in layout.assignment.clashes.items():
        same = len({normal(rival.text) for rival in rivals}) < len(rivals)
        example = letters(rivals[0].col) if same else rivals[0].text
        yield _question(
            layout, rivals[0], f"{twins(rivals)} could each be {name}",
            f'say which under [connector.columns], such as {name} = "{example}"', name,
        )  # fmt: skip
    for name in () if agreed else layout.assignment.absent:
        wanted = f"[connector.columns] {name} = “{options.columns[name]}”, but row {layout.bottom} has no such heading"
        yield Problem(wanted, f"it has {describe(layout.headings, 20)}", sheet=layout.sheet, field=name)
    fields: dict[int, str] = {}
    for name, heading in layout.columns.items():
        other = fields.setdefault(heading.col, name)
        if other != name:
            yield _question(
                layout, heading, f"{twins([heading])} is named for both {other} and {name}",
                "a column holds one field: mend [connector.columns]", name,
            )  # fmt: skip


def _question(layout: Layout, heading: Heading, text: str, do: str, field: str) -> Problem:
    cell = ref(heading.row, heading.col)
    return Problem(text, do, sheet=layout.sheet, cell=cell, value=heading.text, field=field)
