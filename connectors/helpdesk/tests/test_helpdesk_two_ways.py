"""The two-way scenario on a real django-helpdesk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from between import Between, between
from two_ways import KILLS, Theirs, TwoWays, World

from actiontrack_helpdesk.mapping import comments, title_of

pytestmark = pytest.mark.server

_STATES = {"not_started": 1, "in_progress": 2, "reported_complete": 3}


class Tickets:
    """A queue in its people's hands: they see a title, and in a field of its own the whole of a long text."""

    adopting = 'adopt = "*"'

    def __init__(self, queue: Any, stand: Between) -> None:
        self._queue = queue
        self.stand = stand
        self.secrets = {"DESK_PASSWORD": queue.password}
        self.settings = (
            f'type = "helpdesk"\nurl = "{stand.url}"\nuser = "{queue.user}"\npassword = {{ env = "DESK_PASSWORD" }}\n'
            f"queue = {queue.number}\nrate = 1000\n"
        )

    def keys(self, ref: str = "") -> Sequence[str]:
        return [str(each["id"]) for each in self._queue.tickets() if not ref or each["custom_action_id"] == ref]

    def read(self, key: str) -> Mapping[str, Any]:
        ticket = self._queue.ticket(key)
        whole = ticket["custom_action_text"] or ""
        due = ticket["due_date"]
        return {
            "text": whole if title_of(whole) == ticket["title"] else ticket["title"],
            "status": next(ours for ours, theirs in _STATES.items() if theirs == ticket["status"]),
            "due": datetime.fromisoformat(due).astimezone(ZoneInfo("Europe/London")).date() if due else None,
            "progress": comments(ticket) or "",
        }

    def write(self, key: str, **changes: Any) -> None:
        if "progress" in changes:
            self._queue.comment(key, changes["progress"])
        fields: dict[str, Any] = {}
        if "text" in changes:
            fields = {"title": title_of(changes["text"]), "custom_action_text": changes["text"]}
        if "status" in changes:
            fields["status"] = _STATES[changes["status"]]
        if "due" in changes:
            fields["due_date"] = f"{changes['due']}T00:00:00"  # midnight, as their calendar's day begins
        if fields:
            self._queue.change(key, **fields)

    def make(self, text: str) -> str:
        return str(self._queue.make(title=text))


class TestHelpdeskTwoWays(TwoWays):
    @pytest.fixture
    def theirs(self, queue: Any) -> Iterator[Theirs]:
        self.queue = queue
        with between(queue.url) as stand:
            yield Tickets(queue, stand)

    def test_a_comment_changes_nothing_else_and_is_no_template(self, world: World) -> None:
        """A title of a comment becomes the ticket's, a comment on one that is resolved its resolution, and its text is
        rendered by Django."""
        ref = world.add("Train every team")
        world.sync()
        key = world.record(ref)
        self.queue.ask("POST", "followups/", json={"ticket": int(key), "comment": "All trained", "new_status": 3})
        world.settle()
        said = "{{ ticket.title }} {% now 'Y' %} {# not told #} {{{ %} }} {"
        world.suite.run("action", "progress", ref, said)
        world.settle()
        assert world.there(ref)["progress"] == said
        ticket = self.queue.ticket(key)
        assert (ticket["title"], ticket["resolution"]) == ("Train every team", "All trained")
        assert world.show(ref)["text"] == "Train every team"
        assert world.updates(ref) == ["All trained", said]

    def test_somebody_is_quicker(self, world: World) -> None:
        """Who edits the same field between our reading and our writing is not seen: the helpdesk has no precondition.

        An edit of another field in that moment stands, and is heard of; and a status chosen in its own form leaves a
        trace, by which it is put back.
        """
        ref = world.add("Train every team")
        world.sync()
        key = world.record(ref)

        def meanwhile() -> None:
            world.theirs.stand.before_write = None
            world.theirs.write(key, status="in_progress")

        world.set(ref, text="Train every new team")
        world.theirs.stand.before_write = meanwhile
        world.sync(code=None)
        world.settle()
        assert world.there(ref)["text"] == "Train every new team"
        assert world.show(ref)["status"] == "in_progress"
        for race in range(KILLS):

            def chosen() -> None:
                world.theirs.stand.before_write = None
                self.queue.move(key, _STATES["reported_complete"])

            world.set(ref, status="blocked", status_reason="No trainer", look_again="2027-01-04")
            world.theirs.stand.before_write = chosen
            world.sync(code=None)
            (conflict,) = world.suite.run("conflict", "list")
            assert world.there(ref)["status"] == "reported_complete", race
            world.suite.run("conflict", "resolve", conflict["id"], "--take", "theirs", "--by", "chair")
            world.settle()
            assert world.show(ref)["legs"][0]["status"] == "reported_complete"
            world.theirs.write(key, status="in_progress")
            world.settle()
