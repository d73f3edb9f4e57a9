"""A document judged: the review file it holds, or everything that is wrong with it, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from actiontrack_learning_together.document import Document, Trouble, Way, key_of
from actiontrack_learning_together.model import NAMES, NO_NAMES, Action, ReviewFile

_SHOWN = 60
_MOST_TROUBLES = 500
"""More help nobody."""
_MOST_CIRCLES, _MOST_WORDS, _MOST_NAMED = 50, 300, 20


def check(document: Document) -> tuple[ReviewFile | None, list[Trouble]]:
    """The file, where it can be read as one, and its troubles in the order of their places."""
    troubles = list(document.troubles)
    value = document.value
    if not isinstance(value, dict):
        why, do = "it holds no review", 'begin with `version: "1"` and `review:`'
        return None, troubles or [Trouble(document.place(()), "", why, do)]
    troubles += _unkept(document)
    file: ReviewFile | None = None
    try:
        file = ReviewFile.model_validate(value)
    except ValidationError as error:
        faults = [fault for fault in error.errors(include_url=False) if fault["type"] != "string_unicode"]
        troubles += [_told(document, dict(fault)) for fault in faults[:_MOST_TROUBLES]]
    if file is not None:
        troubles += islice(_references(document, file), _MOST_TROUBLES)
        troubles += islice(_rules(document, file), _MOST_TROUBLES)
    return (file if not troubles else None), in_order(troubles)


def _unkept(document: Document) -> Iterator[Trouble]:
    """Halves of characters, and the sign that ends a text in many programs: no store keeps them."""

    def walk(value: Any, way: Way) -> Iterator[Way]:
        if isinstance(value, str) and ("\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value)):
            yield way
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, each in inner:
            yield from walk(each, (*way, name))

    for way in walk(document.value, ()):
        yield Trouble(document.place(way), key_of(way), "it holds a character that can't be kept", "type it anew")


def in_order(troubles: list[Trouble]) -> list[Trouble]:
    """By place, each once; of very many, the first."""
    once = dict.fromkeys(troubles)
    ordered = sorted(once, key=lambda each: (each.place.sheet, each.place.line, _row(each.place.cell), each.key))
    return ordered[:_MOST_TROUBLES]


def _row(cell: str) -> tuple[int, str]:
    return int("0" + "".join(sign for sign in cell if sign.isdigit())), cell


# --- what the model says --------------------------------------------------------------------------------------------


def _told(document: Document, fault: dict[str, Any]) -> Trouble:
    way: Way = tuple(fault["loc"])
    key, kind = str(way[-1]) if way else "", fault["type"]
    place = document.place(way)
    if kind == "extra_forbidden":
        if key.lower() in NAMES:
            return Trouble(place, key_of(way), NO_NAMES, "leave it out, and say the agency, the role and how many")
        return Trouble(place, key_of(way), f"there is no key “{key}” here", nearest(key, _keys(way[:-1])))
    if kind == "missing" or (fault["input"] is None and kind != "value_error"):
        return Trouble(place, key_of(way), f"“{key}” is needed here", f"say {key.replace('_', ' ')}")
    shown = _shown(fault["input"])
    if kind in ("enum", "literal_error"):
        words = _words(fault)
        if key == "version":
            return Trouble(
                place, key_of(way), f"version {shown} of the format is not known", 'write version: "1"', shown
            )
        return Trouble(place, key_of(way), "it is no word of this list", nearest(str(fault["input"]), words), shown)
    return Trouble(place, key_of(way), _plain(kind, fault), _DO.get(kind, "correct it"), shown)


_DO = {
    "string_type": "write it as text",
    "tuple_type": "write it as a list",
    "model_type": "write it as `key: value` lines",
    "model_attributes_type": "write it as `key: value` lines",
    "string_too_short": "say it, or leave the key out",
}
_PLAIN = {
    "string_type": "a text is meant",
    "tuple_type": "a list is meant",
    "model_type": "a record is meant",
    "model_attributes_type": "a record is meant",
    "string_too_short": "it is blank",
    "string_pattern_mismatch": "a ref has no commas, semicolons or slashes, and begins with no space",
    "int_parsing": "a whole number is meant",
    "int_type": "a whole number is meant",
}


def _plain(kind: str, fault: Mapping[str, Any]) -> str:
    told = str(fault["msg"]).removeprefix("Value error, ")
    return _PLAIN.get(kind, told[:1].lower() + told[1:])


def _shown(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def nearest(word: str, words: Collection[str]) -> str:
    """What to write instead: the nearest word, or those there are."""
    some = list(islice(words, _MOST_WORDS))
    lower = {each.lower(): each for each in some}
    near = difflib.get_close_matches(word.lower().strip(), lower, n=1, cutoff=0.5)
    if near:
        return f"the nearest is “{lower[near[0]]}”"
    more = ", …" if len(words) > _MOST_NAMED else ""
    return f"there are: {', '.join(some[:_MOST_NAMED])}{more}" if some else "leave it out"


def _words(fault: Mapping[str, Any]) -> list[str]:
    expected = str(fault.get("ctx", {}).get("expected", ""))
    return [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]


def _keys(way: Way) -> list[str]:
    """The keys of the part at that way."""
    current: type[BaseModel] = ReviewFile
    for part in way:
        if isinstance(part, str) and part in current.model_fields:
            current = _model_in(current.model_fields[part].annotation) or current
    return list(current.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


# --- what names what ------------------------------------------------------------------------------------------------

_NAMING = (
    ("findings", "kpe_refs", "key_practice_episodes", "episode"),
    ("recommendations", "findings", "findings", "finding"),
    ("actions", "recommendations", "recommendations", "recommendation"),
    ("actions", "depends_on", "actions", "action"),
)
LISTS = ("meetings", "key_practice_episodes", "findings", "recommendations", "actions")


def full(review: str, name: str) -> str:
    """A ref as the store has it, from one as the file may have it."""
    return name if name.startswith(f"{review}-") else f"{review}-{name}"


def names_of(file: ReviewFile, listed: str) -> dict[str, int]:
    """The names that others may call the parts of a list by, and where each stands."""
    names: dict[str, int] = {}
    for at, part in enumerate(getattr(file, listed)):
        for name in [part.number, part.ref] if isinstance(part, Action) else [part.ref]:
            if name:
                plain = name if listed in ("meetings", "actions") else full(file.review.ref, name)
                names.setdefault(plain, at)
    return names


def _references(document: Document, file: ReviewFile) -> Iterator[Trouble]:
    for listed in LISTS:
        yield from _doubles(document, file, listed)
    for listed, key, target, word in _NAMING:
        known = names_of(file, target)
        plain = target == "actions"
        names = [part.number or part.ref if plain else part.ref for part in getattr(file, target)]
        for at, part in enumerate(getattr(file, listed)):
            for nth, name in enumerate(getattr(part, key)):
                if (name if plain else full(file.review.ref, name)) not in known:
                    way = (listed, at, key, nth)
                    yield Trouble(document.place(way), key_of(way), f"there is no {word} {name} in this file",
                                  nearest(name, names), name)  # fmt: skip


def _doubles(document: Document, file: ReviewFile, listed: str) -> Iterator[Trouble]:
    seen: dict[tuple[str, str], int] = {}
    for at, part in enumerate(getattr(file, listed)):
        for key in ("ref", "number"):
            name = getattr(part, key, "")
            if not name:
                continue
            first = seen.setdefault((key, name), at)
            if first != at:
                way = (listed, at, key)
                told = f"{key} {name} stands twice, first in {document.place((listed, first, key))}"
                yield Trouble(document.place(way), key_of(way), told, "give each its own", name)


def _rules(document: Document, file: ReviewFile) -> Iterator[Trouble]:
    for at, each in enumerate(file.recommendations):
        if each.response == "not_accepted" and not each.response_reasons:
            way: Way = ("recommendations", at, "response")
            why = "a recommendation that is not accepted needs its reasons (Care Act 2014, Sch 2 para 4(1)(g))"
            yield Trouble(document.place(way), key_of(way), why, "say response_reasons", each.response)
    for at, action in enumerate(file.actions):
        if not action.number and not action.ref:
            way = ("actions", at)
            yield Trouble(document.place(way), key_of(way), "it could not be found again", "give it a number")
    yield from _circles(document, file)


def _circles(document: Document, file: ReviewFile) -> Iterator[Trouble]:
    """Actions that wait for each other wait for ever."""
    known = names_of(file, "actions")
    waits = [{known[name] for name in each.depends_on if name in known} for each in file.actions]
    for at in islice(_stuck(waits), _MOST_CIRCLES):
        if _comes_back(at, waits):
            way = ("actions", at, "depends_on")
            yield Trouble(document.place(way), key_of(way), "it would have to be done before itself",
                          "leave one of them out of depends_on")  # fmt: skip


def _stuck(waits: list[set[int]]) -> list[int]:
    """Those that could never begin, each after what it waits for."""
    left = [len(each) for each in waits]
    followers: dict[int, list[int]] = {}
    for at, each in enumerate(waits):
        for before in each:
            followers.setdefault(before, []).append(at)
    ready = [at for at, count in enumerate(left) if not count]
    for at in ready:  # grows while it is read
        for follower in followers.get(at, ()):
            left[follower] -= 1
            if not left[follower]:
                ready.append(follower)
    return sorted(set(range(len(waits))).difference(ready))


def _comes_back(start: int, waits: list[set[int]]) -> bool:
    reached: set[int] = set()
    ahead = set(waits[start])
    while ahead:
        reached |= ahead
        ahead = {each for at in ahead for each in waits[at]} - reached
    return start in reached
