"""What must hold after every sync of a `board_world`, told without the engine's own terms where that can be done."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from board_suite import AGENCIES, Sheet

from actiontrack.domain.fields import STATUS_UNIT
from actiontrack.domain.ledger import Conflict, Instance, Link, LinkState, Proposal, StoredIssue
from actiontrack.domain.nouns import Action, Recommendation
from actiontrack.domain.refs import normal_ref
from actiontrack.domain.vocabulary import Side
from actiontrack.services import audit
from actiontrack.services.core import Core
from actiontrack.services.records.desk import Desk
from actiontrack.services.records.projection import LOGS, Viewer, given, project
from actiontrack.services.sync import waiting
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.steps import SyncResult

FILES = {"master": "plan.xlsx", "police": "police.xlsx", "health": "health.xlsx"}
HEADING_OF = {
    "text": "Action", "lead_officer": "Lead officer", "priority": "Priority", "current_due": "Due date",
    "status": "Status", "progress": "Progress", "evidence": "Evidence", "recommendation_text": "Recommendation",
    "status_reason": "Reason (if blocked)", "look_again": "Look again on", "comments": "Critical friend's comments",
    "response": "Board's response", "lead_agency": "Lead agency", "self_rating": "RAG",
    "agencies": "Other agencies",
}  # fmt: skip


@dataclass
class Typed:
    """One value that a person typed."""

    words: str
    instance: str
    action: str
    field: str
    seen: bool = False
    """A sync has read it: from then on it may not be lost."""


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.at = datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC)

    def now(self) -> datetime.datetime:
        """The instant."""
        return self.at

    def today(self) -> datetime.date:
        """Its date."""
        return self.at.date()


@dataclass
class Rules:
    """What is known of the world, and the rules it is held to."""

    folder: Path
    core: Core
    clock: Clock
    count: int = 0
    typed: list[Typed] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What was done, for whoever reads a failure."""
    closed_by_hand: bool = False
    known_actions: set[str] = field(default_factory=set)

    # --- looking ------------------------------------------------------------------------------------------------------

    def bytes(self) -> dict[str, bytes]:
        """Every workbook's bytes."""
        return {
            name: (self.folder / file).read_bytes() for name, file in FILES.items() if (self.folder / file).exists()
        }

    def refs(self) -> list[str]:
        """Every action."""
        with self.core.store.reading() as reader:
            return sorted(ref for (ref,) in reader.pick(Action, ("ref",)))

    def ledgers(self) -> str:
        """Every conflict and proposal, open or closed, and every open issue."""
        with self.core.store.reading() as reader:
            kept = [*reader.find(Conflict), *reader.find(Proposal), *reader.find(StoredIssue)]
        return "\n".join(json.dumps(each.model_dump(mode="json"), ensure_ascii=False) for each in kept)

    def past(self) -> str:
        """Everything the audit log holds."""
        return "\n".join(json.dumps(each, ensure_ascii=False) for each in audit.export(self.core.store))

    def head(self) -> int:
        """The audit log's length."""
        with self.core.store.reading() as reader:
            return reader.head()

    def run(self, names: list[str], approve: tuple[str, ...] = ()) -> SyncResult:
        """One sync; what waits for an approval is approved."""
        result = sync(self.core, names, approve=approve, who="manager")
        plans = tuple(each.plan for each in result.connectors if each.status == "guard")
        if plans and not approve:
            return self.run(names, plans)
        for each in result.connectors:
            assert each.status == "ok", f"{each.name}: {each.status} {each.why}"
        return result

    def look_first(self, names: list[str]) -> None:
        """I11: a dry run changes nothing."""
        before = self.bytes(), self.head(), self.ledgers()
        sync(self.core, names, dry_run=True, who="manager")
        assert (self.bytes(), self.head(), self.ledgers()) == before, "a dry run changed something"

    def _protect(self, names: list[str]) -> None:
        """From here on nothing may be lost; what its own typist took away before any sync read it is no matter."""
        self.known_actions |= set(self.refs())
        cells = {name: str([list(row.values()) for row in self._cells(name)]) for name in FILES}
        kept = []
        for typed in self.typed:
            there = typed.instance not in cells or repr(typed.words)[1:-1] in cells[typed.instance]
            typed.seen |= there and (not names or typed.instance in names)
            if there or typed.seen:
                kept.append(typed)
        self.typed = kept

    def check(self, result: SyncResult, *, everything: bool) -> None:
        """What must hold after a sync, whatever was typed before it."""
        self._check_actions()
        self._check_counts(result)
        verdict = audit.verify(self.core.store)
        assert verdict["broken_at"] is None, "the audit chain is broken"
        if everything:
            self._check_quiet()
            self._check_typed()
            self._check_cells()
            self._check_ownership()
            self._check_full_look()

    def _check_actions(self) -> None:
        """I9: no action is gone, none was closed by itself."""
        now = self.core.store
        with now.reading() as reader:
            refs = {ref for (ref,) in reader.pick(Action, ("ref",))}
            links = reader.find(Link)
        assert self.known_actions <= refs, "an action is gone"
        per = [(link.instance, link.remote_id) for link in links if link.remote_id]
        assert len(per) == len(set(per)), "two actions share a record"

    def _check_counts(self, result: SyncResult) -> None:
        """The counts are what the lists show."""
        conflicts, proposals = waiting.conflicts(self.core), waiting.proposals(self.core)
        for each in result.connectors:
            assert each.conflicts == sum(1 for one in conflicts if each.name in one["sides"])
            assert each.proposals == sum(1 for one in proposals if one["connector"] == each.name)

    def _check_quiet(self) -> None:
        """I2, I3: the next run writes nothing, here or there."""
        self._check_still("a second sync")

    def _check_full_look(self) -> None:
        """What nobody looked at because nothing had changed is as it would be had everything been looked at."""
        with self.core.store.writing("test", "test") as writer:
            for each in writer.find(Instance):
                writer.put(each.model_copy(update={"fingerprint": "another"}))
        self._check_still("a full look")

    def _check_still(self, what: str) -> None:
        before = self.bytes(), self.head(), self.ledgers()
        self.run([])
        after = self.bytes(), self.head(), self.ledgers()
        assert after[1] == before[1], f"{what} entered {self._news(before[1])}"
        assert after[0] == before[0], f"{what} changed bytes"
        changed = set(after[2].splitlines()) ^ set(before[2].splitlines())
        assert not changed, f"{what} changed the ledgers: {changed}"

    def _news(self, position: int) -> list[Any]:
        with self.core.store.reading() as reader:
            return [
                (each.source, each.noun, each.ref, each.before, each.after) for each in reader.entries(after=position)
            ]

    def _check_typed(self) -> None:
        """I1: what was typed is in the history, a conflict, a proposal or an issue, or its cell waits behind one."""
        kept = self.past() + self.ledgers()
        waiting = self._waiting()
        cells = {name: self._cells(name) for name in FILES}
        left = []
        for typed in self.typed:
            if json.dumps(typed.words, ensure_ascii=False)[1:-1] in kept:
                continue
            still = [
                row for row in cells.get(typed.instance, []) if any(typed.words in str(cell) for cell in row.values())
            ]
            # Held back: the row or the field waits for an answer that stands open.
            assert still, f"lost: {typed}"
            ref = str(still[0].get("Action ID"))
            if (typed.instance, ref) in waiting or (typed.instance, "") in waiting or ref in waiting:
                left.append(typed)
                continue
            raise AssertionError(f"not lost, but nobody is told: {typed} {still[0]}")
        self.typed = left

    def _waiting(self) -> set[Any]:
        with self.core.store.reading() as reader:
            found: set[Any] = {each.action for each in reader.find(Conflict, closed_at=None)}
            for each in reader.find(Proposal, closed_at=None):
                found.add((each.instance, each.action))
            for issue in reader.find(StoredIssue):
                found.add((issue.source, issue.id.split(":")[0]))
                if issue.id.startswith("row:"):
                    found.add((issue.source, ""))
            about = {each.target for each in reader.find(Conflict, closed_at=None) if each.noun == "recommendation"}
            found |= {ref for ref, answered in reader.pick(Action, ("ref", "recommendations")) if about & set(answered)}
        return found

    def _cells(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / FILES[name]
        return Sheet(path).rows() if path.exists() else []

    def _check_cells(self) -> None:
        """Every cell of every linked row says what the store says, or something stands open about it."""
        with self.core.store.reading() as reader:
            desk = Desk(reader, self.core.board, self.core.clock.now())
            for name in FILES:
                live = {link.action: link for link in reader.find(Link, instance=name, state=LinkState.LIVE.value)}
                held = any(issue.id.startswith("row:") for issue in reader.find(StoredIssue, source=name))
                for cells in self._cells(name):
                    ref = normal_ref(str(cells.get("Action ID") or "")) or ""
                    if ref in live and not held:
                        self._check_row(name, desk, live[ref], cells)

    def _check_row(self, name: str, desk: Desk, link: Link, cells: dict[str, Any]) -> None:
        settings, ref = self.core.instances[name], link.action
        file = desk.file(ref)
        agency = settings.agency if settings.side is Side.AGENCY else ""
        if file.leg(agency) is None if agency else file.action.review != settings.review:
            return  # it has left the instance's scope: its row stays as it is
        shown = {each for each, heading in HEADING_OF.items() if heading in cells}
        viewer = Viewer(settings.side, agency, shown)
        ours, names = project(desk, file, viewer), given(desk, file, viewer)
        asked = self._open_about(desk, name, ref, set(file.action.recommendations))
        for each in sorted((shown & set(ours) & names) - set(LOGS) - asked):
            said = _said(each, cells[HEADING_OF[each]])
            if each == "status" and said == "":
                said = "not_started"
            if said == "" and link.assumed.get(each) == ours[each]:
                continue  # what was left blank in a new row is not filled in there
            assert said == ours[each], f"{name} {ref} {each}: the cell says {said!r}, the store {ours[each]!r}"

    @staticmethod
    def _open_about(desk: Desk, name: str, ref: str, recommendations: set[str]) -> set[str]:
        """The fields of a row about which a conflict, a proposal or an issue stands open."""
        reader = desk.reader
        found = {
            each.field
            for each in reader.find(Conflict, closed_at=None)
            if each.action == ref or (each.noun == "recommendation" and each.target in recommendations)
        }
        found |= {each.field for each in reader.find(Proposal, instance=name, action=ref, closed_at=None)}
        for issue in reader.find(StoredIssue, source=name):
            about, *parts = issue.id.split(":")
            found |= set(parts) if about == ref else set()
        return found | set(STATUS_UNIT) if found & set(STATUS_UNIT) else found

    def _check_ownership(self) -> None:
        """I7: nothing an agency typed into the Board's fields is in the store unless somebody accepted it."""
        with self.core.store.reading() as reader:
            answered = [each.to_value for each in reader.find(Proposal) if each.how == "accepted"]
            accepted = {
                str(value) for each in answered for value in (each.values() if isinstance(each, dict) else [each])
            }
            values = {each.priority for each in reader.find(Action)} | {
                each.text for each in reader.find(Recommendation)
            }
            statuses = {each.status.value for each in reader.find(Action)}
        for value in values:
            agencys = any(f"by {name}" in value for name in ("police", "health", "cliPOL", "cliHEA"))
            assert not agencys or value in accepted or any(value in each for each in accepted), f"unowned: {value}"
        if not self.closed_by_hand and "closed_not_implemented" not in accepted:
            closed = [told for told in self.told if "Closed not" in told and "master" in told]
            assert closed or "closed_not_implemented" not in statuses, "closed by itself"


def _said(name: str, value: Any) -> str:
    """A cell's value in plain words; naive on purpose."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    words = str(value).strip()
    if name in ("status", "response"):
        plain = words.lower().replace(" ", "_")
        return {"done": "reported_complete", "ongoing": "in_progress"}.get(plain, plain)
    if name in ("lead_agency", "agencies"):
        codes = {text: code for code, text in AGENCIES.items()}
        return ", ".join(
            codes.get(part.strip(), part.strip()) for part in words.replace("/", ",").split(",") if part.strip()
        )
    return words.lower() if name == "self_rating" else words
