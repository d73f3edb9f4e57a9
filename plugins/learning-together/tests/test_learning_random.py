"""Any review: written and read again in each format it is the same, and a store that has it does not change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learning_board import AGENCIES

from actiontrack.adapters.calendar import load_calendar
from actiontrack.domain.nouns import Agency
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Nation
from actiontrack.hooks import load_plugins
from actiontrack.services.core import Core
from actiontrack.services.use_cases import UseCases
from actiontrack.testing import HandClock, memory_store
from actiontrack_learning_together.checking import check
from actiontrack_learning_together.document import Document
from actiontrack_learning_together.model import ReviewFile
from actiontrack_learning_together.said import fields_of
from actiontrack_learning_together.stored import file_of
from actiontrack_learning_together.taking_in import take_in
from actiontrack_learning_together.texts import read_json, read_yaml
from actiontrack_learning_together.workbook_in import read_workbook
from actiontrack_learning_together.workbook_out import to_workbook
from actiontrack_learning_together.writing import to_json, to_yaml

SIGNS = "\n\t•=+-@'\"#:&*!|>%{}[],_x0041_ é"
LETTERS = st.one_of(st.characters(codec="utf-8", exclude_characters="\0"), st.sampled_from(SIGNS))
TEXTS = st.text(LETTERS, min_size=1, max_size=40).map(lambda text: text.replace("\r", "\n").strip()).filter(bool)
DAYS = st.dates(date(1990, 1, 1), date(2079, 1, 1)).map(date.isoformat)
CODES = st.sampled_from(sorted(AGENCIES))
LISTS = st.lists(TEXTS, max_size=3)
TEAMS = st.lists(
    st.fixed_dictionaries({"agency": CODES}, optional={"role": TEXTS, "count": st.integers(1, 99)}), max_size=3
)


def some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=3) if names else st.just([])


@st.composite
def reviews(draw: st.DrawFn) -> dict[str, Any]:
    """Any review that holds together."""
    count = st.integers(0, 3)
    episodes, findings, asks, acts = ([f"{sign}{at}" for at in range(1, draw(count) + 1)] for sign in "KFRA")
    meetings = [f"M{at}" for at in range(1, draw(count) + 1)]
    review = {
        name: draw(TEXTS) for name in ("title", "regime", "methodology", "parallel_proceedings") if draw(st.booleans())
    }
    team = {"review_team": draw(TEAMS), "case_group": draw(TEAMS), "sites": draw(LISTS), "lead_reviewers": draw(LISTS)}
    words = {"format": draw(st.sampled_from(["full", "mid-range", "themed"])), "commissioned": draw(DAYS)}
    return {
        "version": "1",
        "review": {"ref": "SAR-1", **review, **team, **words},
        "meetings": [{"ref": ref, "body": draw(TEXTS), "date": draw(DAYS)} for ref in meetings],
        "key_practice_episodes": [
            {"ref": ref, "text": draw(TEXTS), "contributory_factors": draw(LISTS)} for ref in episodes
        ],
        "findings": [
            {
                "ref": ref, "text": draw(TEXTS), "effect": draw(st.sampled_from(["supports", "hinders"])),
                "typology": draw(LISTS), "kpe_refs": draw(some(episodes)), "questions_for_board": draw(LISTS),
            }
            for ref in findings
        ],
        "recommendations": [
            {
                "ref": ref, "number": ref[1:], "text": draw(TEXTS), "findings": draw(some(findings)),
                "response": draw(st.sampled_from(["awaiting", "accepted", "not_accepted"])),
                "response_reasons": draw(TEXTS), "decided_at": draw(st.sampled_from(["", *meetings])),
                "addressed_to": draw(st.lists(CODES, unique=True)),
            }
            for ref in asks
        ],
        "actions": [
            {
                "number": ref, "text": draw(TEXTS), "lead_agency": draw(CODES),
                "legs": draw(st.lists(CODES, unique=True)),
                "recommendations": draw(some(asks)), "depends_on": draw(some(acts[:at])), "priority": draw(TEXTS),
                **({"due": draw(DAYS)} if draw(st.booleans()) else {}),
            }
            for at, ref in enumerate(acts)
        ],
    }  # fmt: skip


def made(value: dict[str, Any]) -> ReviewFile:
    file, troubles = check(Document(value))
    assert file is not None, troubles
    return file


def plain(file: ReviewFile) -> dict[str, Any]:
    """What it says, as the house keeps text."""
    lists = ("meetings", "key_practice_episodes", "findings", "recommendations", "actions")
    return {
        "review": fields_of(file.review),
        **{name: [(each.ref, fields_of(each)) for each in getattr(file, name)] for name in lists},
    }


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (to_yaml, lambda content: read_yaml(content.decode())),
        (to_json, lambda content: read_json(content.decode())),
        (to_workbook, read_workbook),
    ],
)
@settings(max_examples=40)
@given(value=reviews())
def test_any_review_is_the_same_when_it_is_read_again(write: Any, read: Any, value: dict[str, Any]) -> None:
    file = made(value)
    content = write(file)
    again, troubles = check(read(content))
    assert troubles == []
    assert again is not None
    assert plain(again) == plain(file)
    assert write(again) == content


@contextmanager
def app() -> Iterator[UseCases]:
    clock = HandClock()
    agencies = [Agency(code=code, name=name) for code, name in AGENCIES.items()]
    store = memory_store(clock)
    try:
        board = Board(name="Exampleshire")
        hooks = load_plugins(installed=False)
        yield UseCases(Core(store, clock, load_calendar(Nation.ENG), hooks, board, agencies, {}, {}))
    finally:
        store.close()


@settings(max_examples=15)
@given(value=reviews())
def test_any_review_taken_in_goes_out_and_in_again_without_a_change(value: dict[str, Any]) -> None:
    with app() as suite:
        file = made(value)
        take_in(suite, Document(value), file, who="manager")
        with suite.store.reading() as reader:
            head, out = reader.head(), file_of(reader, "SAR-1")
        for each in (file, out):
            told = take_in(suite, Document({}), each, who="manager")
            assert (told.created, told.changed, told.filed, told.problems) == ({}, [], [], [])
        with suite.store.reading() as reader:
            assert reader.head() == head
            assert to_yaml(file_of(reader, "SAR-1")) == to_yaml(out)


KINDS = ("findings", "recommendations", "actions")
EDITS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2), TEXTS), max_size=4)


@settings(max_examples=15)
@given(value=reviews(), here=EDITS, there=EDITS)
def test_no_edit_on_either_side_is_ever_lost(value: dict[str, Any], here: list[Any], there: list[Any]) -> None:
    """A text changed here stays or is what the file says; one changed in the file alone is taken; both: it is told."""
    with app() as suite:
        take_in(suite, Document(value), made(value), who="manager")
        changed: dict[str, Any] = {**value, **{kind: [dict(each) for each in value[kind]] for kind in KINDS}}
        for kind, at, text in there:
            if at < len(changed[kind]):
                changed[kind][at]["text"] = text
        _edit_here(suite, value, here)
        with suite.store.reading() as reader:
            before = plain(file_of(reader, "SAR-1"))
        told = take_in(suite, Document(changed), made(changed), who="manager")
        with suite.store.reading() as reader:
            after = plain(file_of(reader, "SAR-1"))
        said, first = plain(made(changed)), plain(made(value))
        asked = {(each.kind, each.field) for each in told.left if each.asks}
        for kind in KINDS:
            for nth, (_, fields) in enumerate(said[kind]):
                now, was = after[kind][nth][1]["text"], before[kind][nth][1]["text"]
                new, old = fields["text"], first[kind][nth][1]["text"]
                assert now == (new if was == old else was)
                if new not in (old, was) and was != old:
                    assert (kind.removesuffix("s"), "text") in asked


def _edit_here(suite: UseCases, value: dict[str, Any], edits: list[Any]) -> None:
    with suite.recording(who="board", source="test") as records:
        from actiontrack.domain.nouns import Action, Finding, Recommendation

        for kind, at, text in edits:
            if at >= len(value[kind]):
                continue
            if kind == "actions":
                [action] = records.find(Action, number=value[kind][at]["number"])
                records.set_action(action.ref, {"text": text})
            else:
                noun: Any = Finding if kind == "findings" else Recommendation
                item = records.get(noun, f"SAR-1-{value[kind][at]['ref']}")
                records.put(item.model_copy(update={"text": text}))
