"""A sync of the board's platform, before and after its actions: reviews come in, decisions are told."""

from __future__ import annotations

from actiontrack.domain.ledger import Instance
from actiontrack.errors import ActionTrackError, RetryableError
from actiontrack.ports import Platform
from actiontrack.services.platform.reviews import take_reviews
from actiontrack.services.platform.telling import tell_decisions
from actiontrack.services.sync.running import Run, fault_of


def take_in_reviews(run: Run) -> None:
    """What changed in the platform's reviews. What is wrong with it, its observation tells."""
    platform = _platform(run)
    if platform is None:
        return
    try:
        take_reviews(run.core, platform, run.who)
    except ActionTrackError:
        return
    except Exception as error:  # noqa: BLE001 - a platform's fault of any kind stays with it
        run.results[run.core.platform].why = fault_of(error)


def tell_what_was_decided(run: Run) -> None:
    """Comments on the platform's actions; what can't be told now is told by a later sync."""
    platform = _platform(run)
    if platform is None or not _is_adopted(run):
        return
    result = run.results[run.core.platform]
    try:
        tell_decisions(run.core, platform, run.who)
    except RetryableError as error:
        result.status, result.why = "deferred", str(error)
    except ActionTrackError as error:
        result.status, result.why = "failed", str(error)
    except Exception as error:  # noqa: BLE001 - as above
        result.status, result.why = "failed", fault_of(error)


def _platform(run: Run) -> Platform | None:
    """The platform, where this run is its too and nothing is wrong with it."""
    name = run.core.platform
    if name not in run.results or run.results[name].status != "ok":
        return None
    try:
        found = run.core.connector(name)
    except ActionTrackError:
        return None
    return found if isinstance(found, Platform) else None


def _is_adopted(run: Run) -> bool:
    with run.core.store.reading() as reader:
        known = reader.get(Instance, run.core.platform)
    return known is not None and known.adopted_at is not None
