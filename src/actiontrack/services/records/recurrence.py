"""The same lesson in other reviews: linked by a person, and suggested where the words are alike.

Likeness is RapidFuzz's token set ratio (0 to 100): how far one text's words are among the other's, whatever their
order. It suggests; only a person links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from actiontrack.domain.nouns import Recommendation, Review
from actiontrack.errors import NotFound, UserError
from actiontrack.ports import Reader
from actiontrack.services.core import Core

LEAST = 70
"""A likeness below this is not worth a look: it is that of any two sentences of the field."""
_COMMON = frozenset(
    """
    a all an and any are as at be been board boards by can do each ensure ensures ensuring for from has have how
    in is it its must of on or partner partners agencies agency review reviews s safeguarding should so that the
    their them there these they this to was were what when where which who will with
    """.split()  # noqa: SIM905 - to be read
)
"""Words that say nothing of the lesson."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two recommendations of different reviews. `score` is their likeness; `linked` that a person said so."""

    ref: str
    other: str
    score: int
    linked: bool


def similar(core: Core, ref: str = "", *, least: int = LEAST) -> list[dict[str, Any]]:
    """Pairs that may be the same lesson, the likest first; `ref`: those of that recommendation. Raises NotFound."""
    with core.store.reading() as reader:
        everything = {each.ref: each for each in reader.find(Recommendation)}
        if ref and ref not in everything:
            raise _no_such(ref)
        found = alike(list(everything.values()), only=ref, least=least)
    return [
        {
            "ref": pair.ref, "other": pair.other, "score": pair.score, "linked": pair.linked,
            "review": everything[pair.ref].review, "other_review": everything[pair.other].review,
            "text": everything[pair.ref].text, "other_text": everything[pair.other].text,
        }
        for pair in found
    ]  # fmt: skip


def link(core: Core, ref: str, other: str, *, who: str, linked: bool = True, dry_run: bool = False) -> list[str]:
    """Say that two recommendations are the same lesson (or, `linked` False, that they are not): each names the other.

    Returns what the first is linked with now. Raises NotFound, and UserError for one of the same review.
    """
    with core.store.reading() as reader:
        one, two = _recommendation(reader, ref), _recommendation(reader, other)
    if one.ref == two.ref or (linked and one.review and one.review == two.review):
        raise UserError(f"{ref} and {other} are of the same review: a lesson comes back in another one.")
    changed = [_linked(one, two.ref, linked=linked), _linked(two, one.ref, linked=linked)]
    if not dry_run:
        with core.store.writing(who, "cli") as writer:
            writer.put(*changed)
    return list(changed[0].linked)


def alike(found: Sequence[Recommendation], *, only: str = "", least: int = LEAST) -> list[Alike]:
    """Pairs of different reviews that are linked or whose texts are that much alike."""
    from rapidfuzz import fuzz, process

    texts = [_words(each.text) for each in found]
    pairs: dict[tuple[str, str], Alike] = {}
    for at, each in enumerate(found):
        if only and each.ref != only:
            continue
        likely = process.extract(texts[at], texts, scorer=fuzz.token_set_ratio, score_cutoff=least, limit=None)
        for _, score, place in likely if texts[at] else ():
            if texts[place] and found[place].review != each.review:
                _keep(pairs, each, found[place], round(score))
        for name in each.linked:
            named = next((one for one in found if one.ref == name), None)
            if named is not None:
                _keep(pairs, each, named, round(fuzz.token_set_ratio(texts[at], _words(named.text))))
    if only:
        pairs = {
            key: pair if pair.ref == only else replace(pair, ref=only, other=pair.ref) for key, pair in pairs.items()
        }
    return sorted(pairs.values(), key=lambda pair: (not pair.linked, -pair.score, pair.ref, pair.other))


def told_again(answer: Recommendation, recommendations: Iterable[Recommendation], reviews: Iterable[Review]) -> str:
    """ "This is the third review to say this since 2021.", by what a person has linked; "" where it is the first."""
    known = {each.ref: each for each in recommendations}
    dates = {each.ref: day for each in reviews if (day := _day(each))}
    mine = dates.get(answer.review)
    if mine is None:
        return ""
    said = {known[ref].review for ref in _lesson(answer.ref, known.values()) if ref in known} - {answer.review}
    earlier = sorted(dates[ref] for ref in said if ref in dates and dates[ref] <= mine)
    if not earlier:
        return ""
    return f"This is the {_ordinal(len(earlier) + 1)} review to say this since {earlier[0].year}."


def _lesson(ref: str, known: Iterable[Recommendation]) -> set[str]:
    """Every recommendation that links lead to, whichever of two names the other."""
    neighbours: dict[str, set[str]] = {}
    for each in known:
        for other in each.linked:
            neighbours.setdefault(each.ref, set()).add(other)
            neighbours.setdefault(other, set()).add(each.ref)
    met, waiting = {ref}, [ref]
    while waiting:
        for other in neighbours.get(waiting.pop(), set()) - met:
            met.add(other)
            waiting.append(other)
    return met


def _keep(pairs: dict[tuple[str, str], Alike], one: Recommendation, two: Recommendation, score: int) -> None:
    first, second = sorted((one, two), key=lambda each: each.ref)
    linked = second.ref in first.linked or first.ref in second.linked
    pairs[first.ref, second.ref] = Alike(first.ref, second.ref, score, linked)


def _linked(each: Recommendation, other: str, *, linked: bool) -> Recommendation:
    rest = tuple(name for name in each.linked if name != other)
    return each.model_copy(update={"linked": (*rest, other) if linked else rest})


def _recommendation(reader: Reader, ref: str) -> Recommendation:
    found = reader.get(Recommendation, ref)
    if found is None:
        raise _no_such(ref)
    return found


def _no_such(ref: str) -> NotFound:
    return NotFound(f"There is no recommendation {ref} here; `actiontrack recommendation list` shows those there are.")


def _words(text: str) -> str:
    return " ".join(word for word in re.findall(r"[^\W_]+", text.casefold()) if word not in _COMMON)


def _day(review: Review) -> date | None:
    """When a review came to say it."""
    return review.published or review.report_signed_off or review.commissioned


def _ordinal(number: int) -> str:
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if number <= len(words):
        return words[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"
