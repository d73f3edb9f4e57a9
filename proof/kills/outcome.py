"""What everybody holds in the end, told without the ids that are drawn anew each time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from actiontrack.domain.ledger import Conflict, Intent, IntentState, Link, LinkState, Proposal, StoredIssue
from actiontrack.domain.nouns import Action, Leg, Update
from actiontrack.ports import Reader
from actiontrack.runtime import open_runtime
from proof.kills.people import plain_rows, rows_of
from proof.kills.tables import KEY

Outcome = dict[str, Any]


def outcome(folder: Path) -> Outcome:
    """The records, what waits, what is told, and every row of every file."""
    with open_runtime(str(folder / "actiontrack.toml")) as runtime, runtime.core.store.reading() as reader:
        told = _of_store(reader)
    files = sorted(path for suffix in ("xlsx", "ods", "csv", "json") for path in folder.glob(f"**/*.{suffix}"))
    files = [path for path in files if "backups" not in path.parts and not path.name.startswith(".")]
    told["files"] = {str(path.relative_to(folder)): plain_rows(rows_of(path)) for path in files}
    told["ids"] = {str(path.relative_to(folder)): _ids(rows_of(path)) for path in files if path.suffix != ".json"}
    return told


def _ids(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many rows have an id, how many none, and how many repeat one."""
    ids = [row[KEY] for row in rows if KEY in row]
    return {"with": len(ids), "without": len(rows) - len(ids), "repeated": len(ids) - len(set(ids))}


def _of_store(reader: Reader) -> Outcome:
    actions = {each.ref: each for each in reader.find(Action)}
    updates: dict[str, list[Any]] = defaultdict(list)
    for update in sorted(reader.find(Update), key=lambda update: update.position):
        updates[update.action].append((update.agency, update.text))
    legs: dict[str, list[Any]] = defaultdict(list)
    for leg in reader.find(Leg, active=True):
        legs[leg.action].append((leg.agency, leg.status.value))
    links = reader.find(Link)
    texts = {ref: action.text for ref, action in actions.items()}
    named = {
        ref: each.model_dump(mode="json", include={
            "text", "number", "review", "lead_agency", "lead_officer", "priority", "status", "original_due",
            "current_due", "status_reason",
        })
        | {
            "updates": updates[ref],
            "legs": sorted(legs[ref]),
        }
        for ref, each in actions.items()
    }  # fmt: skip
    return {
        "actions": sorted(named.values(), key=lambda each: (each["text"], str(each))),
        "conflicts": sorted(
            [texts.get(each.action), each.field, each.base, each.ours, sorted(each.sides.items())]
            for each in reader.find(Conflict, closed_at=None)
        ),
        "proposals": sorted(
            (
                [each.kind.value, each.instance, texts.get(each.action), each.field, each.to_value]
                for each in reader.find(Proposal, closed_at=None)
            ),
            key=str,
        ),
        "issues": sorted(
            [each.source, each.text.replace(*_unnamed(each.text, texts))] for each in reader.find(StoredIssue)
        ),
        "links": sorted([each.instance, texts.get(each.action), each.state.value] for each in links),
        "bases": sorted(
            (
                [each.instance, texts.get(each.action), _filled(each.base)]
                for each in links
                if each.state is LinkState.LIVE
            ),
            key=str,
        ),
        "intents left": reader.count(Intent, state=IntentState.INTENDED.value),
    }  # fmt: skip


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """A blank that was agreed says what one that was never spoken of says."""
    return {name: value for name, value in sorted(values.items()) if value != ""}


def _unnamed(text: str, texts: dict[str, str]) -> tuple[str, str]:
    ref = next((ref for ref in texts if ref in text), "")
    return ref, texts.get(ref, "")


def duplicated(told: Outcome) -> int:
    """How many things are there twice that were made once: actions, rows, records, updates, ids."""
    extra = _repeats(each["text"] for each in told["actions"])
    extra += sum(
        _repeats(str(each.get("Action") or each.get("text")) for each in rows) for rows in told["files"].values()
    )
    extra += sum(_repeats(each["updates"]) for each in told["actions"])
    return extra + sum(int(each["repeated"]) for each in told["ids"].values())


def _repeats(things: Iterable[str]) -> int:
    counts = Counter(things)
    return sum(counts.values()) - len(counts)
