"""The audit chain: what enters it, what is found out, what can be rebuilt and what can be erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from actiontrack.adapters.store import open_store
from actiontrack.adapters.store.store import SqlStore
from actiontrack.domain.catalogue import NOUNS, ref_of
from actiontrack.domain.ledger import Lease, Setting
from actiontrack.domain.nouns import Action, Agency, Leg, Meeting, Noun
from actiontrack.domain.vocabulary import Status
from actiontrack.errors import UserError
from actiontrack.ports import Reader, Store
from actiontrack.services import audit

START = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class TickingClock:
    """An hour passes between any two looks."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        self.at += timedelta(hours=1)
        return self.at

    def today(self) -> date:
        return self.at.date()


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with closing(open_store("sqlite://", "board", clock=TickingClock())) as opened:
        yield opened


def action(ref: str, **fields: object) -> Action:
    return Action.model_validate({"ref": ref, "text": f"Do {ref}", "created_at": START, "changed_at": START, **fields})


def put(store: Store, *items: Noun, who: str = "me", source: str = "cli") -> None:
    with store.writing(who, source) as writer:
        writer.put(*items)


def all_live(reader: Reader) -> dict[tuple[str, str], Noun]:
    return {(name, ref_of(item)): item for name, kind in NOUNS.items() for item in reader.find(kind)}


def test_a_change_is_one_entry_with_only_what_changed(store: SqlStore) -> None:
    first = action("A", current_due=date(2026, 5, 1))
    put(store, first)
    put(
        store,
        first.model_copy(update={"current_due": date(2026, 6, 1), "status": Status.BLOCKED}),
        who="Sam",
        source="sync:plan",
    )
    with store.reading() as reader:
        made, changed = reader.entries()
    assert made.before is None
    assert made.after is not None
    assert made.after["current_due"] == "2026-05-01"
    assert set(made.after) == set(Action.model_fields)
    assert (changed.position, changed.who, changed.source, changed.noun, changed.ref) == (
        2,
        "Sam",
        "sync:plan",
        "action",
        "A",
    )
    assert changed.before == {"current_due": "2026-05-01", "status": "not_started"}
    assert changed.after == {"current_due": "2026-06-01", "status": "blocked"}
    assert changed.at - made.at == timedelta(hours=1)


def test_what_changes_nothing_and_bookkeeping_make_no_entry(store: SqlStore) -> None:
    put(store, action("A"))
    put(store, action("A"))
    with store.writing("me", "test") as writer:
        writer.put(Lease(name="l", holder="h", token=1, until=START), Setting(name="s", value="v"))
    with store.reading() as reader:
        assert reader.head() == 1


def test_two_changes_of_a_record_in_one_transaction_are_two_entries_in_order(store: SqlStore) -> None:
    with store.writing("me", "test") as writer:
        writer.add(action("A"), Leg(action="A", agency="POL"))
        writer.put(action("A", text="Second"), action("A", text="Third"), action("A", text="Third"))
        writer.put(action("A", text="Second"))
    with store.reading() as reader:
        entries = list(reader.entries())
        assert [(each.noun, each.ref) for each in entries] == [
            ("action", "A"), ("leg", "A/POL"), ("action", "A"), ("action", "A"), ("action", "A")
        ]  # fmt: skip
        texts = [each.after["text"] for each in entries if each.noun == "action" and each.after]
        assert texts == ["Do A", "Second", "Third", "Second"]
        assert [each.text for each in reader.find(Action)] == ["Second"]
    assert audit.verify(store)["broken_at"] is None


def test_entries_stand_in_the_order_of_the_changes_whatever_is_asked_in_between(store: SqlStore) -> None:
    put(store, Agency(code="OLD", name="Old"))
    with store.writing("me", "test") as writer:
        writer.put(action("A"))
        assert writer.find(Agency) == [Agency(code="OLD", name="Old")]
        writer.put(Agency(code="POL", name="Police"))
        assert writer.count(Agency) == 2
        assert writer.get(Leg, "A", "POL") is None
        writer.put(Leg(action="A", agency="POL"), action("B"))
        writer.erase(Agency, "OLD")
        writer.put(action("C"))
        assert writer.pick(Action, ("ref",)) == [("A",), ("B",), ("C",)]
    with store.reading() as reader:
        assert [each.ref for each in reader.entries(after=1)] == ["A", "POL", "A/POL", "B", "agency/OLD", "OLD", "C"]
    assert audit.verify(store)["broken_at"] is None


def test_one_transaction_may_carry_changes_that_came_by_several_ways(store: SqlStore) -> None:
    with store.writing("me", "sync") as writer:
        writer.attribute("sync:board-plan")
        writer.put(action("A"))
        writer.attribute("sync:police-plan")
        writer.put(action("A", text="theirs"), Leg(action="A", agency="POL"))
    with store.reading() as reader:
        assert [(each.ref, each.source) for each in reader.entries()] == [
            ("A", "sync:board-plan"),
            ("A", "sync:police-plan"),
            ("A/POL", "sync:police-plan"),
        ]


def test_entries_by_record_and_range(store: SqlStore) -> None:
    put(store, action("A"))
    put(store, action("B"))
    put(store, action("A", text="Again"), Leg(action="A", agency="POL"))
    with store.reading() as reader:
        assert [each.position for each in reader.entries(after=1, upto=3)] == [2, 3]
        assert [each.position for each in reader.entries(noun="action", ref="A")] == [1, 3]
        assert [each.position for each in reader.entries(noun="leg")] == [4]
        assert reader.changed_since(2) == {("action", "A"), ("leg", "A/POL")}
        assert reader.changed_since(4) == set()


def test_position_at_an_instant(store: SqlStore) -> None:
    put(store, action("A"))
    put(store, action("B"))
    with store.reading() as reader:
        first, second = (each.at for each in reader.entries())
        assert reader.position_at(first - timedelta(seconds=1)) == 0
        assert reader.position_at(first) == 1
        assert reader.position_at(second - timedelta(microseconds=1)) == 1
        assert reader.position_at(second + timedelta(days=1)) == 2


def test_an_empty_chain_is_whole(store: SqlStore) -> None:
    assert audit.verify(store) == {"entries": 0, "head": "", "broken_at": None, "why": "", "erased": 0}


def five_entries(store: Store) -> None:
    for number in range(5):
        put(store, Agency(code=f"A{number}", name=f"Agency {number}"))


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE audit SET payload = replace(payload, 'Agency 2', 'Agency 7') WHERE position = 3", 3),
        ("UPDATE audit SET salt = '00' WHERE position = 3", 3),
        ("UPDATE audit SET who = 'somebody else' WHERE position = 2", 2),
        ("UPDATE audit SET source = 'nowhere' WHERE position = 2", 2),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE position = 2", 2),
        ("UPDATE audit SET at = 'some day' WHERE position = 2", 2),
        ("UPDATE audit SET noun = 'leg' WHERE position = 4", 4),
        ("UPDATE audit SET ref = 'A0' WHERE position = 4", 4),
        ("UPDATE audit SET hash = lower(hex(zeroblob(32))) WHERE position = 4", 4),
        ("UPDATE audit SET digest = lower(hex(zeroblob(32))) WHERE position = 4", 4),
        ("DELETE FROM audit WHERE position = 1", 1),
        ("DELETE FROM audit WHERE position = 3", 3),
        ("DELETE FROM audit WHERE position = 5", 5),
        ("DELETE FROM audit WHERE position >= 4", 4),
        ("DELETE FROM audit", 1),
        ("UPDATE board SET position = 4", 6),
        ("UPDATE board SET hash = ''", 6),
        ("UPDATE audit SET position = 9 WHERE position = 5", 5),
        ("UPDATE audit SET payload = NULL, salt = NULL WHERE position = 3", 3),
        ("UPDATE audit SET payload = NULL WHERE position = 3", 3),
        ("UPDATE audit SET salt = NULL WHERE position = 3", 3),
    ],
)
def test_tampering_is_found_where_it_happened(store: SqlStore, tampering: str, broken_at: int) -> None:
    five_entries(store)
    assert audit.verify(store)["broken_at"] is None
    with store.engine.begin() as connection:
        connection.exec_driver_sql(tampering)
    verdict = audit.verify(store)
    assert verdict["broken_at"] == broken_at
    assert verdict["why"]


def test_two_entries_that_change_places_are_found(store: SqlStore) -> None:
    five_entries(store)
    with store.engine.begin() as connection:
        for source, target in ((2, 90), (3, 2), (90, 3)):
            connection.exec_driver_sql(f"UPDATE audit SET position = {target} WHERE position = {source}")
    assert audit.verify(store)["broken_at"] == 2


def test_an_export_can_be_checked_with_nothing_but_sha256(store: SqlStore) -> None:
    put(store, action("A"), Meeting(ref="M", body="Board – full", date=date(2026, 4, 1)))
    put(store, action("A", text="Änderung"))
    lines = [json.loads(json.dumps(line)) for line in audit.export(store)]
    previous = ""
    for line in lines:
        digest = sha256((line["salt"] + line["payload"]).encode()).hexdigest()
        meta = [previous, "board", *(line[name] for name in ("position", "at", "who", "source", "noun", "ref")), digest]
        canonical = json.dumps(meta, ensure_ascii=False, separators=(",", ":"))
        previous = sha256(canonical.encode()).hexdigest()
        assert line["hash"] == previous
        assert json.loads(line["payload"]) == {"before": line["before"], "after": line["after"]}
    assert audit.verify(store)["head"] == previous
    assert [line["position"] for line in lines] == [1, 2, 3]


def test_erasing_blanks_the_past_keeps_the_record_and_the_chain(store: SqlStore) -> None:
    put(store, action("A", text="names somebody"), action("B"))
    put(store, action("A", text="names nobody"))
    assert audit.erase(store, "action", "A", who="data protection") == 2
    verdict = audit.verify(store)
    assert (verdict["broken_at"], verdict["erased"], verdict["entries"]) == (None, 2, 5)
    with store.engine.connect() as connection:
        held = [row[0] for row in connection.exec_driver_sql("SELECT payload FROM audit WHERE payload IS NOT NULL")]
    assert "somebody" not in "".join(held)
    with store.reading() as reader:
        entries = list(reader.entries())
        assert [(each.noun, each.ref, each.who) for each in entries[3:]] == [
            ("erasure", "action/A", "data protection"),
            ("action", "A", "data protection"),
        ]
        assert (entries[0].before, entries[0].after) == (None, None)
        rebuilt = audit.replay(reader.entries())
        assert rebuilt["action", "A"]["text"] == "names nobody"
        assert audit.state_at(reader, entry=2).get(Action, "A") is None, "what was erased is unknown in the past"
        assert [each.ref for each in audit.state_at(reader, entry=3).all(Action)] == ["B"]
    put(store, action("A", text="goes on"))
    assert audit.erase(store, "action", "A", who="again") == 2, "the new beginning and the change since"
    assert audit.verify(store)["broken_at"] is None


def test_what_was_erased_is_gone_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with closing(open_store(f"sqlite:///{path}", "board", clock=TickingClock())) as store:
        put(store, action("A", text="names Somebody"))
        put(store, action("A", text="names nobody"))
    assert b"names Somebody" in path.read_bytes(), "the audit chain remembers"
    with closing(open_store(f"sqlite:///{path}", "board", clock=TickingClock())) as store:
        audit.erase(store, "action", "A", who="me")
    assert b"Somebody" not in path.read_bytes()
    assert b"names nobody" in path.read_bytes()


def test_blanking_more_after_an_erasure_is_found(store: SqlStore) -> None:
    put(store, action("A"))
    audit.erase(store, "action", "A", who="me")
    put(store, action("A", text="later"))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET payload = NULL, salt = NULL WHERE position = 4")
    assert audit.verify(store)["broken_at"] == 4


def test_an_erasure_itself_can_not_be_blanked(store: SqlStore) -> None:
    put(store, action("A"))
    audit.erase(store, "action", "A", who="me")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET payload = NULL, salt = NULL WHERE noun = 'erasure'")
    assert audit.verify(store)["broken_at"] is not None


@pytest.mark.parametrize("noun", ["erasure", "link", "nonsense"])
def test_only_records_of_the_domain_have_a_past_to_erase(store: SqlStore, noun: str) -> None:
    with pytest.raises(UserError, match="no kind of record"):
        audit.erase(store, noun, "A", who="me")


def test_a_leg_is_erased_by_its_name(store: SqlStore) -> None:
    put(store, Leg(action="A", agency="N/W", reason="somebody is ill"))
    put(store, Leg(action="A", agency="N/W"))
    assert audit.erase(store, "leg", "A/N/W", who="me") == 2


def test_the_present_and_the_past_have_one_face(store: SqlStore) -> None:
    put(store, action("B"), action("A"), Leg(action="A", agency="POL"))
    put(store, action("A", text="Changed", current_due=date(2026, 5, 1)), action("C"))
    with store.reading() as reader:
        now, past, before = audit.live(reader), audit.state_at(reader, entry=3), audit.state_at(reader, entry=0)
        assert [each.ref for each in now.all(Action)] == ["A", "B", "C"]
        assert [each.ref for each in past.all(Action)] == ["A", "B"]
        assert past.get(Action, "A") == action("A")
        assert past.get(Action, "C") is None
        assert past.get(Leg, "A", "POL") == now.get(Leg, "A", "POL") == Leg(action="A", agency="POL")
        assert (now.position, past.position) == (5, 3)
        assert before.all(Action) == []
        last = [each.at for each in reader.entries()][-1]
        assert audit.state_at(reader, instant=last).position == 5
        assert audit.state_at(reader, instant=last - timedelta(minutes=1)).all(Action) == past.all(Action)
        assert audit.state_at(reader).all(Action) == now.all(Action)


@pytest.mark.parametrize("entry", [-1, 6])
def test_a_past_that_never_was(store: SqlStore, entry: int) -> None:
    five_entries(store)
    with store.reading() as reader, pytest.raises(UserError, match="the newest is 5"):
        audit.state_at(reader, entry=entry)


def test_replaying_the_chain_rebuilds_the_state(store: SqlStore) -> None:
    put(store, *(action(f"A{number}") for number in range(20)), Agency(code="POL", name="Police"))
    for number in range(0, 20, 3):
        put(store, action(f"A{number}", status=Status.IN_PROGRESS, recommendations=("R1",), current_due=START.date()))
    with store.reading() as reader:
        rebuilt = audit.replay(reader.entries())
        assert {name: NOUNS[name[0]].model_validate(fields) for name, fields in rebuilt.items()} == all_live(reader)
