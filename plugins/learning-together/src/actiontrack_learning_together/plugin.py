"""Offers the commands to the house. Nothing heavy is imported until one is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    import click


def load() -> click.Command:
    """The group `learning`."""
    from actiontrack_learning_together.commands import learning

    return learning


@hookimpl
def register_commands(register: Any) -> None:
    """Offer `learning`."""
    register("learning", "A whole review as one file, in and out; regimes and their clocks.", load)
