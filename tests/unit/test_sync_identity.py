"""Which row is which action: by its id, checked against what it last said, and never by where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from actiontrack.domain.ledger import Link, LinkState
from actiontrack.ports import Record
from actiontrack.services.sync.identity import match
from actiontrack.services.sync.matching import Matching, Values

ONE = {"text": "Train the staff", "priority": "High", "number": "1"}
TWO = {"text": "Review the policy", "priority": "Low", "number": "2"}


def link(
    action: str, row: int, says: dict[str, str], state: LinkState = LinkState.LIVE, key: str | None = None
) -> Link:
    return Link(
        instance="plan", action=action, remote_id=action if key is None else key, state=state, row=row, seen=says
    )


def record(key: str, row: int, says: dict[str, str]) -> Record:
    return Record(key, says, f"v{row}", row)


def matched(records: Sequence[Record], links: Sequence[Link]) -> Matching:
    def read(one: Record) -> Values:
        return {name: str(value) for name, value in one.fields.items()}

    return match(records, links, "ref", known=lambda ref: ref in {each.action for each in links}, read=read)


def test_i4_of_two_rows_with_one_id_the_one_that_says_what_it_said_keeps_it_wherever_it_stands() -> None:
    found = matched([record("SAR-2026-01/1", 4, TWO), record("SAR-2026-01/1", 9, ONE)], [link("SAR-2026-01/1", 4, ONE)])
    assert [(one.row, of.action) for one, of in found.pairs] == [(9, "SAR-2026-01/1")]
    assert [(held.record.row, held.new) for held in found.held] == [(4, True)]


def test_i4_an_action_id_nobody_knows_makes_nothing() -> None:
    found = matched([record("SAR-2026-01/9", 5, TWO)], [link("SAR-2026-01/1", 4, ONE)])
    assert found.fresh == []
    assert [held.record.row for held in found.held] == [5]


def test_i1_a_new_row_where_another_waits_for_its_id_is_that_one_only_if_it_says_most_of_what_that_said() -> None:
    waiting = link("SAR-2026-01/1", 4, ONE, LinkState.PENDING, key="")
    other = {**TWO, "priority": ONE["priority"]}
    assert [one.row for one in matched([record("", 4, other)], [waiting]).fresh] == [4]
    edited = {**ONE, "text": "Train all staff"}
    assert [of.action for _, of in matched([record("", 4, edited)], [waiting]).pairs] == ["SAR-2026-01/1"]


@pytest.mark.parametrize("state", [LinkState.LIVE, LinkState.LEFT_OUT])
def test_rows_without_ids_that_say_what_one_that_is_nowhere_said_wait_for_a_person(state: LinkState) -> None:
    said = {"text": ONE["text"], "priority": ONE["priority"]}  # the words alone were cut and copied, without the number
    lost = link("SAR-2026-01/1", 4, ONE, state)
    found = matched([record("", 12, said), record("", 13, {**said, "priority": "Low"}), record("", 14, TWO)], [lost])
    if state is LinkState.LEFT_OUT:
        assert ([one.row for one in found.fresh], found.held) == ([12, 13, 14], [])
        return
    assert [one.row for one in found.fresh] == [14]
    assert [(held.record.row, held.owner, held.new) for held in found.held] == [
        (12, "SAR-2026-01/1", False),
        (13, "SAR-2026-01/1", False),
    ]
    assert "rows 12, 13 say what SAR-2026-01/1 said" in found.held[0].why
    [one] = matched([record("", 12, said)], [lost]).pairs  # alone, it is that one
    assert one[0].row == 12
