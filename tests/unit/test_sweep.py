"""The sweep over a real store: each reminder and escalation owed, once, to whom, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.adapters.store import open_store
from actiontrack.api import hookimpl
from actiontrack.domain.escalation import owed_levels
from actiontrack.domain.ledger import Escalation, Send, SendState
from actiontrack.domain.nouns import Action, Agency, Leg, SweepBatch
from actiontrack.domain.policy import Board, LadderStep
from actiontrack.domain.vocabulary import Nation, Status
from actiontrack.errors import UserError
from actiontrack.hooks import load_plugins
from actiontrack.services.audit import verify
from actiontrack.services.core import Core
from actiontrack.services.standing import stand
from actiontrack.services.sweep import sweep

DUE = date(2026, 9, 4)  # a Friday
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
OFFICER, LEAD, EXECUTIVE = "officer@pol.example", "lead@pol.example", "acc@pol.example"
MANAGER, CHAIR = "manager@board.example", "chair@board.example"
POLICE = Agency(code="POL", name="Police", lead=LEAD, executive=EXECUTIVE)


class Clock:
    """Stands at nine in the morning of a day that a test chooses."""

    def __init__(self):
        self.day = DUE

    def now(self):
        return datetime.combine(self.day, time(9), tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)

    def today(self):
        return self.day


class Place:
    """A board with a store in memory."""

    def __init__(self, board=None, agencies=(POLICE,)):
        self.clock = Clock()
        self.store = open_store("sqlite://", "board", clock=self.clock)
        self.core = Core(
            store=self.store,
            clock=self.clock,
            calendar=NationCalendar(Nation.ENG),
            hooks=load_plugins(installed=False),
            board=board or Board(name="Exampleshire", manager=MANAGER, chair=CHAIR),
            agencies=agencies,
            instances={},
            connectors={},
        )

    def have(self, *items):
        with self.store.writing("test", "test") as writer:
            writer.put(*items)

    def sweep(self, day=None, **options):
        self.clock.day = day or self.clock.day
        return sweep(self.core, who="Ada", **options)

    def all(self, noun, **where):
        with self.store.reading() as reader:
            return reader.find(noun, **where)


@pytest.fixture
def place():
    made = Place()
    yield made
    made.store.close()


def action(ref="AT-1", due=DUE, **fields):
    held = {"text": "t", "lead_agency": "POL", "lead_officer": OFFICER, "created_at": LONG_AGO, "changed_at": LONG_AGO}
    return Action(ref=ref, current_due=due, original_due=due, **{**held, **fields})


def told(result):
    return [(each.action, each.level, each.to) for each in result.raised]


# --- the ladder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "level", "to"),
    [
        ("2026-08-05", None, None),
        ("2026-08-06", "R20", OFFICER),  # 31 August is a bank holiday
        ("2026-08-20", "R10", OFFICER),
        ("2026-08-26", "R10", OFFICER),
        ("2026-08-27", "R5", OFFICER),
        ("2026-09-04", "R5", OFFICER),
        ("2026-09-06", "R5", OFFICER),  # overdue on the Saturday; a working day after is Monday
        ("2026-09-07", "L1", OFFICER),
        ("2026-09-24", "L1", OFFICER),
        ("2026-09-25", "L2", LEAD),
        ("2026-10-18", "L2", LEAD),
        ("2026-10-19", "L3", EXECUTIVE),
        ("2026-11-29", "L3", EXECUTIVE),
        ("2026-11-30", "L4", CHAIR),
    ],
)
def test_the_first_sweep_raises_the_highest_level_reached_alone(place, day, level, to):
    place.have(action())
    result = place.sweep(date.fromisoformat(day))
    assert told(result) == ([("AT-1", level, to)] if level else [])
    assert result.to_json()["sent"] == (1 if level else 0)
    assert place.sweep().raised == []


def test_the_whole_ladder_is_climbed_level_by_level(place):
    place.have(action())
    climbed = []
    for days in range(200):
        for each in place.sweep(date(2026, 7, 27) + timedelta(days=days)).raised:
            climbed.append((place.clock.day.isoformat(), each.level, each.period.isoformat()))
    assert climbed == [
        ("2026-08-06", "R20", "2026-09-04"),
        ("2026-08-20", "R10", "2026-09-04"),
        ("2026-08-27", "R5", "2026-09-04"),
        ("2026-09-07", "L1", "2026-09-04"),
        ("2026-09-25", "L2", "2026-09-04"),
        ("2026-10-19", "L3", "2026-09-04"),
        ("2026-11-30", "L4", "2026-09-04"),
        ("2026-12-30", "L4", "2026-12-30"),  # each further twenty working days is a period of its own
        ("2027-01-28", "L4", "2027-01-28"),
    ]
    assert all(each.state == "raised" for each in place.all(Escalation))


def test_what_a_sweep_missed_is_recorded_as_passed(place):
    place.have(action())
    place.sweep(date(2026, 10, 19))
    states = {each.level: each.state for each in place.all(Escalation)}
    assert states == {"R20": "passed", "R10": "passed", "R5": "passed", "L1": "passed", "L2": "passed", "L3": "raised"}


def test_each_says_why_in_a_sentence(place):
    place.have(action())
    assert place.sweep(date(2026, 9, 25)).raised[0].why == (
        "21 days overdue (due 2026-09-04); L2 goes to the agency lead 15 working days after the due date."
    )


def test_a_reminder_says_when_it_is_due(place):
    place.have(action())
    assert place.sweep(date(2026, 8, 20)).raised[0].why == (
        "Due on 2026-09-04; a reminder goes 10 working days before."
    )


def test_a_new_due_date_is_a_new_period(place):
    place.have(action())
    place.sweep(date(2026, 9, 7))
    place.have(action(due=date(2026, 10, 2)))
    result = place.sweep(date(2026, 10, 5))
    assert [(each.level, each.period) for each in result.raised] == [("L1", date(2026, 10, 2))]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.NOT_STARTED, Status.IN_PROGRESS}))
def test_only_running_clocks_are_raised(place, status):
    place.have(action(status=status))
    running = status in (Status.BLOCKED, Status.EVIDENCE_QUERIED)
    assert bool(place.sweep(date(2026, 9, 25)).raised) is running


def test_a_pause_is_waited_out(place):
    paused = {"reason": "funding", "blocked_since": date(2026, 9, 1), "look_again": date(2026, 9, 30)}
    place.have(action(status=Status.BLOCKED), Leg(action="AT-1", agency="POL", status=Status.BLOCKED, **paused))
    during = place.sweep(date(2026, 9, 25))
    assert (during.overdue, during.raised) == (0, [])
    after = place.sweep(date(2026, 10, 6))  # 4 September and the 22 working days of the pause
    assert (after.overdue, [each.level for each in after.raised]) == (0, ["R5"])
    late = place.sweep(date(2026, 10, 7))
    assert [(each.level, each.period, each.days_overdue) for each in late.raised] == [("L1", DUE, 1)]


def test_the_counts(place):
    place.have(
        action("AT-1", due=date(2026, 9, 1)),
        action("AT-2", due=date(2026, 9, 14)),
        action("AT-3", due=date(2027, 9, 1)),
        action("AT-4", due=None),
        action("AT-5", due=date(2026, 9, 1), status=Status.REPORTED_COMPLETE),
        action("AT-6", due=None, status=Status.REPORTED_COMPLETE),
        action("AT-7", due=None, status=Status.EMBEDDED),
        action("AT-8", due=date(2026, 9, 1), status=Status.VERIFIED),
    )
    found = place.sweep(DUE).to_json()
    assert {name: found[name] for name in ("overdue", "due_soon", "awaiting_verification", "undated")} == {
        "overdue": 1, "due_soon": 1, "awaiting_verification": 2, "undated": 2,
    }  # fmt: skip
    assert {"ref", "level", "days_overdue", "to", "why"} <= set(found["raised"][0])


# --- whom -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "officer", "agency", "expected", "said"),
    [
        ("2026-09-07", "Detective Inspector", POLICE, LEAD, "No address is known for the lead officer"),
        ("2026-09-07", "", Agency(code="POL", name="P"), MANAGER, "it goes to the safeguarding manager"),
        ("2026-09-07", "", None, MANAGER, "it goes to the safeguarding manager"),
        ("2026-09-25", OFFICER, Agency(code="POL", name="P"), MANAGER, "No address is known for the agency lead"),
        ("2026-10-19", OFFICER, Agency(code="POL", name="P", lead=LEAD), LEAD, "it goes to the agency lead"),
        ("2026-11-30", OFFICER, POLICE, CHAIR, "chair and Board"),
    ],
)
def test_who_has_no_address_is_stood_in_for(day, officer, agency, expected, said):
    place = Place(agencies=[agency] if agency else [])
    place.have(action(lead_officer=officer))
    [raised] = place.sweep(date.fromisoformat(day)).raised
    assert raised.to == expected
    assert said in raised.why


def test_where_nobody_has_an_address_it_is_raised_all_the_same():
    place = Place(board=Board(name="Exampleshire"), agencies=[])
    place.have(action(lead_officer=""))
    result = place.sweep(date(2026, 11, 30))
    assert told(result) == [("AT-1", "L4", "")]
    assert "No address is known" in result.raised[0].why
    assert result.to_json()["sent"] == 0
    assert place.all(Send) == []


def test_a_board_may_have_a_ladder_of_its_own():
    ladder = (LadderStep(level="SHOUT", after=3, to="manager"),)
    place = Place(board=Board(name="E", manager=MANAGER, reminder_days=(), ladder=ladder))
    place.have(action())
    assert place.sweep(date(2026, 9, 8)).raised == []
    assert told(place.sweep(date(2026, 9, 9))) == [("AT-1", "SHOUT", MANAGER)]


# --- digests --------------------------------------------------------------------------------------------------------


def test_one_digest_a_person_a_day(place):
    place.have(*(action(f"AT-{at}") for at in range(5)))
    assert place.sweep(date(2026, 9, 7)).to_json()["sent"] == 1
    place.have(action("AT-9"))
    place.sweep()
    [digest] = place.all(Send)
    assert (digest.person, digest.period, digest.sent_at) == (OFFICER, date(2026, 9, 7), None)
    assert digest.refs == ("AT-0", "AT-1", "AT-2", "AT-3", "AT-4", "AT-9")


def test_a_digest_that_has_gone_is_not_added_to(place):
    place.have(action("AT-1"))
    place.sweep(date(2026, 9, 7))
    [gone] = place.all(Send)
    place.have(gone.model_copy(update={"sent_at": place.clock.now(), "state": SendState.SENT}), action("AT-2"))
    place.sweep()
    assert [(each.period.isoformat(), each.refs) for each in place.all(Send)] == [
        ("2026-09-07", ("AT-1",)),
        ("2026-09-08", ("AT-2",)),
    ]


def test_a_digest_made_at_the_weekend_waits_for_monday(place):
    place.have(action())
    place.sweep(date(2026, 9, 5))
    assert [each.period for each in place.all(Send)] == [date(2026, 9, 7)]


# --- adoption -------------------------------------------------------------------------------------------------------


def test_what_was_passed_at_adoption_is_told_once_in_one_digest(place):
    adopted = datetime(2026, 11, 24, 10, tzinfo=UTC)
    place.have(*(action(f"AT-{at}", due=DUE + timedelta(days=at), created_at=adopted) for at in range(30)))
    first = place.sweep(date(2026, 11, 24))
    assert len(first.raised) == 30
    assert {each.to for each in first.raised} == {MANAGER}
    assert "before it entered the suite on 2026-11-24: told once" in first.raised[0].why
    assert {each.state for each in place.all(Escalation)} == {"baseline"}
    [digest] = place.all(Send)
    assert (digest.person, len(digest.refs), first.to_json()["sent"]) == (MANAGER, 30, 1)
    assert place.sweep().raised == []
    later = told(place.sweep(date(2026, 11, 30)))  # 4 September was a Friday: three are due by the same Monday
    assert later == [("AT-0", "L4", CHAIR), ("AT-1", "L4", CHAIR), ("AT-2", "L4", CHAIR)]


def test_a_level_reached_on_the_day_of_adoption_is_raised(place):
    place.have(action(created_at=datetime(2026, 9, 7, 8, tzinfo=UTC)))
    assert told(place.sweep(date(2026, 9, 7))) == [("AT-1", "L1", OFFICER)]
    states = {each.level: each.state for each in place.all(Escalation)}
    assert states == {"R20": "baseline", "R10": "baseline", "R5": "baseline", "L1": "raised"}


# --- the ledger -----------------------------------------------------------------------------------------------------


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
