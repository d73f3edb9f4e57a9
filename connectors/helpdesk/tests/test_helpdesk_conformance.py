"""The helpdesk connector keeps the connector port's rules on a real django-helpdesk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from between import Between, between

from actiontrack.api import Batch, Connector, Write
from actiontrack.testing import ConnectorTests, Remote, web_context
from actiontrack_helpdesk.connector import HelpdeskConnector
from actiontrack_helpdesk.options import HelpdeskOptions

pytestmark = pytest.mark.server


class Kept:
    """A queue with two tickets of ours."""

    field = "text"

    def __init__(self, queue: Any, stand: Between) -> None:
        self._queue = queue
        self._stand = stand
        self.secret = queue.password
        self.cut_off = stand.cut_off
        writes = [
            Write(
                f"op{number}", "", 0, creates=True, before={}, after={"ref": f"AT-{number}", "text": f"Task {number}"}
            )
            for number in (1, 2)
        ]
        outcomes = list(self.connector().apply(Batch(writes, "", "", {})))
        assert [each.state for each in outcomes] == ["applied", "applied"], outcomes

    def connector(self) -> Connector:
        told = {
            "url": self._stand.url, "user": self._queue.user, "password": {"env": "DESK_PASSWORD"},
            "queue": self._queue.number,
        }  # fmt: skip
        return HelpdeskConnector(HelpdeskOptions.model_validate(told), web_context({"DESK_PASSWORD": self.secret}))

    def edit(self, remote_id: str, text: str) -> None:
        self._queue.change(remote_id, title=text)


class TestHelpdesk(ConnectorTests):
    @pytest.fixture(autouse=True)
    def _reached(self, queue: Any) -> Iterator[None]:
        self._queue = queue
        with ExitStack() as self._stands:
            yield

    def remote(self, tmp_path: Path) -> Remote:
        return Kept(self._queue, self._stands.enter_context(between(self._queue.url)))
