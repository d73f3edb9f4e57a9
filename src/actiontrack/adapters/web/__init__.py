"""The way out over HTTP: where it may lead (addresses), how it leads there (transport), one request (asking)."""

from __future__ import annotations

from actiontrack.adapters.web.addresses import Outbound
from actiontrack.adapters.web.asking import SafeWeb

__all__ = ["Outbound", "SafeWeb"]
