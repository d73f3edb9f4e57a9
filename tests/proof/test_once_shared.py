"""Rows that share a recommendation, as people once typed in them: what one row says is no word about another."""

from __future__ import annotations

from proof.oracle.shelf import Shelf
from proof.oracle.worlds import AGENCIES, NOW, REVIEW, Dice, World, add_instance, settle

from actiontrack.domain.ledger import Conflict, Instance, Setting
from actiontrack.domain.nouns import Action, Leg, Recommendation, Review
from actiontrack.domain.refs import new_ref
from actiontrack.domain.vocabulary import Publication, Side
from actiontrack.testing import HandClock

AGREED = "Recommendation 1"
COLUMNS = ("number", "recommendation_text", "text", "lead_agency", "status")


def shared_by_three() -> World:
    """Two sheets of the Board's, in each of which three rows tell of one recommendation."""
    world = World(Shelf(), {}, {}, HandClock(NOW))
    published = Review(ref=REVIEW, publication=Publication.PUBLISHED)
    world.shelf.put(*AGENCIES, published, Setting(name="store_id", value="S"))
    world.shelf.put(Recommendation(ref="R1", review=REVIEW, number="1", text=AGREED))
    dice = Dice("rows")
    for number in range(3):
        ref = new_ref(dice)
        action = Action(
            ref=ref, number=f"1.{number}", review=REVIEW, recommendations=("R1",), text=f"Action {number}",
            lead_agency="POL", created_at=NOW, changed_at=NOW,
        )  # fmt: skip
        world.shelf.put(action, Leg(action=ref, agency="POL"))
    add_instance(world, "board", Side.BOARD, "ref", COLUMNS)
    add_instance(world, "other", Side.BOARD, "remote", COLUMNS)
    settle(world)
    return world


def test_i14_a_row_that_stayed_as_it_was_is_not_taken_for_one_that_was_put_back() -> None:
    """What another row said of the recommendation stood as the side; a look at everything made this one withdraw it."""
    world = shared_by_three()
    first, second, third = world.sheets["board"].rows
    elsewhere = world.sheets["other"].rows[0]
    for row, words in ((first, "C"), (second, "C"), (elsewhere, "B")):
        row.cells["recommendation_text"] = words
    world.sync()
    third.cells["recommendation_text"] = "B"
    world.sync()
    second.cells["recommendation_text"] = AGREED
    for _ in range(3):
        world.sync()
    (before,) = world.shelf.find(Conflict, closed_at=None)
    for each in world.shelf.find(Instance):
        world.shelf.put(each.model_copy(update={"fingerprint": "looks at all"}))
    world.sync()
    (after,) = world.shelf.find(Conflict, closed_at=None)
    assert after.sides == before.sides
    assert before.sides["other"] == "B"
