"""What a plan said and was accepted though a guard would refuse it: noted with the action until it is mended."""

from __future__ import annotations

from actiontrack.domain.closure import needs_of_answer
from actiontrack.domain.lifecycle import found_gaps
from actiontrack.services.records.desk import ActionFile, Desk


def state_gaps(file: ActionFile) -> tuple[str, ...]:
    """What the action's present state lacks, in sentences."""
    return found_gaps(
        file.action, file.legs, file.evidence, file.sign_offs, file.checks, quorum=file.quorum, decisions=file.decided
    )


def answer_gaps(desk: Desk, file: ActionFile) -> tuple[str, ...]:
    """What the Board's answers to the recommendations behind it lack, in sentences."""
    items = desk.answered(file.action)
    return tuple(f"{item.ref}: {need}." for item in items for need in needs_of_answer(item).values())


def mark_answer(desk: Desk, file: ActionFile) -> None:
    """Note what the answer that came with the action lacks: a plan may say one without its reasons."""
    desk.put_action(file, found=tuple(dict.fromkeys((*file.action.found, *answer_gaps(desk, file)))))


def forget_mended(desk: Desk, file: ActionFile) -> None:
    """What an import found missing and is there now is no longer said."""
    if file.action.found:
        gaps = {*state_gaps(file), *answer_gaps(desk, file)}
        desk.put_action(file, found=tuple(gap for gap in file.action.found if gap in gaps))
