"""A plugin in its own tests: loaded as actiontrack loads it."""

from __future__ import annotations

from actiontrack.hooks import Hooks, load_plugins


def plugged(**plugins: object) -> Hooks:
    """These plugins by name, asked before the core's defaults; nothing else that is installed.

    What goes wrong in one is kept in `issues`, as in the suite. Raises UserError for a hook that there is not.
    """
    return load_plugins(plugins, installed=False)
