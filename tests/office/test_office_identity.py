"""Rows, columns and sheets moved about in LibreOffice: every row is known for what it is, or waits for a person.

Each deed is followed by a value typed into the row it touched, and by values set in the store for that row and for
another; the judge (`moved_plan`) knows rows by their words alone.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest
from board_suite import Suite
from deeds import DEEDS, KINDS, Deed, Kind, both
from moved_plan import MovedPlan
from office import Office

pytestmark = pytest.mark.office

USUAL = ("none", "set", "sort", "sortpart", "insrow", "delrow", "copyrow", "hidecol", "inscol", "filter", "comment")
NAMED = ("cut to the end", "clear a row", "clear words", "rename the sheet", "copy the sheet", "swap words",
         "head the ids otherwise", "delete the ids", "reword", "copy words to the end")  # fmt: skip
"""What every kind of plan goes through each time; the board's own goes through all there is."""
PAIRED = [name for name, deed in DEEDS.items() if deed.outcome != "whole" and not deed.sheet and not deed.at]


def _fits(kind: Kind, deed: Deed) -> bool:
    return kind.name not in deed.but and not (deed.books and kind.file.endswith(".csv"))


def _cases() -> Iterator[object]:
    for kind in KINDS:
        for name, deed in DEEDS.items():
            if _fits(kind, deed):
                always = kind.name == "board" or name in USUAL + NAMED
                yield pytest.param(kind.name, name, marks=() if always else pytest.mark.proof, id=f"{kind.name}-{name}")


def _pairs(kind: str) -> list[tuple[str, str]]:
    """All of the pairs, in an order of chance that is always the same."""
    pairs = list(itertools.permutations(PAIRED, 2))
    random.Random(kind).shuffle(pairs)
    return pairs


@pytest.fixture(scope="module")
def plans(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, MovedPlan]]:
    """An adopted plan of each kind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
        patch.setenv("ACTIONTRACK_USER", "manager")
        yield {kind.name: MovedPlan(Suite(tmp_path_factory.mktemp(kind.name), patch), kind, office) for kind in KINDS}


def _live(plan: MovedPlan, deed: Deed, *, typed: bool = True, here: tuple[int, ...] = ()) -> None:
    """The deed, what is typed and set beside it, a sync; then what the person is told to do about it, and a sync."""
    plan.again()
    typing = [plan.type_into(deed)] if typed else []
    # A heading that is gone later can't be typed under.
    plan.do(*typing, *deed.steps(plan.kind)) if deed.outcome == "whole" else plan.do(*deed.steps(plan.kind), *typing)
    plan.set_here(*here)
    told = plan.sync(deed)
    if deed.outcome == "known":
        assert (told["status"], told["quarantined"]) == ("ok", 0), told
        assert not typed or plan.taken(deed.typed)
    told = plan.mend(deed, told)
    assert (told["status"], told["quarantined"]) == ("ok", 0), told
    assert not typed or deed.typed in deed.gone or plan.taken(deed.typed)


@pytest.mark.parametrize(("kind", "name"), list(_cases()))
def test_every_row_is_known_or_waits(plans: dict[str, MovedPlan], kind: str, name: str) -> None:
    _live(plans[kind], DEEDS[name], here=(DEEDS[name].typed, 5))


@pytest.mark.parametrize("kind", ["board", "numbered"])
def test_words_moved_without_their_id_and_then_copied_are_asked_about(plans: dict[str, MovedPlan], kind: str) -> None:
    _live(plans[kind], both(DEEDS["cut words to the end"], DEEDS["copy left as it is"]), here=(7, 5))


@pytest.mark.parametrize("first", range(0, 12, 4))
def test_two_things_done_at_once(plans: dict[str, MovedPlan], first: int) -> None:
    _live_pairs(plans["board"], first, 4)


@pytest.mark.proof
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_row_is_known_or_waits_alone_and_typed_into(plans: dict[str, MovedPlan], kind: str) -> None:
    for name, deed in DEEDS.items():
        for typed in (False, True) if _fits(plans[kind].kind, deed) else ():
            try:
                _live(plans[kind], deed, typed=typed)
            except AssertionError as error:
                error.add_note(f"{kind}: {name}, typed: {typed}")
                raise


@pytest.mark.proof
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_two_things_done_at_once_in_every_plan(plans: dict[str, MovedPlan], kind: str) -> None:
    _live_pairs(plans[kind], 12, 150)


def _live_pairs(plan: MovedPlan, first: int, count: int) -> None:
    for one, other in _pairs(plan.kind.name)[first : first + count]:
        deed = both(DEEDS[one], DEEDS[other])
        if _fits(plan.kind, deed):
            try:
                _live(plan, deed, here=(7, 5))
            except (AssertionError, KeyError) as error:
                if "LookupError" not in str(error):  # the first took away what the other would have handled
                    error.add_note(f"{plan.kind.name}: {one}, then {other}")
                    raise
