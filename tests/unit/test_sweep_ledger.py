"""What a sweep puts on record: each once, whoever else sweeps, changes something or has a clock that ran ahead."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep_place import CHAIR, DUE, LEAD, LONG_AGO, OFFICER, Place, action, told

from actiontrack.api import hookimpl
from actiontrack.domain.escalation import owed_levels
from actiontrack.domain.ledger import Escalation, Send
from actiontrack.domain.nouns import Leg, SweepBatch
from actiontrack.domain.vocabulary import Status
from actiontrack.errors import UserError
from actiontrack.services.audit import verify
from actiontrack.services.standing import stand
from actiontrack.services.sweep import sweep


@pytest.fixture
def place():
    made = Place()
    yield made
    made.store.close()


def test_a_sweep_is_one_entry_of_the_chain(place):
    place.have(*(action(f"AT-{at}") for at in range(10)))
    with place.store.reading() as reader:
        before = reader.head()
    place.sweep(date(2026, 9, 7))
    with place.store.reading() as reader:
        [entry] = reader.entries(after=before)
    assert (entry.who, entry.source) == ("Ada", "sweep")
    [batch] = place.all(SweepBatch)
    assert (batch.rows, batch.day, len(batch.digest)) == (40, date(2026, 9, 7), 64)
    place.sweep()
    assert len(place.all(SweepBatch)) == 1
    assert verify(place.store)["broken_at"] is None


def test_a_dry_run_leaves_nothing(place):
    place.have(action())
    with place.store.reading() as reader:
        before = reader.head()
    shown = place.sweep(DUE, as_at=date(2026, 12, 31), dry_run=True)
    assert told(shown) == [("AT-1", "L4", CHAIR)]
    assert shown.to_json()["sent"] == 1
    assert (place.all(Escalation), place.all(Send)) == ([], [])
    with place.store.reading() as reader:
        assert reader.head() == before


def test_a_future_day_needs_a_dry_run(place):
    with pytest.raises(UserError, match="2026-09-05 lies in the future; add --dry-run"):
        place.sweep(DUE, as_at=date(2026, 9, 5))


class Interrupted:
    """A store in which another sweep comes first, just before the first transaction."""

    def __init__(self, place):
        self._place = place
        self.other = None

    def reading(self):
        return self._place.store.reading()

    def writing(self, who, source):
        if self.other is None:
            self.other = sweep(self._place.core, who="Grace")
        return self._place.store.writing(who, source)


def test_two_sweeps_at_once_raise_each_once(place):
    place.have(action("AT-1"), action("AT-2"))
    place.clock.day = date(2026, 9, 7)
    store = Interrupted(place)
    mine = sweep(replace(place.core, store=store), who="Ada")
    assert len(store.other.raised) == 2
    assert (mine.raised, mine.to_json()["sent"]) == ([], 0)
    assert len(place.all(SweepBatch)) == 1


class Meanwhile:
    """A store in which something is stored just after the sweep's first look at it."""

    def __init__(self, place, *items):
        self._place, self._items, self._looks = place, items, 0

    def reading(self):
        self._looks += 1
        if self._looks == 2:
            self._place.have(*self._items)
        return self._place.store.reading()

    def writing(self, who, source):
        return self._place.store.writing(who, source)


@pytest.mark.parametrize(
    ("later", "raised"),
    [
        ({"status": Status.VERIFIED}, []),
        ({"due": date(2026, 12, 24)}, []),
        ({"due": date(2026, 8, 3)}, [("AT-1", "L2", LEAD)]),
    ],
)
def test_what_changes_while_a_sweep_runs_is_judged_as_it_is_by_then(place, later, raised):
    place.have(action(), action("AT-2"))
    place.clock.day = date(2026, 9, 7)
    store = Meanwhile(place, action(**later))
    assert told(sweep(replace(place.core, store=store), who="Ada")) == [*raised, ("AT-2", "L1", OFFICER)]


def test_plugins_hear_of_escalations_and_not_of_reminders_or_history(place):
    heard = []

    class Listener:
        @hookimpl
        def on_action_overdue(self, ref, level, days_overdue, to):
            heard.append((ref, level, days_overdue, to))

    place.core.hooks.register(Listener(), "listener")
    place.have(
        action("AT-1"),
        action("AT-2", due=date(2026, 9, 30)),
        action("AT-3", created_at=datetime(2026, 9, 25, 8, tzinfo=UTC), due=date(2026, 8, 3)),
    )
    assert len(place.sweep(date(2026, 9, 25)).raised) == 3
    assert heard == [("AT-1", "L2", 21, LEAD)]


def test_a_sweep_of_an_earlier_day_raises_nothing_that_was_overtaken(place):
    place.have(action())
    place.sweep(date(2027, 2, 1))
    assert place.sweep(as_at=date(2027, 1, 4)).raised == []


def test_a_ladder_climbed_by_a_clock_that_ran_ahead_is_climbed_again_in_its_time(place):
    """All its levels were on record, so that nobody was told of anything any more."""
    place.have(action())
    assert told(place.sweep(date(2027, 6, 1))) == [("AT-1", "L4", CHAIR)]
    assert told(place.sweep(date(2026, 8, 20))) == [("AT-1", "R10", OFFICER)]
    assert told(place.sweep(date(2026, 8, 20))) == []
    assert told(place.sweep(date(2026, 9, 7))) == [("AT-1", "L1", OFFICER)]
    assert told(place.sweep(date(2026, 11, 30))) == [("AT-1", "L4", CHAIR)]
    assert {each.state for each in place.all(Escalation, level="L4", period=DUE)} == {"raised"}


class Asked:
    """A plugin that decides nothing: every action is looked at by itself, and the defaults answer."""

    @hookimpl
    def decide_due_date(self, action):
        return None


running = st.sampled_from([Status.NOT_STARTED, Status.IN_PROGRESS, Status.BLOCKED, Status.EVIDENCE_QUERIED])
days_of_year = st.dates(date(2026, 6, 1), date(2026, 12, 31))
facts = st.tuples(
    st.one_of(st.none(), st.sampled_from([date(2026, 9, 4), date(2026, 10, 2)]), days_of_year),
    st.one_of(running, st.sampled_from(list(Status))),
    st.sampled_from([LONG_AGO, datetime(2026, 9, 1, 9, tzinfo=UTC)]),
    st.lists(st.tuples(days_of_year, st.integers(0, 40)), max_size=2),
    st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(facts, min_size=1, max_size=8), st.lists(days_of_year, min_size=1, max_size=4))
def test_actions_of_one_due_date_are_judged_together_as_each_would_be_alone(plan, sweeps):
    together, alone = Place(), Place()
    alone.core.hooks.register(Asked(), "asked")
    for at, (due, status, made, pauses, looks_again) in enumerate(plan):
        spans = [{"start": start, "end": start + timedelta(days=length)} for start, length in pauses]
        held = {"action": f"AT-{at}", "agency": "POL", "status": Status.IN_PROGRESS, "pauses": spans}
        leg = Leg.model_validate(held)
        if status is Status.BLOCKED:
            again = date(2026, 10, 30) if looks_again else None
            blocked = {"status": status, "reason": "Waits", "look_again": again, "blocked_since": date(2026, 9, 15)}
            leg = leg.model_copy(update=blocked)
        for place in (together, alone):
            place.have(action(f"AT-{at}", due=due, status=status, created_at=made), leg)
    for day in sweeps:
        assert together.sweep(day).to_json() == alone.sweep(day).to_json()
        assert together.all(Escalation) == alone.all(Escalation)
        assert together.all(Send) == alone.all(Send)
    together.store.close()
    alone.store.close()


days = st.dates(date(2026, 7, 1), date(2027, 12, 31))


@settings(max_examples=40)
@given(
    st.lists(st.tuples(days, st.dates(date(2026, 1, 1), date(2027, 6, 1))), min_size=1, max_size=6),
    st.lists(days, min_size=1, max_size=8),
)
def test_whatever_the_days_each_is_raised_once_and_the_highest_never_missed(dues, sweeps):
    place = Place()
    actions = [
        action(f"AT-{at}", due=due, created_at=datetime.combine(made, time(12), tzinfo=UTC))
        for at, (due, made) in enumerate(dues)
    ]
    place.have(*actions)
    raised = []
    for day in sorted(sweeps):
        found = place.sweep(day)
        assert len({each.action for each in found.raised}) == len(found.raised)
        raised += [(each.action, each.level, each.period) for each in found.raised]
        assert place.sweep().raised == []
        recorded = {
            (each.action, each.level, each.period) for each in place.all(Escalation, state=("raised", "baseline"))
        }
        for each in actions:
            owed = owed_levels(stand(place.core, each, (), as_at=day), place.core.board, place.core.calendar)
            assert not owed or (each.ref, owed[-1].level, owed[-1].period) in recorded
    assert len(raised) == len(set(raised))
    digests = place.all(Send)
    assert len({(each.person, each.period) for each in digests}) == len(digests)
    place.store.close()
