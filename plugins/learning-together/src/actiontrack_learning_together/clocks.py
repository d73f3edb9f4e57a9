"""Regimes and clocks as `learning regimes` tells them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from actiontrack.api import App, NotFound, Review, UserError
from actiontrack_learning_together.checking import nearest
from actiontrack_learning_together.data import Clock, regime_of, regimes

_FROM = {
    "commissioned": "the day it was commissioned",
    "report_signed_off": "the day the report was signed off",
    "published": "the day it was published",
}


def listed(folder: Path) -> list[dict[str, Any]]:
    """Every regime with its clocks."""
    return [
        {
            "regime": name,
            **each.model_dump(mode="json", exclude={"clock", "also"}),
            "clocks": [_told(clock) for clock in each.clock],
        }
        for name, each in regimes(folder).items()
    ]


def clocks_of(app: App, ref: str) -> dict[str, Any]:
    """A review's clocks with the days they give. Raises NotFound, and UserError where its regime is not known."""
    with app.store.reading() as reader:
        review = reader.get(Review, ref)
    if review is None:
        raise NotFound(f"There is no review {ref} here; `actiontrack review list` shows those there are.")
    known = regimes(app.folder)
    name = regime_of(review.regime, known)
    if not name:
        said = f"its regime, {review.regime}, is not known" if review.regime else "it says no regime"
        raise UserError(f"{ref}: {said}; {nearest(review.regime, [each.short for each in known.values()])}.")
    clocks = [_run(clock, review, app) for clock in known[name].clock]
    return {"ref": ref, "regime": name, "name": known[name].name, "law": known[name].law, "clocks": clocks}


def _told(clock: Clock) -> dict[str, Any]:
    return {
        "name": clock.name, "length": clock.length(), "from": clock.start, "until": clock.until, "mark": clock.mark,
        "source": clock.source, "checked": clock.checked.isoformat() if clock.checked else None,
    }  # fmt: skip


def _run(clock: Clock, review: Review, app: App) -> dict[str, Any]:
    started: date | None = getattr(review, clock.start)
    met: date | None = getattr(review, clock.until) if clock.until else None
    today = app.clock.today()
    if started is None:
        return {**_told(clock), "started": None, "due": None, "met": None, "state": f"waits for {_FROM[clock.start]}"}
    due = clock.due(started, app.calendar)
    met = met if met and met <= today else None
    days = (due - (met or today)).days
    state = (f"met {met}" if days >= 0 else f"met {met}, {-days} days late") if met else _left(days)
    return {**_told(clock), "started": started.isoformat(), "due": due.isoformat(),
            "met": met.isoformat() if met else None, "state": state}  # fmt: skip


def _left(days: int) -> str:
    return f"{days} days left" if days >= 0 else f"{-days} days past"
