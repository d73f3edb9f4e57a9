"""Offers the connector to the house. Nothing heavy is imported until one is made."""

from __future__ import annotations

from collections.abc import Callable

from actiontrack.api import Connector, InstanceContext, InstanceSettings, hookimpl
from actiontrack_request_tracker.options import PlatformOptions, TrackerOptions


def make(settings: InstanceSettings, context: InstanceContext) -> Connector:
    """A connector to one queue."""
    from actiontrack_request_tracker.connector import TrackerConnector

    return TrackerConnector(TrackerOptions.model_validate(dict(settings.options)), settings, context)


def make_platform(settings: InstanceSettings, context: InstanceContext) -> Connector:
    """A connector to the board's queue, with its reviews."""
    from actiontrack_request_tracker.platform import TrackerPlatform

    return TrackerPlatform(PlatformOptions.model_validate(dict(settings.options)), settings, context)


@hookimpl
def register_connectors(register: Callable[..., None]) -> None:
    """Offer the type "request-tracker"."""
    register("request-tracker", TrackerOptions, make)


@hookimpl
def register_platforms(register: Callable[..., None]) -> None:
    """Offer it as a board's platform, too."""
    register("request-tracker", PlatformOptions, make_platform)
