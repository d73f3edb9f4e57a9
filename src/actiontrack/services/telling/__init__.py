"""Telling people: what is owed to each waits in the outbox, is frozen, and goes by the first notifier that takes it.

Comments on a platform are told by services/platform/telling.py; they stand in the same ledger.
"""

from __future__ import annotations

from actiontrack.services.telling.alarm import alarm
from actiontrack.services.telling.delivering import Delivered, deliver

__all__ = ["Delivered", "alarm", "deliver"]
