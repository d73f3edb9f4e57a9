"""Offers the connector to the house. Nothing heavy is imported until one is made."""

from __future__ import annotations

from collections.abc import Callable

from actiontrack.api import Connector, InstanceContext, InstanceSettings, hookimpl
from actiontrack_helpdesk.options import HelpdeskOptions


def make(settings: InstanceSettings, context: InstanceContext) -> Connector:
    """A connector for one instance of the configuration."""
    from actiontrack_helpdesk.connector import HelpdeskConnector

    return HelpdeskConnector(HelpdeskOptions.model_validate(dict(settings.options)), context)


@hookimpl
def register_connectors(register: Callable[..., None]) -> None:
    """Offer the type "helpdesk"."""
    register("helpdesk", HelpdeskOptions, make)
