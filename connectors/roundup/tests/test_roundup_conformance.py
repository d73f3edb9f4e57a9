"""The Roundup connector keeps the connector port's rules on a real Roundup."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from between import Between, between

from actiontrack.api import Batch, Connector, Outcome, Write
from actiontrack.testing import ConnectorTests, Remote, web_context
from actiontrack_roundup.connector import RoundupConnector
from actiontrack_roundup.options import RoundupOptions

pytestmark = pytest.mark.server
RACES = 20


class Now:
    """The time it is."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Kept:
    """A tracker with two issues of ours."""

    field = "text"

    def __init__(self, tracker: Any, stand: Between) -> None:
        self.tracker = tracker
        self._stand = stand
        self.secret = tracker.password
        writes = [_create(f"op{number}", f"AT-0000-0000-000{number}", f"Task {number}") for number in (1, 2)]
        assert [(each.state, each.why) for each in self.apply(*writes)] == [("applied", "")] * 2

    def connector(self) -> Connector:
        options = RoundupOptions.model_validate({**self.tracker.options(self._stand.url), "rate": 1000})
        return RoundupConnector(options, web_context({"ROUNDUP_PASSWORD": self.secret}, Now()))

    def apply(self, *writes: Write) -> list[Outcome]:
        return list(self.connector().apply(Batch(writes, "", "", {})))

    def edit(self, remote_id: str, text: str) -> None:
        self.tracker.change(remote_id, title=text)

    def before_first_write(self, do: Callable[[], None]) -> None:
        """Do this just as our next write arrives there."""

        def before() -> None:
            self._stand.before_write = None
            do()

        self._stand.before_write = before

    def cut_off(self) -> None:
        """The first write of an update is its claim; it is the second that says what was asked for."""
        claims: list[str] = []

        def before() -> None:
            method, path = self._stand.asked[-1]
            if method == "PUT" and not claims:
                claims.append(path)
                return
            self._stand.before_write = None
            self._stand.cut_off()

        self._stand.before_write = before


class TestRoundup(ConnectorTests):
    @pytest.fixture(autouse=True)
    def _reached(self, tracker: Any) -> Iterator[None]:
        self._tracker = tracker
        with ExitStack() as self._stands:
            yield

    def remote(self, tmp_path: Path) -> Remote:
        return self.kept()

    def kept(self) -> Kept:
        stand = self._stands.enter_context(between(self._tracker.url))
        return Kept(self._tracker, stand)

    def test_an_unknown_status_is_refused_by_its_field(self) -> None:
        kept = self.kept()
        record = kept.connector().observe("", {}).records[0]
        before = {"text": record.fields["text"], "status": "unread", "current_due": None}
        after = {"text": "Written by us", "status": "nowhere", "current_due": date(2026, 7, 1)}
        (told,) = kept.apply(Write("op-3", record.remote_id, 0, False, before, after))  # type: ignore[arg-type]
        assert (told.state, told.field) == ("refused", "status")
        assert kept.connector().observe("", {}).records[0].fields["text"] == "Written by us"

    def test_a_retired_issue_is_not_written(self) -> None:
        """Roundup goes on showing it to who knows its number."""
        kept = self.kept()
        record = kept.connector().observe("", {}).records[0]
        kept.tracker.retire(record.remote_id)
        before = {"text": record.fields["text"]}
        (told,) = kept.apply(Write("op-3", record.remote_id, 0, False, before, {"text": "x"}))  # type: ignore[arg-type]
        assert told.state == "stale"

    def test_a_tracker_as_it_should_be_has_no_problems(self) -> None:
        assert list(self.kept().connector().check()) == []

    def test_both_write_at_the_very_same_time(self) -> None:
        """Neither is lost: theirs stands, or was refused to them, or ours is said to be stale."""
        kept = self.kept()
        record = kept.connector().observe("", {}).records[0]
        number, text = record.remote_id, str(record.fields["text"])
        lost, met = [], 0
        for race in range(RACES):
            etag = kept.tracker.issue(number)["@etag"]
            theirs: list[int] = []

            def write(race: int = race, etag: str = etag, theirs: list[int] = theirs) -> None:
                answer = requests.put(
                    f"{kept.tracker.url}/rest/data/issue/{number}", auth=("person", kept.tracker.password), timeout=120,
                    headers={"X-Requested-With": "rest", "Origin": kept.tracker.url, "If-Match": etag},
                    json={"title": f"By them {race}"},
                )  # fmt: skip
                theirs.append(answer.status_code)

            person = threading.Thread(target=write)
            kept.before_first_write(person.start)
            update = Write(f"race-{race}", number, 0, False, {"text": text}, {"text": f"By us {race}"})
            (told,) = kept.apply(update)
            person.join()
            now = kept.tracker.issue(number)["title"]
            met += theirs == [200]
            if now != (f"By them {race}" if theirs == [200] else f"By us {race}" if told.state == "applied" else text):
                lost.append((race, theirs, told.state, now))
            text = now
        assert lost == []
        assert met, "they were to be quicker, now and then"


def _create(op_id: str, ref: str, text: str) -> Write:
    return Write(op_id, "", 0, creates=True, before={}, after={"ref": ref, "text": text})
