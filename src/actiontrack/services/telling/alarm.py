"""The alarm: what the safeguarding manager must hear beside the digest, such as that the scheduler itself is late."""

from __future__ import annotations

import hashlib

from actiontrack.domain.ledger import Send
from actiontrack.domain.report import day_in_words
from actiontrack.services.core import Core
from actiontrack.services.telling.delivering import SOURCE, Delivered, deliver
from actiontrack.services.telling.message import frozen


def alarm(core: Core, words: str) -> Delivered:
    """Tell the manager, once a day for the same words, within the board's hours. They must hold nothing of the plan's.

    Where there is no manager's address, or no notifier, nobody is told: `status` and `doctor` are then all there is.
    """
    manager, today = core.board.manager, core.clock.today()
    if not manager or not core.ways:
        return Delivered()
    kind = f"alarm {hashlib.sha256(words.encode()).hexdigest()[:8]}"
    title = f"{core.board.name}: actiontrack needs somebody, {day_in_words(today)}"
    said = frozen("actiontrack needs somebody", title, [words], (), ["`actiontrack status` shows how it stands now."])
    with core.store.writing(SOURCE, SOURCE) as writer:
        if not writer.find(Send, person=manager, period=today, kind=kind):
            writer.put(Send(person=manager, period=today, kind=kind, at=core.clock.now(), words=said))
    return deliver(core)
