"""The rules of the connector port, as a suite that an author subclasses (architecture.md, the connector port)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pytest

from actiontrack.errors import ActionTrackError, CursorExpired, RetryableError, SkippableError
from actiontrack.ports import Batch, Connector, Observation, Outcome, Plain, Record, Write


class Remote(Protocol):
    """One system in an author's test, with at least two records that have keys and a writable text field.

    `field` names that field. A workbook that has to be set up first is set up.

    What else a Remote offers is tried as well; what it does not is left out:

    - `cut_off()`: the next write reaches the system, and its answer is lost;
    - `delete(remote_id)`: a person deletes a record there;
    - `expire()`: the system forgets the cursors it gave;
    - `needs`: fields beside `field` without which it makes no record, and their values;
    - `secret`: what the connector was given to get in with.
    """

    field: str

    def connector(self) -> Connector:
        """A new connector to it: as after a restart."""
        ...

    def edit(self, remote_id: str, text: str) -> None:
        """Change the field as a person would, behind the connector's back."""
        ...


class ConnectorTests:
    """Subclass it and give `remote`; pytest collects the rest."""

    def remote(self, tmp_path: Path) -> Remote:
        """The system to test, made anew for each test."""
        raise NotImplementedError("a subclass of ConnectorTests gives its Remote")

    def test_it_declares_to_write_only_what_it_reads(self, tmp_path: Path) -> None:
        """A write is verified by reading."""
        declared = self.remote(tmp_path).connector().capabilities()
        assert declared.writes <= declared.reads
        assert declared.concurrency in ("strong", "compare", "weak")

    def test_observing_twice_gives_the_same(self, tmp_path: Path) -> None:
        """Nothing moved: the same proof, keys, versions and values, from a connector made anew as well."""
        remote = self.remote(tmp_path)
        first, second = _observe(remote.connector()), _observe(remote.connector())
        assert first.proof == second.proof
        assert _versions(first) == _versions(second)
        assert [record.fields for record in first.records] == [record.fields for record in second.records]

    def test_keys_are_unique_and_there(self, tmp_path: Path) -> None:
        """A record is known by its key wherever it stands."""
        keys = [record.remote_id for record in _observe(self.remote(tmp_path).connector()).records]
        assert len(keys) >= 2
        assert all(keys)
        assert len(set(keys)) == len(keys)

    def test_a_version_changes_if_and_only_if_its_record_does(self, tmp_path: Path) -> None:
        """An edit of one record leaves the others' versions alone."""
        remote = self.remote(tmp_path)
        before = _observe(remote.connector())
        edited = before.records[0].remote_id
        remote.edit(edited, "Edited by a person")
        after = _observe(remote.connector())
        changed = {key for key, version in _versions(after).items() if version != _versions(before)[key]}
        assert changed == {edited}
        assert after.proof != before.proof

    def test_a_write_arrives_and_returns_what_is_there(self, tmp_path: Path) -> None:
        """The outcome's record is what the next observation shows; no other record moves."""
        remote = self.remote(tmp_path)
        connector = remote.connector()
        before = _observe(connector)
        target = before.records[0]
        (outcome,) = _apply(connector, before, _update(remote, target, "Written by us"))
        assert outcome.state == "applied"
        assert outcome.record is not None
        after = _observe(remote.connector())
        found = _by_key(after)[target.remote_id]
        assert found.fields[remote.field] == "Written by us"
        assert (outcome.record.remote_id, outcome.record.version) == (found.remote_id, found.version)
        others = {key: version for key, version in _versions(after).items() if key != target.remote_id}
        assert others == {key: version for key, version in _versions(before).items() if key != target.remote_id}

    def test_a_write_that_changes_nothing_leaves_everything_as_it_was(self, tmp_path: Path) -> None:
        """The next run writes nothing."""
        remote = self.remote(tmp_path)
        connector = remote.connector()
        before = _observe(connector)
        same = str(before.records[0].fields[remote.field])
        (outcome,) = _apply(connector, before, _update(remote, before.records[0], same))
        assert outcome.state == "applied"
        assert _observe(remote.connector()).proof == before.proof

    def test_what_a_person_edited_since_is_never_overwritten(self, tmp_path: Path) -> None:
        """A stale write is said to be stale, and the person's words stand."""
        remote = self.remote(tmp_path)
        connector = remote.connector()
        before = _observe(connector)
        target = before.records[0]
        remote.edit(target.remote_id, "Edited by a person")
        (outcome,) = _apply(connector, before, _update(remote, target, "Written by us"))
        assert outcome.state == "stale"
        assert _by_key(_observe(remote.connector()))[target.remote_id].fields[remote.field] == "Edited by a person"

    def test_every_write_has_one_outcome_by_its_own_id(self, tmp_path: Path) -> None:
        """Outcomes are told apart by op_id, never by order."""
        remote = self.remote(tmp_path)
        connector = remote.connector()
        before = _observe(connector)
        writes = [
            _update(remote, record, f"Written {number}", op_id=f"op-{number}")
            for number, record in enumerate(before.records[:2])
        ]
        outcomes = _apply(connector, before, *writes)
        assert sorted(outcome.op_id for outcome in outcomes) == ["op-0", "op-1"]
        after = _by_key(_observe(remote.connector()))
        texts = [after[record.remote_id].fields[remote.field] for record in before.records[:2]]
        assert texts == ["Written 0", "Written 1"]

    def test_what_is_odd_or_long_arrives_as_it_is_or_is_refused(self, tmp_path: Path) -> None:
        """Emoji, combining characters, five thousand of them: never cut short, never mangled."""
        remote = self.remote(tmp_path)
        connector = remote.connector()
        for text in ODD:
            before = _observe(connector)
            target = before.records[0]
            try:
                (outcome,) = _apply(connector, before, _update(remote, target, text))
            except SkippableError as error:
                outcome = Outcome("op-1", "refused", why=str(error))
            arrived = outcome.state == "applied"
            assert arrived or outcome.why
            expected = text if arrived else target.fields[remote.field]
            assert _by_key(_observe(remote.connector()))[target.remote_id].fields[remote.field] == expected

    def test_what_a_write_created_is_found_by_it(self, tmp_path: Path) -> None:
        """Where it declares `marks`: by `find`, and by the op_id that its record carries."""
        remote = self.remote(tmp_path)
        connector = _able(remote, "marks")
        before = _observe(connector)
        (outcome,) = _apply(connector, before, _create(remote, "op-new"))
        assert outcome.state == "applied"
        assert outcome.record is not None
        found = remote.connector().find("op-new")
        assert found is not None
        assert (found.remote_id, found.version) == (outcome.record.remote_id, outcome.record.version)
        assert _by_key(_observe(remote.connector()))[found.remote_id].op_id == "op-new"
        assert remote.connector().find("op-other") is None

    def test_a_create_sent_twice_makes_one_record(self, tmp_path: Path) -> None:
        """Where it declares `idempotent`: the second answer tells of the first one's record."""
        remote = self.remote(tmp_path)
        connector = _able(remote, "idempotent")
        before = _observe(connector)
        (first,) = _apply(connector, before, _create(remote, "op-new"))
        (second,) = _apply(remote.connector(), _observe(remote.connector()), _create(remote, "op-new"))
        assert first.record is not None
        assert second.record is not None
        assert second.record.remote_id == first.record.remote_id
        assert len(_observe(remote.connector()).records) == len(before.records) + 1

    def test_after_a_lost_answer_reading_tells_that_the_write_arrived(self, tmp_path: Path) -> None:
        """The error is one to try again after, or the outcome is unknown; sending the same again changes nothing."""
        remote = self.remote(tmp_path)
        cut_off = _offered(remote, "cut_off")
        connector = remote.connector()
        before = _observe(connector)
        cut_off()
        assert _answer(connector, before, _update(remote, before.records[0], "Written by us")) != "applied"
        after = _observe(remote.connector())
        found = _by_key(after)[before.records[0].remote_id]
        assert found.fields[remote.field] == "Written by us"
        assert _answer(remote.connector(), after, _update(remote, found, "Written by us")) == "applied"
        assert _versions(_observe(remote.connector())) == _versions(after)

    def test_after_a_lost_answer_a_create_is_found_or_can_be_sent_again(self, tmp_path: Path) -> None:
        """One record, whatever became of the answer."""
        remote = self.remote(tmp_path)
        cut_off = _offered(remote, "cut_off")
        connector = _able(remote, "marks", "idempotent")
        before = _observe(connector)
        cut_off()
        assert _answer(connector, before, _create(remote, "op-new")) != "applied"
        again = remote.connector()
        if again.capabilities().marks:
            assert again.find("op-new") is not None
        if again.capabilities().idempotent:
            assert _answer(again, _observe(again), _create(remote, "op-new")) == "applied"
        assert len(_observe(remote.connector()).records) == len(before.records) + 1

    def test_a_cursor_misses_nothing_and_may_say_things_twice(self, tmp_path: Path) -> None:
        """Where it declares `cursor`: what changed at the cursor or since is told, each time it is asked."""
        remote = self.remote(tmp_path)
        connector = _able(remote, "cursor")
        whole = _observe(connector)
        assert whole.complete
        assert whole.cursor
        one, two = (record.remote_id for record in whole.records[:2])
        remote.edit(one, "Edited first")
        first = remote.connector().observe(whole.cursor, {})
        remote.edit(two, "Edited next")
        second = remote.connector().observe(first.cursor, {})
        assert not first.complete
        assert _texts(remote, first).get(one) == "Edited first"
        assert _texts(remote, second).get(two) == "Edited next"
        again = _by_key(remote.connector().observe(whole.cursor, {}))
        assert {one, two} <= set(again), "asked from the same place, it tells at least the same"
        now = _versions(_observe(remote.connector()))
        assert all(now[key] == record.version for key, record in again.items())

    def test_what_came_since_a_cursor_is_read_by_the_same_rules(self, tmp_path: Path) -> None:
        """Where it declares `cursor`: other columns or words, were it their order, have everything read again."""
        remote = self.remote(tmp_path)
        whole = _observe(_able(remote, "cursor"))
        since = remote.connector().observe(whole.cursor, {})
        assert _rules(since) == _rules(whole)

    def test_a_cursor_tells_what_was_deleted(self, tmp_path: Path) -> None:
        """Where it declares `reports_deletions`."""
        remote = self.remote(tmp_path)
        delete = _offered(remote, "delete")
        connector = _able(remote, "reports_deletions")
        whole = _observe(connector)
        gone = whole.records[0].remote_id
        delete(gone)
        since = remote.connector().observe(whole.cursor, {})
        assert gone in since.gone
        assert gone not in _by_key(since)
        assert gone not in _by_key(_observe(remote.connector()))

    def test_a_cursor_that_expired_is_said_to_be(self, tmp_path: Path) -> None:
        """Everything can be read after it, and gives a cursor that holds."""
        remote = self.remote(tmp_path)
        expire = _offered(remote, "expire")
        connector = _able(remote, "cursor")
        cursor = _observe(connector).cursor
        expire()
        with pytest.raises(CursorExpired):
            remote.connector().observe(cursor, {})
        whole = _observe(remote.connector())
        assert whole.complete
        assert not remote.connector().observe(whole.cursor, {}).complete

    def test_secrets_are_never_shown(self, tmp_path: Path) -> None:
        """Neither by the connector nor in an error."""
        remote = self.remote(tmp_path)
        secret = str(_offered(remote, "secret"))
        connector = remote.connector()
        shown = [repr(connector), str(connector), repr(connector.capabilities())]
        before = _observe(connector)
        shown += [before.source, repr(before.problems)]
        if hasattr(remote, "cut_off"):
            remote.cut_off()
            try:
                shown += [outcome.why for outcome in _apply(connector, before, _update(remote, before.records[0], "x"))]
            except ActionTrackError as error:
                shown += [str(error), repr(error), repr(error.__cause__)]
        assert not [text for text in shown if secret in text]

    def test_problems_say_what_and_what_to_do(self, tmp_path: Path) -> None:
        """The doctor's findings are for a person."""
        assert all(problem.text and problem.do for problem in self.remote(tmp_path).connector().check())


ODD = ("Emoji 🧑‍🤝‍🧑 and é, ẞ, ‏עברית, ﬁ", "Line one\nline two", "Ж" * 5_000)
"""Texts that systems are known to mangle, or to cut short."""


def _offered(remote: Remote, name: str) -> Any:
    """What this Remote offers beside what every one does."""
    if not hasattr(remote, name):
        pytest.skip(f"this Remote offers no {name}")
    return getattr(remote, name)


def _able(remote: Remote, *abilities: str) -> Connector:
    """A connector that declares one of these."""
    connector = remote.connector()
    declared = connector.capabilities()
    if not any(getattr(declared, each) for each in abilities):
        pytest.skip(f"it does not declare {' or '.join(abilities)}")
    return connector


def _answer(connector: Connector, seen: Observation, write: Write) -> str:
    """What came of one write: its outcome's state, or "unknown" where no answer came."""
    try:
        (outcome,) = _apply(connector, seen, write)
    except RetryableError:
        return "unknown"
    return outcome.state


def _create(remote: Remote, op_id: str) -> Write:
    after = {**getattr(remote, "needs", {}), remote.field: "Made by us", "ref": "AT-7K3M-9QWX-2HFC"}
    return Write(op_id=op_id, remote_id="", row=0, creates=True, before={}, after=after)


def _observe(connector: Connector) -> Observation:
    return connector.observe("", {})


def _apply(connector: Connector, seen: Observation, *writes: Write) -> list[Outcome]:
    return list(connector.apply(Batch(writes, seen.proof, seen.binding, dict(seen.columns))))


def _update(remote: Remote, record: Record, text: str, op_id: str = "op-1") -> Write:
    before = record.fields.get(remote.field)
    if not isinstance(before, Plain):
        raise TypeError(f"{remote.field} of {record.remote_id} can't be written; a Remote needs a writable text field")
    return Write(
        op_id=op_id, remote_id=record.remote_id, row=record.row, creates=False, before={remote.field: before},
        after={remote.field: text}, version=record.version,
    )  # fmt: skip


def _versions(seen: Observation) -> dict[str, str]:
    return {record.remote_id: record.version for record in seen.records}


def _rules(seen: Observation) -> tuple[object, ...]:
    """What its records are read and written by."""
    allowed = {name: tuple(words) for name, words in seen.allowed.items()}
    return dict(seen.columns), set(seen.writable), allowed, dict(seen.limits), dict(seen.words)


def _texts(remote: Remote, seen: Observation) -> dict[str, Any]:
    return {record.remote_id: record.fields[remote.field] for record in seen.records}


def _by_key(seen: Observation) -> dict[str, Record]:
    return {record.remote_id: record for record in seen.records}
