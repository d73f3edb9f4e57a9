"""A board's platform on a real Request Tracker: set up, reviews read there, actions linked, decisions told once."""

from __future__ import annotations

import http.server
import json
import queue
import re
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from between import Between, between
from board_suite import Suite
from running import starting
from tests.servers.house import Running
from tests.servers.rt import run_script

pytestmark = pytest.mark.server

_numbers = count(1)


class Board:
    """A board's suite beside its platform."""

    def __init__(self, suite: Suite, server: Running, stand: Between, queue: Any) -> None:
        self.suite = suite
        self.stand = stand
        self.number = next(_numbers)
        self.server = server
        self._queue = queue
        suite.monkeypatch.setenv("RT_TOKEN", server.access["token"])
        self.configure()

    def configure(self, *more: str) -> None:
        self.suite.configure(
            f'[platform]\ntype = "request-tracker"\nurl = "{self.stand.url}"\nqueue = "Board {self.number}"\n'
            f'reviews = "Reviews {self.number}"\ntoken = {{ env = "RT_TOKEN" }}\nrate = 1000\n',
            *more,
        )

    @property
    def actions(self) -> Any:
        """The queue of the actions, in somebody's hands."""
        return self._queue(f"Board {self.number}")

    @property
    def reviews(self) -> Any:
        return self._queue(f"Reviews {self.number}")

    def set_up(self, *options: str) -> None:
        told = self.suite.run("platform", "setup", "request-tracker", *options, code=1)
        run_script(self.server.folder, told["script"])

    def review(self, ref: str, title: str, publication: str = "published") -> str:
        """A ticket that is a review."""
        fields = {"Review ref": ref, "Regime": "SAR", "Publication": publication}
        body = {"Queue": f"Reviews {self.number}", "Subject": title, "CustomFields": fields}
        return str(self.reviews.ask("POST", "ticket", json=body)["id"])

    def sync(self) -> dict[str, Any]:
        told = self.suite.sync(code=None)["platform"]
        if told["status"] == "guard":
            told = self.suite.sync("--approve", told["plan"], code=None)["platform"]
        assert told["status"] == "ok", told
        return told

    def add(self, **fields: str) -> str:
        return str(self.suite.run("action", "add", *(f"{name}={value}" for name, value in fields.items()))["ref"])

    def comments(self, ref: str) -> list[str]:
        """What was commented on an action's ticket, oldest first."""
        (ticket,) = self.actions.ids(ref)
        asked = {"query": f"ObjectType = 'RT::Ticket' AND ObjectId = {ticket} AND Type = 'Comment'", "per_page": 100}
        found = self.actions.ask("GET", "transactions", params=asked)["items"]
        return [self._content(each["id"]) for each in sorted(found, key=lambda each: int(each["id"]))]

    def _content(self, transaction: str) -> str:
        links = self.actions.ask("GET", f"transaction/{transaction}")["_hyperlinks"]
        (attachment,) = [each["_url"].rpartition("/")[2] for each in links if each["ref"] == "attachment"]
        import base64

        return base64.b64decode(self.actions.ask("GET", f"attachment/{attachment}")["Content"]).decode().strip()


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracker: Running, named_queue: Any) -> Iterator[Board]:
    with between(tracker.url) as stand:
        stand.writes = lambda method, path: method in ("PUT", "POST") and "/REST/2.0/" in path
        yield Board(Suite(tmp_path, monkeypatch), tracker, stand, named_queue)


def test_set_up_tells_what_lacks_and_its_script_makes_it(board: Board) -> None:
    before = board.suite.run("platform", "setup", "request-tracker", "--dry-run", code=1)
    assert {each["state"] for each in before["steps"]} == {"lacking"}
    (instance,) = board.suite.run("connector", "check", code=1)
    assert "platform setup request-tracker" in instance["problems"][0]["text"]
    script = board.suite.folder / "set-up.pl"
    board.suite.run("platform", "setup", "request-tracker", "--script", str(script), code=1)
    told = run_script(board.server.folder, script.read_text())
    assert f"made: queue Board {board.number}" in told
    again = run_script(board.server.folder, script.read_text())
    assert "made" not in again
    after = board.suite.run("platform", "setup", "request-tracker")
    assert {each["state"] for each in after["steps"]} == {"there"}
    assert board.suite.run("connector", "check")[0]["problems"] == []


def test_before_there_is_a_token_the_script_is_told_all_the_same(board: Board) -> None:
    board.suite.monkeypatch.delenv("RT_TOKEN")
    told = board.suite.run("platform", "setup", "request-tracker", code=1)
    assert "RT_TOKEN" in told["why"]
    assert "use RT::Queue" in told["script"]


def test_the_hook_tells_of_a_change(board: Board) -> None:
    heard: queue.Queue[dict[str, Any]] = queue.Queue()

    class Hears(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Hears) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        board.set_up("--hook", f"http://127.0.0.1:{listening.server_port}/changed")
        ticket = board.actions.make("Made there")
        told = heard.get(timeout=60)
        listening.shutdown()
        thread.join()
    assert (str(told["ticket"]), told["type"]) == (ticket, "Create")
    assert int(told["transaction"]) > 0


def test_what_the_hook_tells_is_synced_at_once(board: Board) -> None:
    """A review made in RT, and an action changed there, are here by the hint alone: nothing is scheduled."""
    token = "f81d4fae-7dec-11d0-a765"
    board.suite.monkeypatch.setenv("HINTS_TOKEN", token)
    board.configure('[hints]\nlisten = "127.0.0.1:0"\ntoken = { env = "HINTS_TOKEN" }\n')
    with starting(board.suite) as begin:
        running = begin()
        (address,) = re.findall(r"http://\S+/hints/", running.wait_for("NAME being one of platform\n"))
        board.set_up("--hook", f"{address}platform/{token}")
        board.review("SAR-2026-01", "Adult K")
        running.wait_for("platform: first sync: 0 actions")
        board.sync()
        ref = board.add(review="SAR-2026-01", text="Train the staff")
        board.sync()
        (ticket,) = board.actions.ids(ref)
        board.actions.change(ticket, Subject="Train all the staff")
        running.wait_for("platform: synced; 1 updated here")
        assert board.suite.run("action", "show", ref)["text"] == "Train all the staff"
        assert running.stop() == 0


def test_reviews_come_from_the_platform(board: Board) -> None:
    board.set_up()
    ticket = board.review("SAR-2026-01", "Adult K")
    board.sync()
    review = board.suite.run("review", "show", "SAR-2026-01")
    assert (review["title"], review["regime"], review["publication"]) == ("Adult K", "SAR", "published")
    assert review["platform_link"].endswith(f"id={ticket}")
    board.suite.run("review", "set", "SAR-2026-01", "title=Adult K, the review")
    board.sync()
    assert board.suite.run("review", "show", "SAR-2026-01")["title"] == "Adult K, the review", "it said nothing new"
    board.reviews.change(ticket, CustomFields={"Publication": "embargoed"})
    board.sync()
    review = board.suite.run("review", "show", "SAR-2026-01")
    assert (review["title"], review["publication"]) == ("Adult K, the review", "embargoed")
    board.reviews.change(ticket, Subject="Adult K, as the platform says")
    board.sync()
    assert board.suite.run("review", "show", "SAR-2026-01")["title"] == "Adult K, the review"
    assert "differently" in str(board.suite.run("status", code=None))


def test_an_action_is_a_ticket_of_its_review_and_both_sides_flow(board: Board) -> None:
    board.set_up()
    review = board.review("SAR-2026-01", "Adult K")
    board.sync()
    ref = board.add(text="Train every team", review="SAR-2026-01", lead_agency="POL", current_due="2026-12-01")
    board.sync()
    (ticket,) = board.actions.ids(ref)
    there = board.actions.ticket(ticket)
    parents = [each["id"] for each in there["_hyperlinks"] if each["ref"] == "parent"]
    assert [str(each) for each in parents] == [review]
    assert there["CustomFields"]["Review"] == "SAR-2026-01"
    assert there["CustomFields"]["Lead agency"] == "Norchester Police"
    board.actions.change(ticket, Status="in progress", CustomFields={"Evidence": "https://example.org/minutes"})
    board.actions.comment(ticket, "Two teams of nine are trained")
    board.sync()
    action = board.suite.run("action", "show", ref)
    assert action["status"] == "in_progress"
    assert [each["text"] for each in action["updates"]] == ["Two teams of nine are trained"]
    assert "https://example.org/minutes" in str(action["evidence"])


def test_decisions_are_told_once_whatever_became_of_the_answer(board: Board) -> None:
    board.set_up()
    refs = [board.add(text=f"Action {number}", lead_agency="POL", current_due="2026-12-01") for number in range(3)]
    board.sync()
    for ref in refs[:2]:
        board.suite.run("action", "extend", ref, "--to", "2027-02-01", "--reason", "The trainer left", "--by", "asker")
    agreed, refused = board.suite.run("proposal", "list")
    board.suite.run("proposal", "accept", agreed["id"], "--by", "chair")
    board.suite.run("proposal", "refuse", refused["id"], "--reason", "Too late", "--by", "chair")
    board.stand.cut_off()
    told = board.suite.sync("platform", code=None)["platform"]
    assert told["status"] == "deferred", "its answer was lost"
    for _ in range(3):
        board.suite.sync("platform", code=None)
    (one,), (other,) = board.comments(agreed["ref"]), board.comments(refused["ref"])
    assert "agreed to 1 February 2027 as its due date instead of 1 December 2026" in one
    assert "refused" in other
    assert "1 December 2026 stands. Too late" in other
    assert board.comments(refs[2]) == []


def test_closures_and_escalations_are_told(board: Board) -> None:
    board.set_up()
    late = board.add(text="Long due", lead_agency="POL", current_due="2026-09-01")
    closed = board.add(text="Not to be", lead_agency="POL")
    board.sync()
    board.suite.run("meeting", "add", "ref=M-1", "body=Board", "date=2026-11-20")
    why = ("status=closed_not_implemented", "status_reason=The service closed", "--meeting", "M-1")
    board.suite.run("action", "set", closed, *why)
    board.suite.run("sweep", code=None, now="2026-11-24T09:00:00Z")
    board.suite.run("sweep", code=None, now="2027-03-24T09:00:00Z")
    board.sync()
    board.sync()
    (said,) = board.comments(closed)
    assert "closed not implemented. The service closed" in said
    assert [each for each in board.comments(late) if each.startswith("Escalated: ")]
    assert len(board.comments(late)) == len(set(board.comments(late)))
