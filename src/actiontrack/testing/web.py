"""The way out for a connector in its tests: to servers of this machine, at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from actiontrack.ports import InstanceContext
from actiontrack.testing.twins import HandClock

if TYPE_CHECKING:
    from actiontrack.ports import Clock, Web


def web_context(secrets: Mapping[str, str] | None = None, clock: Clock | None = None) -> InstanceContext:
    """What a connector's factory is given, with a real way out. `secrets`: what { env = "NAME" } stands for."""
    known = dict(secrets or {})
    return InstanceContext(
        name="system", folder=".", state_folder=".", clock=clock or HandClock(),
        secret=lambda where: known[where["env"]], web=_web,
    )  # fmt: skip


def _web(url: str, rate: float, ca: str = "") -> Web:
    from actiontrack.adapters.web import Outbound, SafeWeb

    return SafeWeb(url, Outbound(), lambda: None, ca=ca)
