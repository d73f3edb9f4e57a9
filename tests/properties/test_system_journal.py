"""I1, I2, I4, I5, I9 over a system with keys of its own: lost answers, partial writes, stale reads, expired cursors.

Every text is typed once in the whole history, so that where it went can be told without knowing how sync works.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from systems import Office, System

from actiontrack.domain.ledger import Conflict, Intent, IntentState, Proposal
from actiontrack.errors import NotAllowed, RetryableError, SkippableError
from actiontrack.services.sync.answers import answer_proposal

FIELDS = ("priority", "progress")
START = ("One", "Two")
EVENTS = st.lists(
    st.tuples(
        st.sampled_from((
            "here", "there", "sync", "sync", "sync", "make", "cut off", "partial", "crash", "skip", "busy", "lag",
            "catch up", "expire", "delete", "pass", "back", "both",
        )),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    min_size=8,
    max_size=24,
)  # fmt: skip
ABLE = st.fixed_dictionaries({"listens": st.booleans(), "marks": st.booleans(), "idempotent": st.booleans()})


class History:
    """What people typed, and where it is."""

    def __init__(self, able: dict[str, bool]) -> None:
        self.office = Office(System(**able), START)
        self.office.sync()
        self.typed: dict[str, tuple[str, str]] = {}
        """word → (text of the action, field)."""
        self.seen: set[str] = set()
        """Words that were overwritten by somebody who saw them: on the side where they stood."""
        self.count = 0
        self.deleted: set[str] = set()

    def word(self) -> str:
        self.count += 1
        return f"w{self.count}x"

    def texts(self) -> list[str]:
        return sorted(self.office.here())

    def do(self, does: str, first: int, second: int) -> None:
        note(f"{does} {first} {second}")
        office, system = self.office, self.office.system
        text = self.texts()[first % len(self.texts())]
        keys = sorted(key for key, fields in system.records.items() if fields["text"] == text)
        name = FIELDS[second % len(FIELDS)]
        key = keys[0] if keys else ""
        if does in ("here", "both"):
            self._here(text, name)
        if does in ("there", "both") and key and key not in system.shows:
            self._there(key, text, name)
        if does == "make":
            office.make(f"Made {self.word()}")
        elif does == "lag" and key:
            before = dict(system.records[key])
            self.sync()
            if key in system.records:
                system.shows[key] = before
        elif does == "delete" and key and key not in system.shows and len(system.records) > 1:
            self.seen |= {word for word, (whose, _) in self.typed.items() if whose == text}
            self.deleted.add(text)
            del system.records[key]
        elif does in ("pass", "back"):
            office.pass_time(minutes=(1, 16, 70)[second % 3] * (1 if does == "pass" else -1))
        elif does == "sync":
            self.sync()
        else:
            _trouble(system, does, text, name)
        if does in ("sync", "lag"):
            system.writing.clear()
            system.reading = None

    def _here(self, text: str, name: str) -> None:
        if name != "priority":
            return
        word, before = self.word(), str(self.office.here()[text]["priority"])
        try:
            self.office.change(text, priority=word)
        except NotAllowed:  # it is in conflict
            return
        self.seen |= {old for old in self.typed if old in before}
        self.typed[word] = (text, name)

    def _there(self, key: str, text: str, name: str) -> None:
        word = self.word()
        fields = self.office.system.records[key]
        self.seen |= {old for old in self.typed if old in str(fields.get(name) or "")}
        fields[name] = word
        self.typed[word] = (text, name)

    def sync(self) -> None:
        self.office.sync("tickets")
        self.check()

    def check(self) -> None:
        """I1: every word is current, or superseded by who saw it, or waits. I4: one record an action."""
        office = self.office
        held = repr([each.model_dump() for each in office.stored(Conflict)])
        held += repr([each.model_dump() for each in office.stored(Proposal)])
        held += repr(office.here()) + repr(office.system.records) + repr(self.entries())
        for word, (text, name) in self.typed.items():
            assert word in self.seen or word in held, f"{word} in {name} of {text} is lost"
        texts = Counter(str(fields["text"]) for fields in office.system.records.values())
        assert max(texts.values()) == 1, "an action has two records"

    def entries(self) -> list[Any]:
        from actiontrack.domain.nouns import Update

        return self.office.stored(Update)


def _trouble(system: System, does: str, text: str, name: str) -> None:
    """What comes over the system next."""
    if does == "cut off":
        system.cut_off()
    elif does == "partial":
        system.partial = frozenset({name})
    elif does == "crash":
        system.writing[text] = TimeoutError()
    elif does == "skip":
        system.writing[text] = SkippableError("It can't go.")
    elif does == "busy":
        system.reading = RetryableError("It is busy.", retry_after=5)
    elif does == "catch up":
        system.shows.clear()
    elif does == "expire":
        system.expire()


# Shrinking whole histories over a real store takes minutes; the events that failed are printed as they are.
@settings(
    derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), max_examples=15, phases=[Phase.generate]
)
@given(ABLE, EVENTS)
def test_i1_i4_nothing_typed_is_lost_and_nothing_is_made_twice(
    able: dict[str, bool], events: list[tuple[str, int, int]]
) -> None:
    history = History(able)
    office = history.office
    try:
        for event in events:
            history.do(*event)
        _settle(history)
    finally:
        office.core.store.close()


def _settle(history: History) -> None:
    """I2: with every trouble over, two rounds bring both sides together, but for what waits for a person."""
    office, system = history.office, history.office.system
    system.shows.clear()
    system.writing.clear()
    system.reading, system.partial = None, None
    system._answers = True  # a trouble that never came
    office.pass_time(days=2)
    for _ in range(2):
        history.sync()
    for asked in office.open_proposals:
        if asked.kind == "repair":
            answer_proposal(office.core, asked.id, accept=True, who="manager")
    for _ in range(2):
        history.sync()
    before = {key: dict(fields) for key, fields in system.records.items()}
    told = office.sync("tickets")
    assert (told.status, told.updated_here, told.updated_there, told.created_there) == ("ok", 0, 0, 0), "I3"
    assert {key: dict(fields) for key, fields in system.records.items()} == before
    frozen = {(each.action, each.field) for each in office.open_conflicts}
    frozen |= {(each.action, each.field) for each in office.open_proposals}
    for text, action in office.here().items():
        keys = [key for key, fields in system.records.items() if fields["text"] == text]
        assert keys or text in history.deleted, f"{text} was made nowhere"
        if keys and (action["ref"], "priority") not in frozen:
            assert (system.records[keys[0]].get("priority") or "") == action["priority"], text
    left = [each for each in office.stored(Intent) if each.state in (IntentState.INTENDED, IntentState.UNKNOWN)]
    assert [each for each in left if office.here() and not history.deleted] == []
