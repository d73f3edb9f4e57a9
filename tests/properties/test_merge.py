"""The merge of one record against a naive oracle: what each side holds afterwards, told without the planner's terms."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actiontrack.domain.fields import Actor, Standing
from actiontrack.domain.ledger import ProposalKind
from actiontrack.domain.vocabulary import Side
from actiontrack.services.sync.merge import Sides, merge

BOARD = Actor(Side.BOARD)
POLICE = Actor(Side.AGENCY, "POL")
STANDING = Standing(lead="POL", legs=("POL",), connected=frozenset({"POL"}))
VALUES = st.sampled_from(["", "a", "b", "c"])
OWNERS = {
    "text": {BOARD, POLICE},
    "priority": {BOARD},
    "number": {BOARD},
    "lead_officer": {POLICE},
    "recommendation_text": {BOARD},
}
FIELDS = st.sampled_from(sorted(OWNERS))
ACTORS = st.sampled_from([BOARD, POLICE])


def sides(name: str, base: str | None, ours: str, theirs: str, actor: Actor, **more: object) -> Sides:
    agreed = {} if base is None else {name: base}
    return Sides({name: ours}, {name: theirs}, agreed, {}, agreed, actor, STANDING, **more)  # type: ignore[arg-type]


def oracle(name: str, base: str, ours: str, theirs: str, actor: Actor) -> str | None:
    """What should become of the field, by sync.md's sentences in their order."""
    if theirs == ours:
        return None if base == ours else "agree"
    if theirs == base:
        return None  # nothing came in; ours goes out
    if theirs == "" or actor not in OWNERS[name]:
        return "propose"
    return "take" if ours == base else "conflict"


@given(FIELDS, VALUES, VALUES, VALUES, ACTORS)
def test_every_field_becomes_what_the_rules_say(name: str, base: str, ours: str, theirs: str, actor: Actor) -> None:
    found = merge(sides(name, base, ours, theirs, actor))
    assert [each.does for each in found] == [each for each in [oracle(name, base, ours, theirs, actor)] if each]


@given(FIELDS, VALUES, VALUES, VALUES, ACTORS)
def test_no_value_a_person_wrote_is_lost(name: str, base: str, ours: str, theirs: str, actor: Actor) -> None:
    """I1: theirs is taken, asked about, or was there before; ours is only overwritten where it had not changed."""
    found = merge(sides(name, base, ours, theirs, actor))
    if theirs not in (base, ours):
        (result,) = found
        assert result.theirs == theirs
        assert result.does in ("take", "propose", "conflict")
        if result.does == "take":
            assert ours == base


@given(FIELDS, VALUES, VALUES, VALUES)
def test_conflict_if_and_only_if_two_owners_changed_it_differently(
    name: str, base: str, ours: str, theirs: str
) -> None:
    """I8, among owners."""
    actor = sorted(OWNERS[name], key=str)[0]
    found = [each.does for each in merge(sides(name, base, ours, theirs, actor))]
    differently = base != ours and base != theirs and ours != theirs and theirs != ""
    assert ("conflict" in found) == differently


@given(FIELDS, VALUES, VALUES, VALUES, ACTORS)
def test_what_was_taken_or_agreed_is_quiet_the_next_time(
    name: str, base: str, ours: str, theirs: str, actor: Actor
) -> None:
    """I3 and I5: the new base is what both sides hold, and nothing follows from it."""
    for result in merge(sides(name, base, ours, theirs, actor)):
        if result.does in ("take", "agree"):
            assert merge(sides(name, result.theirs, result.theirs, theirs, actor)) == []


@given(FIELDS, VALUES, VALUES, VALUES, ACTORS)
def test_a_pending_proposal_is_asked_once_and_withdrawn_when_put_back(
    name: str, base: str, ours: str, theirs: str, actor: Actor
) -> None:
    found = merge(sides(name, base, ours, theirs, actor))
    if [each.does for each in found] == ["propose"]:
        assert merge(sides(name, base, ours, theirs, actor, pending={name: theirs})) == []
        if base != ours:
            back = merge(sides(name, base, ours, base, actor, pending={name: theirs}))
            assert [each.does for each in back] == ["withdraw"]


@given(FIELDS, VALUES, VALUES, VALUES, ACTORS)
def test_a_frozen_field_waits_until_both_say_the_same_and_no_stranger_has_a_side_in_it(
    name: str, base: str, ours: str, theirs: str, actor: Actor
) -> None:
    found = [each.does for each in merge(sides(name, base, ours, theirs, actor, frozen={name}))]
    strange = theirs != base and (not theirs or actor not in OWNERS[name])
    assert found == (["agree"] if ours == theirs else ["propose"] if strange else ["wait"])


DATES = st.sampled_from(["", "2026-11-01", "2026-12-01", "2027-01-01"])


@given(DATES, DATES, DATES, ACTORS)
def test_a_due_date_moves_by_itself_to_its_first_or_an_earlier_day_only(
    base: str, ours: str, theirs: str, actor: Actor
) -> None:
    for result in merge(sides("current_due", base, ours, theirs, actor)):
        if result.does == "take":
            assert not ours or theirs < ours
        if theirs and ours and theirs > ours and theirs != base:
            assert (result.does, result.kind) == ("propose", ProposalKind.EXTEND)


@given(FIELDS, VALUES, ACTORS)
def test_a_withheld_field_has_no_base_and_only_what_is_typed_anew_is_said(name: str, theirs: str, actor: Actor) -> None:
    known = Sides({}, {name: theirs}, {}, {}, {name: theirs}, actor, STANDING)
    assert merge(known) == []
    fresh = Sides({}, {name: theirs}, {}, {}, {name: "z"}, actor, STANDING)
    assert [each.does for each in merge(fresh)] == (["propose"] if theirs else [])


@given(FIELDS, VALUES, VALUES, ACTORS)
def test_without_a_base_a_blank_yields_and_two_values_are_settled_by_a_person(
    name: str, ours: str, theirs: str, actor: Actor
) -> None:
    found = [each.does for each in merge(sides(name, None, ours, theirs, actor))]
    owns = actor in OWNERS[name]
    if ours == theirs:
        assert found == ["agree"]
    elif not theirs:
        assert found == []
    elif not owns:
        assert found == ["propose"]
    else:
        assert found == (["conflict"] if ours else ["take"])


def several(
    ours: dict[str, str], theirs: dict[str, str], base: dict[str, str], **more: object
) -> list[tuple[str, str]]:
    """What becomes of each field of a record of the police's that has several."""
    found = merge(Sides(ours, theirs, base, {}, base, POLICE, STANDING, **more))  # type: ignore[arg-type]
    return sorted((each.field, each.does) for each in found)


@given(VALUES, VALUES, VALUES)
def test_a_field_that_is_as_agreed_there_stays_out_of_what_another_one_brings(
    base: str, ours: str, officer: str
) -> None:
    """I1 and I8: fields are merged one by one."""
    found = several(
        {"text": ours, "lead_officer": "d"},
        {"text": base, "lead_officer": officer},
        {"text": base, "lead_officer": "d"},
    )
    assert found == [("lead_officer", "take" if officer else "propose")]


@given(DATES, DATES, DATES, ACTORS)
def test_the_original_due_date_is_given_once(base: str, ours: str, theirs: str, actor: Actor) -> None:
    found = [each.does for each in merge(sides("original_due", base, ours, theirs, actor))]
    assert "take" not in found or not ours
    if ours and theirs not in (base, ours):
        assert found == ["propose"]


BLOCKED = {"status": "blocked", "status_reason": "no room", "look_again": "2026-12-01"}
BEGUN = {"status": "in_progress", "status_reason": "", "look_again": ""}


def test_a_status_that_is_taken_brings_its_reason_and_date() -> None:
    assert several(BEGUN, BLOCKED, BEGUN) == [("look_again", "take"), ("status", "take"), ("status_reason", "take")]


def test_a_status_the_lifecycle_objects_to_is_asked_about_as_a_whole() -> None:
    assert several(BEGUN, BLOCKED, BEGUN, objects=lambda unit: ["No."]) == [("status", "propose")]
