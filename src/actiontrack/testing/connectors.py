"""The rules of the connector port, as a suite that an author subclasses (architecture.md, the connector port)."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from actiontrack.ports import Batch, Connector, Observation, Outcome, Plain, Record, Write


class Remote(Protocol):
    """One system in an author's test, with at least two records that have keys and a writable text field.

    `field` names that field. A workbook that has to be set up first is set up.
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

    def test_problems_say_what_and_what_to_do(self, tmp_path: Path) -> None:
        """The doctor's findings are for a person."""
        assert all(problem.text and problem.do for problem in self.remote(tmp_path).connector().check())


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


def _by_key(seen: Observation) -> dict[str, Record]:
    return {record.remote_id: record for record in seen.records}
