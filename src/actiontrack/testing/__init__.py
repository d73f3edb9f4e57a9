"""For authors of plugins: conformance suites to subclass, and twins of the ports that need no outside.

A connector's whole test of the port's rules:

    class TestMine(ConnectorTests):
        def remote(self, tmp_path):
            return MyRemote(tmp_path)      # a `Remote`: makes a connector, and edits behind its back

A plugin of another kind is loaded as actiontrack loads it, and its hooks are called:

    hooks = plugged(mine=my_plugin.plugin)
    assert hooks.issues == {}
"""

from actiontrack.hooks import Hooks
from actiontrack.testing.connectors import ConnectorTests, Remote
from actiontrack.testing.plugins import plugged
from actiontrack.testing.twins import HandClock, MemoryConnector, memory_store
from actiontrack.testing.web import web_context

__all__ = [
    "ConnectorTests",
    "HandClock",
    "Hooks",
    "MemoryConnector",
    "Remote",
    "memory_store",
    "plugged",
    "web_context",
]
