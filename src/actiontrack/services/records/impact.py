"""Whether a change reached practice: the check that comes a while after the Board has verified an action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from actiontrack.domain.fields import Actor
from actiontrack.domain.lifecycle import planned_check, words
from actiontrack.domain.nouns import ImpactCheck
from actiontrack.domain.vocabulary import AGREED_STATUSES, Side, Status
from actiontrack.errors import NotAllowed
from actiontrack.ports import Writer
from actiontrack.services.core import Core
from actiontrack.services.records.asking import Asker, change_action
from actiontrack.services.records.changing import new_id, put_fields
from actiontrack.services.records.desk import ActionFile, Desk
from actiontrack.services.records.gaps import forget_mended
from actiontrack.services.records.listing import find_ref


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `measure` is "" where it is the recommendation's own, `on` None for today."""

    passed: bool
    note: str
    on: date | None = None
    measure: str = ""


def check_impact(core: Core, name: str, found: Checked, asker: Asker, *, dry_run: bool = False) -> dict[str, Any]:
    """Enter the check; one that failed reopens the action with what was found. Raises NotAllowed, NotFound."""
    on = found.on or core.clock.today()

    def work(desk: Desk, writer: Writer) -> ActionFile:
        file = desk.file(find_ref(writer, name))
        _refuse_unfit(core, file, found, on, asker)
        held = planned_check(file.checks)
        position = max((each.position for each in file.checks), default=0) + 1
        check = held or ImpactCheck(ref=new_id(), action=file.action.ref, position=position, due=on)
        made = check.model_copy(
            update={
                "checked": on, "passed": found.passed, "note": found.note.strip(), "by": asker.who,
                "measure": _measure(desk, file, found.measure.strip()),
            }
        )  # fmt: skip
        file.checks[:] = [each for each in file.checks if each.ref != made.ref] + [made]
        desk.put(made)
        desk.touch(file)
        if found.passed:
            desk.put_action(file, impact_check_due=None)
            forget_mended(desk, file)
        else:
            reason = f"The impact check of {on} failed: {made.note}"
            unit = {"status": Status.IN_PROGRESS.value, "status_reason": reason}
            put_fields(desk, file, unit, Actor(Side.BOARD), who=asker.who)
        return file

    return change_action(core, asker, work, dry_run=dry_run)


def _refuse_unfit(core: Core, file: ActionFile, found: Checked, on: date, asker: Asker) -> None:
    ref = file.action.ref
    verified = max((each.verified_on for each in file.checks if each.verified_on), default=None)
    if asker.agency:
        raise NotAllowed(f"{ref}: the Board checks whether a change reached practice; leave --agency out.")
    if file.action.status not in AGREED_STATUSES:
        raise NotAllowed(f"{ref} is {words(file.action.status)}; its impact is checked once the Board has verified it.")
    if not found.note.strip():
        raise NotAllowed(f"{ref}: an impact check needs what was found, in words: --note T.")
    if on > core.clock.today():
        raise NotAllowed(f"{ref}: the impact check of {on} lies in the future; enter it when it was made.")
    if verified is not None and on < verified:
        raise NotAllowed(f"{ref} was verified on {verified}; a check of {on}, before that, says nothing of it.")


def _measure(desk: Desk, file: ActionFile, said: str) -> str:
    """What it is checked against. One that is said is its recommendation's from now on, where that had none."""
    items = desk.answered(file.action)
    if said:
        if len(items) == 1 and not items[0].impact_measure.strip():
            desk.put(items[0].model_copy(update={"impact_measure": said}))
        return said
    stated = "; ".join(item.impact_measure.strip() for item in items if item.impact_measure.strip())
    earlier = [each.measure for each in sorted(file.checks, key=lambda each: each.position) if each.measure]
    if not stated and not earlier:
        which = f" ({', '.join(item.ref for item in items)})" if items else ""
        raise NotAllowed(
            f"{file.action.ref}: none of the recommendations it answers{which} states an impact_measure; say what "
            "it was checked against: --measure T."
        )
    return stated or earlier[-1]
