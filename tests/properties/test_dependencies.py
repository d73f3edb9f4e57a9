"""What waits for what: a circle is found wherever there is one, and is one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from actiontrack.domain.dependencies import circle, waits_for
from actiontrack.domain.derived import RUNNING_STATUSES
from actiontrack.domain.vocabulary import Status

REFS = st.sampled_from("abcdef")
GRAPHS = st.dictionaries(REFS, st.lists(REFS, max_size=3, unique=True).map(tuple))


@given(start=REFS, depends=GRAPHS)
def test_a_circle_is_found_wherever_there_is_one(start: str, depends: dict[str, tuple[str, ...]]) -> None:
    reached = set(depends.get(start, ()))
    while more := {ref for each in reached for ref in depends.get(each, ())} - reached:
        reached |= more
    found = circle(start, depends)
    assert bool(found) is (start in reached)
    if found:
        assert found[0] == found[-1] == start
        assert all(then in depends[each] for each, then in pairwise(found))
        assert len(set(found)) == len(found) - 1


@given(st.dictionaries(REFS, st.sampled_from(list(Status))), st.lists(REFS, unique=True))
def test_only_what_is_still_to_be_done_holds_up(statuses: dict[str, Status], depends_on: list[str]) -> None:
    waits = waits_for(depends_on, statuses)
    assert waits == [ref for ref in depends_on if statuses.get(ref) in RUNNING_STATUSES]
    assert waits_for(depends_on, dict.fromkeys(depends_on, Status.REPORTED_COMPLETE)) == []
