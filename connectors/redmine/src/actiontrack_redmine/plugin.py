"""Offers the connector to the house. Nothing heavy is imported until one is made."""

from __future__ import annotations

from collections.abc import Callable

from actiontrack.api import Connector, InstanceContext, InstanceSettings, hookimpl
from actiontrack_redmine.options import RedmineOptions


def make(settings: InstanceSettings, context: InstanceContext) -> Connector:
    """A connector for one instance of the configuration."""
    from actiontrack_redmine.connector import RedmineConnector

    return RedmineConnector(RedmineOptions.model_validate(dict(settings.options)), context)


@hookimpl
def register_connectors(register: Callable[..., None]) -> None:
    """Offer the type "redmine"."""
    register("redmine", RedmineOptions, make)
