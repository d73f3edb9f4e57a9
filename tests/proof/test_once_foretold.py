"""What the oracle (proof/oracle) foretold and the planner once did otherwise: each rule by name, at its smallest."""

from __future__ import annotations

from datetime import date

import pytest
from proof.oracle.deeds import Told
from proof.oracle.histories import one_run, picture
from proof.oracle.sheet import Row
from proof.oracle.shelf import Shelf
from proof.oracle.worlds import AGENCIES, NOW, REVIEW, Dice, World, add_instance, settle

from actiontrack.domain.fields import Actor, Standing
from actiontrack.domain.ledger import Conflict, Instance, Link, Proposal, StoredIssue
from actiontrack.domain.nouns import Action, Leg, Recommendation, Review
from actiontrack.domain.refs import new_ref
from actiontrack.domain.vocabulary import Publication, Side, Status
from actiontrack.services.sync.merge import Merged, Sides, merge
from actiontrack.testing import HandClock

POLICE = Actor(Side.AGENCY, "POL")
BOARD = Actor(Side.BOARD)
STANDING = Standing(lead="POL", legs=("POL",), connected=frozenset({"POL"}))
UNIT = ("status", "status_reason", "look_again")


def merged(
    base: dict[str, str], ours: dict[str, str], theirs: dict[str, str], actor: Actor = POLICE, **more: object
) -> list[Merged]:
    return merge(Sides(ours, theirs, base, {}, base, actor, STANDING, **more))  # type: ignore[arg-type]


def verdicts(found: list[Merged]) -> dict[str, str]:
    return {each.field: each.does for each in found}


def test_i8_whoever_does_not_own_a_field_is_no_side_of_a_conflict_in_it_though_nothing_was_agreed_before() -> None:
    found = merged({}, {"priority": "High"}, {"priority": "Low"}, frozen={"priority"})
    assert verdicts(found) == {"priority": "propose"}


def test_i1_a_status_that_is_taken_never_wipes_out_a_reason_that_was_typed_here() -> None:
    """The unit was changed on both sides: a conflict, and the reason stands."""
    base = dict(zip(UNIT, ("in_progress", "", ""), strict=True))
    found = merged(base, {**base, "status_reason": "Typed here"}, {**base, "status": "reported_complete"})
    assert verdicts(found) == {"status": "conflict"}


def test_i8_a_reason_typed_beside_a_status_that_moved_here_is_a_conflict() -> None:
    base = dict(zip(UNIT, ("in_progress", "", ""), strict=True))
    found = merged(base, {**base, "status": "reported_complete"}, {**base, "status_reason": "Typed there"})
    assert verdicts(found) == {"status_reason": "conflict"}


def test_i1_a_reason_typed_where_the_unit_is_frozen_is_heard() -> None:
    """Another instance's conflict froze the unit; this one's status is as it was, its reason is not."""
    base = dict(zip(UNIT, ("in_progress", "", ""), strict=True))
    ours = {**base, "status": "not_started"}
    found = merged(base, ours, {**base, "status_reason": "Typed there"}, frozen=UNIT)
    assert verdicts(found)["status_reason"] == "wait"


def test_i1_a_reason_typed_while_a_proposed_status_is_put_back_is_heard() -> None:
    base = dict(zip(UNIT, ("in_progress", "", ""), strict=True))
    ours = {**base, "status": "not_started"}
    found = merged(base, ours, {**base, "status_reason": "Typed there"}, pending={"status": "verified"})
    assert verdicts(found) == {"status": "withdraw", "status_reason": "conflict"}


def test_a_date_to_look_again_on_beside_no_block_is_told_of_in_a_frozen_unit_too() -> None:
    base = dict(zip(UNIT, ("in_progress", "", ""), strict=True))
    found = merged(base, base, {**base, "look_again": "2027-01-05"}, frozen=UNIT)
    assert verdicts(found)["look_again"] == "unclear"


def test_i14_a_date_to_look_again_on_beside_no_block_is_told_of_alike_whenever_it_is_read() -> None:
    """The Board closes what several agencies share: the date is nobody's to give, now or once the status is taken."""
    several = Standing(lead="POL", legs=("POL", "HEA"), connected=frozenset({"POL"}))
    base = dict(zip(UNIT, ("blocked", "", ""), strict=True))
    theirs = dict(zip(UNIT, ("no_longer_applicable", "Overtaken", "2026-08-15"), strict=True))
    for agreed in (base, {**theirs, "look_again": ""}):
        found = verdicts(merge(Sides(agreed, theirs, agreed, {}, agreed, BOARD, several)))
        assert found["look_again"] == "unclear"


def test_i14_a_date_that_is_asked_for_stays_asked_when_its_status_comes_to_be_one_that_waits_for_nothing() -> None:
    """It was told of as well, beside the status that was taken, and no more the next time it was read."""
    several = Standing(lead="POL", legs=("POL", "HEA"), connected=frozenset())
    base = dict(zip(UNIT, ("blocked", "", ""), strict=True))
    theirs = dict(zip(UNIT, ("no_longer_applicable", "Overtaken", "2026-08-15"), strict=True))
    asked = {"look_again": "2026-08-15"}
    found = merge(Sides(base, theirs, base, {}, base, BOARD, several, pending=asked))
    assert verdicts(found) == {"status": "take", "status_reason": "take"}
    now = {**theirs, "look_again": ""}
    assert merge(Sides(now, theirs, now, {}, theirs, BOARD, several, pending=asked)) == []


def test_i5_a_date_cleared_beside_a_status_that_waits_no_more_is_agreed_with_it() -> None:
    base = dict(zip(UNIT, ("blocked", "No money", "2027-01-05"), strict=True))
    found = merged(base, base, {**base, "status": "reported_complete", "look_again": ""})
    assert verdicts(found) == {"status": "take", "status_reason": "agree", "look_again": "take"}


def test_i8_what_is_asked_stays_asked_when_another_freezes_the_field() -> None:
    base, ours, theirs = ({"current_due": day} for day in ("2026-12-01", "2026-11-15", "2027-01-05"))
    asked = {"current_due": "2027-01-05"}
    assert merged(base, ours, theirs, frozen={"current_due"}, pending=asked) == []


@pytest.mark.parametrize("actor", [BOARD, POLICE])
def test_awaiting_typed_where_no_response_is_given_agrees_and_its_word_stays(actor: Actor) -> None:
    found = merged({"response": ""}, {"response": ""}, {"response": "awaiting"}, actor)
    assert verdicts(found) == {"response": "agree"}
    assert merged({"response": "awaiting"}, {"response": ""}, {"response": "awaiting"}, actor) == []


# --- through the door that `sync` uses ------------------------------------------------------------------------------


def two_sides(*columns: str, board: str = "board", **fields: object) -> tuple[World, dict[str, dict[str, object]]]:
    """One action of the police, in the Board's sheet and in theirs: the world, and the cells of each by instance."""
    world = World(Shelf(), {}, {}, HandClock(NOW))
    ref = new_ref(Dice("one"))
    leg = Leg(action=ref, agency="POL", **{name: fields.pop(name) for name in ("status",) if name in fields})  # type: ignore[arg-type]
    action = Action(
        ref=ref, number="1.1", review=REVIEW, recommendations=("R1",), text="Action", lead_agency="POL",
        created_at=NOW, changed_at=NOW, **{"status": leg.status, **fields},
    )  # fmt: skip
    world.shelf.put(*AGENCIES, Review(ref=REVIEW, publication=Publication.PUBLISHED), action, leg)
    world.shelf.put(Recommendation(ref="R1", review=REVIEW, number="1", text="Recommendation"))
    for name, side in ((board, Side.BOARD), ("police", Side.AGENCY)):
        add_instance(world, name, side, "ref", ("number", "text", "lead_agency", "status", *columns))
    settle(world)
    return world, {name: sheet.rows[0].cells for name, sheet in world.sheets.items()}  # type: ignore[misc]


@pytest.mark.parametrize(("lead_officer", "waits"), [("Chief Inspector", False), ("Somebody else", True)])
def test_a_row_whose_words_were_cleared_waits_until_it_says_most_of_what_it_said(
    lead_officer: str, waits: bool
) -> None:
    """Foretold to flow: but other words, beside the id of an emptied row, may be another action's."""
    world, cells = two_sides("lead_officer", lead_officer="Chief Inspector")
    oracle = picture(world)
    cells["police"]["text"] = None
    one_run(world, oracle, Told(), again="changed")
    cells["police"] |= {"text": "Other words", "status": "Done", "lead_officer": lead_officer}
    one_run(world, oracle, Told(), again="changed")
    assert [each.id.split(":")[0] for each in world.shelf.find(StoredIssue)] == (["row"] if waits else [])
    (action,) = world.shelf.find(Action)
    assert action.text == ("Action" if waits else "Other words")


def test_a_proposal_closes_when_another_instance_brings_what_it_asked_for() -> None:
    """The Board may not set the lead officer; the police, read after it, type the same."""
    world, cells = two_sides("lead_officer")
    for each in cells.values():
        each["lead_officer"] = "Chief Inspector"
    world.sync()
    assert world.shelf.count(Proposal, closed_at=None) == 1
    world.sync()
    assert world.shelf.count(Proposal, closed_at=None) == 0


def test_i14_a_date_is_no_longer_idle_once_another_side_blocks_the_action_though_the_cell_does_not_say_so() -> None:
    """The reason typed beside it is asked about, so that the Board's cells stay as they are."""
    world, cells = two_sides("status_reason", "look_again", status=Status.NOT_STARTED)
    (leg,) = world.shelf.find(Leg)
    world.shelf.put(leg.model_copy(update={"agency": "HEA", "position": 1}))
    world.sync()
    cells["board"] |= {"status_reason": "No staff", "look_again": date(2027, 2, 5)}
    cells["police"] |= {"status": "Blocked", "status_reason": "No money", "look_again": date(2027, 1, 5)}
    world.sync()
    world.sync()
    assert cells["board"]["status"] == "Not started"
    assert world.shelf.count(StoredIssue, source="board") == 0
    assert sorted(each.field for each in world.shelf.find(Proposal, closed_at=None)) == ["look_again", "status_reason"]


def test_what_was_asked_is_asked_no_more_once_the_cell_says_something_else_that_differs() -> None:
    """The Board closed the action here with a reason, in other words than it types into its sheet by now."""
    world, cells = two_sides("status_reason")
    cells["board"]["status"] = "Closed not implemented"
    world.sync()
    assert world.shelf.count(Proposal, closed_at=None) == 1
    (action,) = world.shelf.find(Action)
    said = {"status": Status.CLOSED_NOT_IMPLEMENTED, "status_reason": "Overtaken"}
    world.shelf.put(action.model_copy(update=said))
    cells["board"]["status"] = "No longer applicable"
    world.sync()
    assert [each.field for each in world.shelf.find(Conflict, closed_at=None)] == ["status"]
    assert world.shelf.count(Proposal, closed_at=None) == 0


def test_i14_a_reason_that_waits_with_its_status_is_not_looked_at_again_by_every_sync() -> None:
    """It was asked to be cleared, and came to be blank here; but what the status shall be is in conflict."""
    world, cells = two_sides("status_reason")
    (leg,) = world.shelf.find(Leg)
    world.shelf.put(leg.model_copy(update={"reason": "On its way"}))
    world.sync()
    cells["board"]["status_reason"] = None
    world.sync()
    assert world.shelf.count(Proposal, closed_at=None) == 1
    (leg,) = world.shelf.find(Leg)
    world.shelf.put(leg.model_copy(update={"status": Status.IN_PROGRESS, "reason": ""}))
    cells["board"]["status"] = "Done"
    for _ in range(3):
        world.sync()
    assert [each.field for each in world.shelf.find(Conflict, closed_at=None)] == ["status"]
    assert not any(link.dirty for link in world.shelf.find(Link))


def test_i9_what_is_asked_of_a_cell_that_was_blank_from_the_start_is_withdrawn_when_it_is_cleared() -> None:
    """Meanwhile the Board gave the action another priority: what nobody asks for any more makes way for it."""
    world, cells = two_sides("priority")
    (action,) = world.shelf.find(Action)
    world.shelf.put(action.model_copy(update={"priority": "Low"}))
    cells["police"]["priority"] = "High"
    world.sync()
    assert world.shelf.count(Proposal, closed_at=None) == 1
    cells["police"]["priority"] = None
    world.sync()
    assert world.shelf.count(Proposal, closed_at=None) == 0
    assert cells["police"]["priority"] == "Low"


def test_awaiting_typed_into_a_cell_is_never_blanked() -> None:
    world, cells = two_sides("response")
    cells["board"]["response"] = "Awaiting decision"
    world.sync()
    world.sync()
    assert cells["board"]["response"] == "Awaiting decision"
    assert not cells["police"].get("response")


def test_a_conflict_about_a_status_stays_one_when_the_cell_comes_to_show_the_leg() -> None:
    """The Board's word and a reason set here differ; then the agency moves its leg, and the query falls."""
    world, cells = two_sides("status_reason", status=Status.REPORTED_COMPLETE)
    (action,) = world.shelf.find(Action)
    world.shelf.put(action.model_copy(update={"status": Status.EVIDENCE_QUERIED}))
    world.sync()
    (action,) = world.shelf.find(Action)
    world.shelf.put(action.model_copy(update={"status_reason": "Asked here"}))
    cells["board"]["status"] = "Superseded"
    cells["police"]["status"] = "In progress"
    world.sync()
    for each in world.shelf.find(Instance):
        world.shelf.put(each.model_copy(update={"fingerprint": "looks at all"}))
    world.sync()
    assert [each.field for each in world.shelf.find(Conflict, closed_at=None)] == ["status"]
    assert cells["board"]["status"] == "Superseded"


def test_a_conflict_about_a_status_closes_when_another_instance_brings_what_its_side_says() -> None:
    """It stayed open, and froze all sides: the Board's row, in which nobody typed any more, was not looked at again."""
    world, cells = two_sides("status_reason", status=Status.REPORTED_COMPLETE)
    (action,) = world.shelf.find(Action)
    world.shelf.put(action.model_copy(update={"status": Status.EVIDENCE_QUERIED}))
    world.sync()
    (action,) = world.shelf.find(Action)
    world.shelf.put(action.model_copy(update={"status_reason": "Asked here"}))
    for each in cells.values():
        each["status"] = "In progress"
    world.sync()
    assert world.shelf.count(Conflict, closed_at=None) == 1
    world.sync()
    assert world.shelf.count(Conflict, closed_at=None) == 0
    assert [each.status for each in world.shelf.find(Action)] == [Status.IN_PROGRESS]


def test_a_date_that_was_idle_is_read_again_beside_the_status_that_was_written() -> None:
    """Reopened by the Board, an action is blocked as its leg is: now there is something to look at again."""
    world, cells = two_sides("status_reason", "look_again", status=Status.NOT_STARTED)
    (leg,) = world.shelf.find(Leg)
    (action,) = world.shelf.find(Action)
    blocked = {
        "status": Status.BLOCKED,
        "reason": "No money",
        "look_again": date(2027, 1, 5),
        "blocked_since": NOW.date(),
    }
    closed = {"status": Status.CLOSED_NOT_IMPLEMENTED, "status_reason": "Overtaken"}
    world.shelf.put(leg.model_copy(update=blocked), action.model_copy(update=closed))
    world.sync()
    cells["board"] |= {"status": "In progress", "look_again": date(2027, 2, 5)}
    world.sync()
    assert cells["board"]["status"] == "Blocked"
    world.sync()
    assert world.shelf.count(StoredIssue, source="board") == 0
    assert [each.field for each in world.shelf.find(Conflict, closed_at=None)] == ["look_again"]


def test_a_date_that_has_been_idle_for_a_while_is_read_again_too() -> None:
    """Nobody touches its row any more, and the Board's is read after it: what was told of it stands from before."""
    world, cells = two_sides("status_reason", "look_again", board="unit", status=Status.IN_PROGRESS)
    cells["police"]["look_again"] = date(2027, 2, 5)
    world.sync()
    assert world.shelf.count(StoredIssue, source="police") == 1
    cells["unit"] |= {"status": "Blocked", "status_reason": "No money", "look_again": date(2027, 1, 5)}
    world.sync()
    assert cells["police"]["status"] == "Blocked"
    world.sync()
    assert world.shelf.count(StoredIssue, source="police") == 0
    assert [each.field for each in world.shelf.find(Conflict, closed_at=None)] == ["look_again"]


@pytest.mark.parametrize("board", ["board", "unit"])
def test_i4_a_row_that_is_typed_into_two_new_workbooks_is_one_action_whichever_is_read_first(board: str) -> None:
    """The agency's was read first, and asked about; the Board's made the action; and the agency got a second row."""
    world = World(Shelf(), {}, {}, HandClock(NOW))
    world.shelf.put(*AGENCIES, Review(ref=REVIEW, publication=Publication.PUBLISHED))
    for name, side in ((board, Side.BOARD), ("police", Side.AGENCY)):
        add_instance(world, name, side, "ref", ("number", "text", "lead_agency", "status"))
        cells = {
            "number": "1.1",
            "text": "Something new",
            "lead_agency": "Exampleshire Police",
            "status": "In progress",
        }
        world.sheets[name].rows.append(Row("", dict(cells)))
    found = world.sync()
    world.sync(approve=tuple(each.plan for each in found.connectors))
    (action,) = world.shelf.find(Action)
    assert [[row.key for row in sheet.rows] for sheet in world.sheets.values()] == [[action.ref], [action.ref]]
    assert world.shelf.find(Proposal) == []


@pytest.mark.parametrize("board", ["board", "unit"])
def test_i16_a_response_is_heard_once_another_sheet_has_named_the_recommendation_that_it_answers(board: str) -> None:
    """It was told of as answering nothing, and never looked at again: what it answers came by a sheet read after it."""
    world = World(Shelf(), {}, {}, HandClock(NOW))
    action = Action(
        ref=new_ref(Dice("one")), number="1.1", review=REVIEW, text="Action", lead_agency="POL", created_at=NOW,
        changed_at=NOW,
    )  # fmt: skip
    world.shelf.put(*AGENCIES, Review(ref=REVIEW, publication=Publication.PUBLISHED), action)
    world.shelf.put(Leg(action=action.ref, agency="POL"))
    for name, column in (("plan", "recommendation_text"), (board, "response")):
        add_instance(world, name, Side.BOARD, "ref", ("number", "text", "lead_agency", "status", column))
    settle(world)
    world.sheets["plan"].rows[0].cells["recommendation_text"] = "Recommendation"
    world.sheets[board].rows[0].cells["response"] = "Accepted"
    for _ in range(2):
        world.sync()
    assert [each.response for each in world.shelf.find(Recommendation)] == ["accepted"]
    assert world.shelf.find(StoredIssue) == []


def test_i14_of_two_rows_that_say_different_things_of_one_recommendation_one_is_told_however_often_they_are_read() -> (
    None
):
    """Whichever was read last was the side: the question changed under whoever was about to answer it."""
    world, _ = two_sides("recommendation_text", board="board")
    (action,) = world.shelf.find(Action)
    other = new_ref(Dice("other"))
    world.shelf.put(action.model_copy(update={"ref": other, "number": "1.2"}), Leg(action=other, agency="POL"))
    world.sync()
    (answers,) = world.shelf.find(Recommendation)
    world.shelf.put(answers.model_copy(update={"text": "Set here"}))
    rows = world.sheets["board"].rows
    for row, words in zip(rows, ("One", "Another"), strict=True):
        row.cells["recommendation_text"] = words
        world.sync()
    rows.reverse()
    (before,) = world.shelf.find(Conflict, closed_at=None)
    for each in world.shelf.find(Instance):
        world.shelf.put(each.model_copy(update={"fingerprint": "looks at all"}))
    world.sync()
    (after,) = world.shelf.find(Conflict, closed_at=None)
    assert before.sides == after.sides == {"board": "Another"}
