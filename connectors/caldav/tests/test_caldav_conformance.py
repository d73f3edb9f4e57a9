"""The CalDAV connector keeps the connector port's rules on a real Radicale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from between import Between, between

from actiontrack.api import Batch, Connector, Write
from actiontrack.testing import ConnectorTests, Remote, web_context
from actiontrack_caldav.connector import CalDavConnector
from actiontrack_caldav.options import CalDavOptions

pytestmark = pytest.mark.server


class Kept:
    """A list with two tasks of ours."""

    field = "text"

    def __init__(self, tasks: Any, stand: Between) -> None:
        self._tasks = tasks
        self._stand = stand
        self.secret = tasks.password
        self.cut_off = stand.cut_off
        self.delete = tasks.delete
        self.expire = tasks.forget_tokens
        writes = [_create(f"op{number}", f"AT-0000-0000-000{number}", f"Task {number}") for number in (1, 2)]
        assert [each.state for each in self.connector().apply(Batch(writes, "", "", {}))] == ["applied", "applied"]

    def connector(self) -> Connector:
        options = CalDavOptions.model_validate(self._tasks.options(self._stand.url))
        return CalDavConnector(options, web_context({"LIST_PASSWORD": self.secret}))

    def edit(self, remote_id: str, text: str) -> None:
        self._tasks.set(remote_id, summary=text)


class TestCalDav(ConnectorTests):
    @pytest.fixture(autouse=True)
    def _reached(self, task_list: Any) -> Iterator[None]:
        self._tasks = task_list
        with ExitStack() as self._stands:
            yield

    def remote(self, tmp_path: Path) -> Remote:
        return Kept(self._tasks, self._stands.enter_context(between(self._tasks.url)))


def _create(op_id: str, ref: str, text: str) -> Write:
    return Write(op_id, "", 0, creates=True, before={}, after={"ref": ref, "text": text})
