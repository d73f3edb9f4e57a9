"""Instances that need not be observed: nothing moved there or here since a sync that had nothing to do.

A sync follows from what is observed, what the store holds, the configuration and the day. Where all four are as they
were when one had nothing to do, the next has nothing to do either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from actiontrack import __version__
from actiontrack.domain.ledger import Instance, Intent, IntentState, Link
from actiontrack.ports import Question, Reader
from actiontrack.services.core import Core

if TYPE_CHECKING:
    from actiontrack.services.sync.lane import Lane


def standing_still(core: Core, names: Collection[str]) -> dict[str, Instance]:
    """Those of these instances that nothing moved in, each as it is to be remembered."""
    with core.store.reading() as reader:
        found = [each for each in reader.find(Instance, name=sorted(names)) if each.still]
        likely = [each for each in found if _may_be_still(core, reader, each)]
    marks = {each.name: _mark_now(core, each.name, each.still["mark"]) for each in likely}
    return {
        each.name: each.model_copy(
            update={"still": each.still | {"mark": marks[each.name]}, "seen_at": core.clock.now()}
        )
        for each in likely
        if marks[each.name]
    }


def _mark_now(core: Core, name: str, mark: str) -> str:
    try:
        return core.connectors[name].unchanged(mark)
    except Exception:  # noqa: BLE001 - whatever is wrong there is told when it is observed
        return ""


def _may_be_still(core: Core, reader: Reader, instance: Instance) -> bool:
    """Whether nothing here asks for a sync: no change since, nothing that waits, the same configuration and day."""
    return (
        instance.still.get("policy") == _policy(core, instance.name)
        and not instance.must_confirm
        and reader.head() <= instance.settled
        and not reader.count(Link, instance=instance.name, dirty=True)
        and not reader.count(Intent, instance=instance.name, state=IntentState.INTENDED)
        and _asks_the_same(core, reader, instance)
    )


def _asks_the_same(core: Core, reader: Reader, instance: Instance) -> bool:
    """Whether an instance that shows the open questions shows those there are."""
    shown = instance.still.get("questions")
    if shown is None:
        return True
    from actiontrack.services.sync.questions import digest_of, open_ones

    return bool(shown == digest_of(open_ones(reader, core.instances[instance.name])))


def asked_otherwise(core: Core, still: Mapping[str, Instance]) -> bool:
    """Whether other questions have come to be open since these instances stood still."""
    with core.store.reading() as reader:
        return not all(_asks_the_same(core, reader, each) for each in still.values())


def still_after(core: Core, lane: Lane) -> dict[str, Any]:
    """What to remember of a lane that had nothing to do; nothing of any other."""
    matching = lane.matching
    busy = lane.writes or lane.steps or lane.intents or lane.cut_off or lane.gone or matching.held or matching.missing
    if busy or not lane.seen.exists or any(link.dirty for link in lane.links.values()):
        return {}
    mark = lane.seen.mark()
    return {"policy": _policy(core, lane.name), "mark": mark, "read": len(lane.seen.records)} if mark else {}


def still_once_shown(core: Core, lane: Lane, questions: Sequence[Question]) -> dict[str, Any]:
    """The same of a lane that shows the open questions, once sent; where they had to be written it is not still."""
    from actiontrack.services.sync.questions import digest_of

    known = still_after(core, lane)
    if not known or _mark_now(core, lane.name, known["mark"]) != known["mark"]:
        return {}
    return known | {"questions": digest_of(questions)}


def _policy(core: Core, name: str) -> str:
    """Changes with whatever beside the records decides what a sync does."""
    connected = sorted(core.connected)
    decides = (__version__, core.instances[name], connected, list(core.agencies), core.board, core.clock.today())
    return hashlib.sha256(repr(decides).encode()).hexdigest()[:16]
