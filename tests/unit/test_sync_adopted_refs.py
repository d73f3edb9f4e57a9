"""A record of a system's own that becomes an action: our Action ID is written to it, where it could carry one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from systems import Office, System

from actiontrack.ports import Batch, Observation, Outcome
from actiontrack.services.sync.answers import answer_proposal


class Labelled(System):
    """A system whose records have room for our Action ID. `labels`: key → what stands there."""

    def __init__(self) -> None:
        super().__init__(listens=True)
        self.labels: dict[str, str] = {}

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        seen = super().observe(cursor, columns)
        for record in seen.records:
            record.lacks_ref = record.remote_id not in self.labels
        return seen

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        for outcome in super().apply(batch):
            (write,) = [each for each in batch.writes if each.op_id == outcome.op_id]
            if outcome.record is not None and "ref" in write.after:
                self.labels[outcome.record.remote_id] = str(write.after["ref"])
            yield outcome


def test_a_record_that_was_adopted_gets_its_action_id_once() -> None:
    system = Labelled()
    office = Office(system, ("Made here",))
    system.records["own"] = {"text": "Made there", "status": "Open"}
    office.sync()
    (proposal,) = office.open_proposals
    assert "own" not in system.labels, "it is nobody's yet"
    answer_proposal(office.core, proposal.id, accept=True, who="chair")
    for _ in range(3):
        assert office.sync().status == "ok"
    refs = {text: action["ref"] for text, action in office.here().items()}
    assert system.labels == {"own": refs["Made there"], system.key("Made here"): refs["Made here"]}
    sent = len(system.sent)
    office.sync()
    assert len(system.sent) == sent
    office.core.store.close()  # type: ignore[attr-defined]
