"""What the configuration says of telling people: the ways, and the reports that are sent by themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from actiontrack.domain.addresses import is_address
from actiontrack.settings.faults import Faults, one_of
from actiontrack.settings.tables import NotifierTable, SubscriptionTable


@dataclass(frozen=True, slots=True)
class NotifierSettings:
    """One way to tell people, as configured: `only` patterns of addresses, `options` as its type has them."""

    name: str
    type: str
    only: tuple[str, ...]
    options: BaseModel


def read_notifiers(
    notifiers: Iterable[tuple[int, NotifierTable]], models: Mapping[str, type[BaseModel]], faults: Faults
) -> tuple[NotifierSettings, ...]:
    """Those that hold together; the faults of the others are noted. `models` maps types to their options."""
    made: list[NotifierSettings] = []
    for index, each in notifiers:
        where = ("notifier", index)
        if each.name in {other.name for other in made}:
            faults.add((*where, "name"), f"[[notifier]] name = {each.name!r} stands there twice; names are unique")
        options = faults.options(each, each.type, models, where)
        if options is not None:
            made.append(NotifierSettings(each.name, each.type, each.only, options))
    return tuple(made)


_ROLES = ("manager", "chair")
"""Words for the board's own addresses in an audience."""
_ABOUT = {"review": "the ref of the review", "agency": "the agency's code"}
"""Reports of one thing, and what names it."""


def check_subscriptions(
    subscriptions: Iterable[tuple[int, SubscriptionTable]],
    formats: Collection[str] | None,
    faults: Faults,
) -> None:
    """Note what doesn't hold together; `formats` are those installed."""
    names: set[str] = set()
    for index, each in subscriptions:
        where, table = ("subscription", index), "[[subscription]]"
        if each.name in names:
            faults.add((*where, "name"), f"{table} name = {each.name!r} stands there twice; names are unique")
        names.add(each.name)
        for person in each.audience:
            if person not in _ROLES and not is_address(person):
                faults.add((*where, "audience"), f"{table} audience: {person!r} is no address, nor manager or chair")
        for name in each.formats:
            if formats is not None and name not in formats:
                faults.add((*where, "formats"), f"{table} formats: {name!r} is not installed{one_of(formats)}")
        if (each.report in _ABOUT) != bool(each.about):
            needs = f"needs about, {_ABOUT[each.report]}" if not each.about else "takes no about"
            faults.add((*where, "report"), f"{table} report = {each.report!r} {needs}")
