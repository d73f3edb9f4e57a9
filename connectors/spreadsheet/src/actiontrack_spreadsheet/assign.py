"""Which heading is which field."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from actiontrack.api import is_ref
from actiontrack_spreadsheet.headings import Either, contains, normal, vocabulary
from actiontrack_spreadsheet.workbook import Grid, column_number, letters

_SAMPLE = 400
"""Filled cells of a column that are looked at where its words settle what it is."""

_MOST = 0.6
"""The share of a column's words that settles what it holds."""

_LONGEST = 12
"""Words of a heading in which a known phrase is looked for; what is longer is a sentence."""

_NUMBERS = re.compile(
    r"(?:r|rec|recs|recommendation|recommendations|finding)?\W*\d+(?:[.\-/]\d+)*[a-z]?", re.IGNORECASE
)
_SEVERAL = re.compile(r"\s*(?:[,;/&+\n]|\band\b)\s*")
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_INITIALS = re.compile(r"(?:[A-Z]\.? ?){1,2}[A-Z][a-z’'-]+")
_LETTER = re.compile(r"[A-Za-z]{1,3}")
_SPOILERS = frozenset({"date", "rag", "brag", "number", "no", "ref", "id", "count"})
"""Words that make a longer heading mean something else than the phrase in it: "Date of progress update"."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading as it stands there. `forms` are the normal forms it may be known by, the fullest first."""

    row: int
    col: int
    text: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known beforehand: the mapping (field → heading or column letter), and the agencies' normal names.

    `only` True: the mapping was agreed; nothing but the key column is looked for beside it.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    agencies: frozenset[str] = frozenset()
    only: bool = False

    @property
    def headings(self) -> frozenset[str]:
        """The normal forms of the headings the mapping names."""
        return frozenset(map(normal, self.mapping.values()))


@dataclass(slots=True)
class Assignment:
    """Each field's heading. `clashes` are fields that several headings lay claim to; `absent` were named but not found.

    `named` counts the headings found because the mapping names them.
    """

    columns: dict[str, Heading] = field(default_factory=dict)
    clashes: dict[str, list[Heading]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    named: int = 0
    score: float = 0.0

    def take(self, claims: Mapping[str, Sequence[Heading]], points: float) -> None:
        """Give each field the heading that claims it; several claims are a clash."""
        for name, headings in claims.items():
            self.columns[name] = headings[0]
            self.score += points
            if len(headings) > 1:
                self.clashes[name] = list(headings)

    def free(self, headings: Iterable[Heading]) -> list[Heading]:
        """The headings that no field has or claims."""
        used = {heading.col for heading in self.columns.values()}
        used.update(heading.col for rivals in self.clashes.values() for heading in rivals)
        return [heading for heading in headings if heading.col not in used]


def assign(headings: Sequence[Heading], grid: Grid, bottom: int, wanted: Wanted) -> Assignment:
    """Named ones first, then headings that can mean one thing only, the usual ones, either-or, the vague, the long."""
    found = Assignment()
    known = vocabulary()
    _take_named(found, headings, wanted, bottom, max(grid.columns, default=0))
    for meaning in (known.first, known.names):
        claims = _claims(found, headings, meaning)
        if "ref" in claims and not all(_holds_refs(grid, bottom, heading.col) for heading in claims["ref"]):
            del claims["ref"]
        found.take({name: each for name, each in claims.items() if name == "ref" or not wanted.only}, 1)
    if wanted.only:
        return found
    found.take(_either(found, headings, grid, bottom, wanted), 1)
    found.take(_vague(found, headings), 0.5)
    found.take(_contained(found, headings), 0.4)
    _judge_by_words(found, grid, bottom, wanted)
    return found


def _judge_by_words(found: Assignment, grid: Grid, bottom: int, wanted: Wanted) -> None:
    """A column headed "Status" that says Red, Amber, Green is a rating; one headed "RAG" that says Open is a status."""
    for name, other, kind in (("status", "self_rating", "rating"), ("self_rating", "status", "progress")):
        heading = found.columns.get(name)
        if heading is None or other in found.columns or {name, other} & (set(wanted.mapping) | set(found.clashes)):
            continue
        words = _words(grid, bottom, heading.col)
        if words and sum(normal(word) in vocabulary().words[kind] for word in words) >= _MOST * len(words):
            found.columns[other] = found.columns.pop(name)
            return


def _take_named(found: Assignment, headings: Sequence[Heading], wanted: Wanted, bottom: int, width: int) -> None:
    for name, value in wanted.mapping.items():
        fits = [heading for heading in headings if normal(heading.text) == normal(value)]
        fits = fits or [heading for heading in headings if normal(value) in heading.forms]
        col = column_number(value.strip()) if _LETTER.fullmatch(value.strip()) else 0
        if not fits and 0 < col <= width:  # "Ref" and "RAG" would be columns too, far beyond any plan
            fits = [heading for heading in headings if heading.col == col] or [Heading(bottom, col, "", ())]
        if not fits:
            found.absent.append(name)
            continue
        found.named += bool(fits[0].text)
        found.take({name: fits}, 3 if fits[0].text else 0)


def _claims(found: Assignment, headings: Sequence[Heading], meaning: Mapping[str, str]) -> dict[str, list[Heading]]:
    """field → the free headings that mean it, of fields still without one."""
    claims: dict[str, list[Heading]] = defaultdict(list)
    for heading in found.free(headings):
        name = next((meaning[form] for form in heading.forms if form in meaning), None)
        if name and name not in found.columns:
            claims[name].append(heading)
    return dict(claims)


def _vague(found: Assignment, headings: Sequence[Heading]) -> dict[str, list[Heading]]:
    """What headings of tier `last` may mean; where two may mean the same, neither is taken."""
    claims: dict[str, list[Heading]] = defaultdict(list)
    last = vocabulary().last
    for heading in found.free(headings):
        fields = next((last[form] for form in heading.forms if form in last), ())
        name = next((name for name in fields if name not in found.columns), None)
        if name:
            claims[name].append(heading)
    return {name: rivals for name, rivals in claims.items() if len(rivals) == 1}


def _contained(found: Assignment, headings: Sequence[Heading]) -> dict[str, list[Heading]]:
    """Long headings with a known phrase in them: "Name of the lead agency responsible for this action"."""
    claims: dict[str, list[Heading]] = defaultdict(list)
    for heading in found.free(headings):
        words = heading.forms[0].split() if heading.forms else []
        for phrase, name in vocabulary().phrases:
            if name in found.columns or not len(phrase) < len(words) <= _LONGEST:
                continue
            at = next(
                (i for i in range(len(words) - len(phrase) + 1) if tuple(words[i : i + len(phrase)]) == phrase), -1
            )
            if at >= 0:
                if not _SPOILERS & {*words[:at], *words[at + len(phrase) :]}:
                    claims[name].append(heading)
                break
    return {name: rivals for name, rivals in claims.items() if len(rivals) == 1}


def _either(
    found: Assignment, headings: Sequence[Heading], grid: Grid, bottom: int, wanted: Wanted
) -> dict[str, list[Heading]]:
    """Headings such as "Lead", which may be an agency or a person: what is free, else the words below, settle it."""
    claims: dict[str, list[Heading]] = defaultdict(list)
    groups = vocabulary().either
    for heading in found.free(headings):
        group = next((groups[form] for form in heading.forms if form in groups), None)
        if group is None:
            continue
        name = _settle(group, heading, _words(grid, bottom, heading.col), wanted.agencies)
        if "lead_agency" in group.fields and name in found.columns:
            name = next((other for other in group.fields if other not in found.columns), name)
        if name not in found.columns:
            claims[name].append(heading)
    return dict(claims)


def _settle(group: Either, heading: Heading, words: Sequence[str], agencies: frozenset[str]) -> str:
    first, second = group.fields
    if first == "recommendation_text":
        numbers = sum(all(_NUMBERS.fullmatch(part) for part in _SEVERAL.split(text.strip())) for text in words)
        return second if words and numbers >= _MOST * len(words) else first
    agency = sum(_like_agency(text, agencies) for text in words)
    person = sum(_like_person(text, agencies) for text in words)
    if agency == person:
        return second if contains(heading.text, frozenset({"owner", "officer", "person"})) else first
    return first if agency > person else second


def _like_agency(text: str, agencies: frozenset[str]) -> float:
    parts = [text, *_SEVERAL.split(text)]
    if any(normal(part) in agencies for part in parts):
        return 2.0
    return 1.0 if contains(text, vocabulary().words["organisation"]) or _ACRONYM.fullmatch(text.strip()) else 0.0


def _like_person(text: str, agencies: frozenset[str]) -> float:
    if normal(text) in agencies:
        return 0.0
    return 1.5 if contains(text, vocabulary().words["post"]) or _INITIALS.fullmatch(text.strip()) else 0.0


def _words(grid: Grid, bottom: int, col: int) -> list[str]:
    """What stands below a heading, as far as it is text or a number."""
    found: list[str] = []
    for row, value in zip(grid.rows, grid.column(col), strict=True):
        if row > bottom and value is not None:
            found.append(value if isinstance(value, str) else grid.text(row, col))
            if len(found) >= _SAMPLE:
                break
    return found


def _holds_refs(grid: Grid, bottom: int, col: int) -> bool:
    """A column headed "Action ID" is ours if at least half of what stands in it are Action IDs, or nothing does."""
    words = _words(grid, bottom, col)
    return 2 * sum(map(is_ref, words)) >= len(words)


def twins(headings: Sequence[Heading]) -> str:
    """The rivals for a field, for a message: “Deadline” (D4) and “Target date” (F4)."""
    return " and ".join(f"“{heading.text}” ({letters(heading.col)}{heading.row})" for heading in headings)
