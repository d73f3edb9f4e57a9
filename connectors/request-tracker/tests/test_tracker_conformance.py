"""The Request Tracker connector keeps the connector port's rules on a real RT."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from between import Between, between

from actiontrack.api import Batch, Connector, InstanceSettings, Side, Write
from actiontrack.testing import ConnectorTests, Remote, web_context
from actiontrack_request_tracker.connector import TrackerConnector
from actiontrack_request_tracker.options import TrackerOptions

pytestmark = pytest.mark.server


class Kept:
    """A queue with two tickets of ours."""

    field = "text"

    def __init__(self, queue: Any, stand: Between) -> None:
        self._queue = queue
        self._stand = stand
        stand.writes = lambda method, path: method in ("PUT", "POST") and "/REST/2.0/" in path
        self.secret = queue.token
        self.cut_off = stand.cut_off
        self.delete = queue.delete
        self.edit = queue.set_text
        writes = [_create(f"op{number}", f"AT-0000-0000-000{number}", f"Task {number}") for number in (1, 2)]
        made = list(self.connector().apply(Batch(writes, "", "", {})))
        assert [each.state for each in made] == ["applied", "applied"], made

    def connector(self) -> Connector:
        options = TrackerOptions.model_validate(self._queue.options(self._stand.url))
        settings = InstanceSettings("police", "request-tracker", Side.AGENCY, agency="POL")
        return TrackerConnector(options, settings, web_context({"RT_TOKEN": self.secret}))


class TestRequestTracker(ConnectorTests):
    @pytest.fixture(autouse=True)
    def _reached(self, queue: Any) -> Iterator[None]:
        self._queue = queue
        with ExitStack() as self._stands:
            yield

    def remote(self, tmp_path: Path) -> Remote:
        return Kept(self._queue, self._stands.enter_context(between(self._queue.server.url)))


def _create(op_id: str, ref: str, text: str) -> Write:
    return Write(op_id, "", 0, creates=True, before={}, after={"ref": ref, "text": text})
