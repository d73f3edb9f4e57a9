"""What headings mean: the synonyms of columns.toml, compared in a form that forgives how people type them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FIELDS = (
    "ref", "number", "review", "recommendation", "recommendation_text", "response", "response_reasons", "text",
    "lead_agency", "agencies", "lead_officer", "priority", "original_due", "current_due", "status", "status_reason",
    "look_again", "progress", "evidence", "comments", "self_rating",
)  # fmt: skip
"""Every field a column can hold, in the order of the columns of a workbook made by us."""

DATE_FIELDS = frozenset({"original_due", "current_due", "look_again"})

SHARED_FIELDS = frozenset({"review", "recommendation", "recommendation_text", "response", "response_reasons"})
"""Said once for several actions: the cells may be merged down over them."""

_PLURAL = re.compile(r"\((s|es|ies)\)")
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_QUALIFIED = re.compile(r"(.+?)(?:[(\[{]\s*([^)\]}]+)[)\]}]|\s[-–—]+\s(.+))\s*", re.DOTALL)
_SPLIT = re.compile(r"[\n\r:;?]|\s[-–—]+\s")
_NUMBERING = re.compile(r"^(?:\d+|[a-z])\s(?=\w)")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Either:
    """Headings that mean one of two fields."""

    names: frozenset[str]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """columns.toml, ready for looking up. `first`, `names` and `last` map a normal heading to its field."""

    labels: Mapping[str, str]
    first: Mapping[str, str]
    names: Mapping[str, str]
    last: Mapping[str, tuple[str, ...]]
    either: Mapping[str, Either]
    words: Mapping[str, frozenset[str]]
    known: frozenset[str]
    """Every normal heading of any kind."""
    phrases: tuple[tuple[tuple[str, ...], str], ...]
    """Headings of two words and more with their field, longest first: to be found inside longer headings."""


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The synonyms shipped with this package."""
    return _vocabulary(tomllib.loads(Path(__file__).with_name("columns.toml").read_text("utf-8")))


def _vocabulary(tables: Mapping[str, Any]) -> Vocabulary:
    labels: dict[str, str] = {}
    first: dict[str, str] = {}
    names: dict[str, str] = {}
    last: dict[str, tuple[str, ...]] = {}
    for field in FIELDS:
        table = tables[field]
        labels[field] = table["heading"]
        first.update(dict.fromkeys(map(normal, table.get("first", ())), field))
        names.update(dict.fromkeys(map(normal, table.get("names", ())), field))
        for heading in table.get("last", ()):
            last[normal(heading)] = (*last.get(normal(heading), ()), field)
    either: dict[str, Either] = {}
    for table in tables["either"].values():
        group = Either(frozenset(map(normal, table["names"])), tuple(table["fields"]))
        either.update(dict.fromkeys(group.names, group))
    words = {kind: frozenset(map(normal, phrases)) for kind, phrases in tables["words"].items()}
    phrases = sorted(
        ((tuple(heading.split()), field) for heading, field in (first | names).items() if " " in heading),
        key=lambda phrase: (-len(phrase[0]), phrase),
    )
    known = frozenset(first) | frozenset(names) | frozenset(last) | frozenset(either)
    return Vocabulary(labels, first, names, last, either, words, known, tuple(phrases))


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """A heading without what does not matter: "Target\\xa0Date:" → "target date"; "Action(s)" → "actions" """
    text = _PLURAL.sub(r"\1", unicodedata.normalize("NFKC", text).casefold())
    return _NOT_WORD.sub(" ", text.replace("&", " and ")).strip()


@lru_cache(maxsize=4096)
def variants(text: str) -> tuple[str, ...]:
    """The normal forms a heading may be known by, the fullest first.

    "3. Progress update (to be completed by the agency): see guidance" is also known as "progress update", and
    "Target date (revised)" first as "revised target date".
    """
    whole = _PLURAL.sub(r"\1", text)
    bare = _BRACKETS.sub(" ", whole)
    found = [normal(text)]
    qualified = _QUALIFIED.fullmatch(whole)
    if qualified:
        found.append(normal(f"{qualified[2] or qualified[3]} {qualified[1]}"))
    found += [normal(bare), *(normal(part) for part in _SPLIT.split(bare)[:1])]
    found += [_NUMBERING.sub("", form) for form in found]
    return tuple(dict.fromkeys(form for form in found if form))


def contains(text: str, words: frozenset[str]) -> bool:
    """Whether any of these words or phrases stands in the text as whole words."""
    padded = f" {normal(text)} "
    return any(f" {word} " in padded for word in words)
