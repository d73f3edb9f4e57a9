"""GOV.UK Notify as its public reference has it: a server of our own that takes what it takes and refuses as it does.

Reference: https://docs.notifications.service.gov.uk/rest-api.html, sections "Authorisation header", "Send an email",
"Send a file by email" and "Get the status of multiple messages". Nothing here was run against the service itself.
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from actiontrack.api import Attachment, Message, NotifierContext, RetryableError, SkippableError, UserError
from actiontrack.hooks import load_plugins
from actiontrack_govuk_notify.notifier import NotifyNotifier
from actiontrack_govuk_notify.options import Options

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"made_up-{SERVICE}-{SECRET}"
DIGEST, REPORT = "f33517ff-2a88-4f6e-b855-c550268ce08a", "aaaaaaaa-2a88-4f6e-b855-c550268ce08a"
TEMPLATES = {DIGEST: {"subject", "body"}, REPORT: {"subject", "body", "link_to_file"}}


@dataclass
class Service:
    """What it was given, and what it refuses. `lost`: the next message is taken and its answer lost."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    refuses: tuple[int, str, str] | None = None
    lost: bool = False
    url: str = ""

    def answer(self, method: str, path: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(path)
        if self.refuses:
            status, error, message = self.refuses
            return status, {"status_code": status, "errors": [{"error": error, "message": message}]}
        if method == "GET" and parts.path == "/v2/notifications":
            (wanted,) = parse_qs(parts.query)["reference"]
            found = [{"id": each["id"], "reference": wanted} for each in self.taken if each["reference"] == wanted]
            return 200, {"notifications": found, "links": {"current": path}}
        if method == "GET" and parts.path.startswith("/v2/template/"):
            name = parts.path.rpartition("/")[2]
            return (200, {"id": name}) if name in TEMPLATES else _error(404, "NoResultFound", "No result found")
        assert (method, parts.path) == ("POST", "/v2/notifications/email")
        return self._take(given)

    def _take(self, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        needed = TEMPLATES.get(given["template_id"])
        if needed is None:
            return _error(400, "BadRequestError", "Template not found")
        missing = needed - set(given["personalisation"])
        if missing:
            return _error(400, "BadRequestError", f"Missing personalisation: {', '.join(sorted(missing))}")
        if "@" not in given["email_address"]:
            return _error(400, "ValidationError", "email_address Not a valid email address")
        made = {**given, "id": str(uuid.uuid4())}
        self.taken.append(made)
        if self.lost:
            self.lost = False
            return 0, {}
        return 201, {"id": made["id"], "reference": given.get("reference"), "content": {}, "uri": "", "template": {}}


def _error(status: int, error: str, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"status_code": status, "errors": [{"error": error, "message": message}]}


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        assert self.headers["Content-type"] == "application/json"
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, given: dict[str, Any]) -> None:
        token = self.headers["Authorization"].removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
            lets_in = claims["iss"] == SERVICE and abs(claims["iat"] - time.time()) <= 30
        except jwt.InvalidTokenError:
            lets_in = False
        status, told = (
            self.service.answer(self.command, self.path, given)
            if lets_in
            else _error(403, "AuthError", "Invalid token: signature, api token not found")
        )
        if not status:
            self.close_connection = True
            return
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"service": made}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def notifier(service: Service, key: str = KEY, **options: str) -> NotifyNotifier:
    held = Options(api_key={"env": "KEY"}, template=DIGEST, url=service.url, timeout=5, **options)  # type: ignore[arg-type]
    return NotifyNotifier(held, NotifierContext("notify", Path(), lambda _: key))


def message(*files: Attachment, to: str = "lead@pol.example") -> Message:
    calendar = Attachment("plan.ics", "text/calendar; method=PUBLISH", b"BEGIN:VCALENDAR")
    at = datetime(2026, 9, 8, 9, tzinfo=UTC)
    return Message(
        "a" * 32, to, "1 action is overdue", "The text", "<p>", at, "Board", (*files, *(() if files else (calendar,)))
    )


def test_it_is_offered() -> None:
    assert load_plugins().notifiers["govuk-notify"].options_model is Options


def test_a_digest_is_handed_over(service: Service) -> None:
    said = notifier(service, reply_to=DIGEST).send(message())
    (taken,) = service.taken
    assert said == taken.pop("id")
    assert taken == {
        "email_address": "lead@pol.example",
        "template_id": DIGEST,
        "personalisation": {"subject": "1 action is overdue", "body": "The text"},
        "reference": "a" * 32,
        "email_reply_to_id": DIGEST,
    }


def test_one_whose_answer_was_lost_is_not_given_twice(service: Service) -> None:
    service.lost = True
    with pytest.raises(RetryableError):
        notifier(service).send(message())
    assert notifier(service).send(message()) == f"{service.taken[0]['id']}, given before"
    assert len(service.taken) == 1


def test_a_report_goes_as_links_one_a_file(service: Service) -> None:
    files = [Attachment(f"pack.{kind}", f"application/{kind}", kind.encode()) for kind in ("pdf", "docx")]
    notifier(service, report_template=REPORT).send(message(*files))
    assert [each["reference"] for each in service.taken] == [f"{'a' * 32}-1", f"{'a' * 32}-2"]
    links = [each["personalisation"]["link_to_file"] for each in service.taken]
    assert [each["filename"] for each in links] == ["pack.pdf", "pack.docx"]
    assert [base64.b64decode(each["file"]) for each in links] == [b"pdf", b"docx"]


def test_a_report_that_can_not_go_is_refused(service: Service) -> None:
    with pytest.raises(SkippableError, match="no report_template"):
        notifier(service).send(message(Attachment("pack.pdf", "application/pdf", b"")))
    large = Attachment("pack.pdf", "application/pdf", bytes(2 * 1024 * 1024 + 1))
    with pytest.raises(SkippableError, match="larger than the 2 MB"):
        notifier(service, report_template=REPORT).send(message(large))
    assert service.taken == []


@pytest.mark.parametrize(
    ("refusal", "kind", "waits"),
    [
        ((400, "ValidationError", "email_address Not a valid email address"), SkippableError, None),
        ((400, "BadRequestError", "Can't send to this recipient using a team-only API key"), SkippableError, None),
        ((400, "BadRequestError", "Template not found"), UserError, None),
        ((400, "BadRequestError", "Missing personalisation: body"), UserError, None),
        ((403, "AuthError", "Invalid token: API key not found"), UserError, None),
        ((429, "RateLimitError", "Exceeded rate limit for key type LIVE"), RetryableError, 60.0),
        ((429, "TooManyRequestsError", "Exceeded send limits (50) for today"), RetryableError, 3600.0),
        ((500, "Exception", "Internal server error"), RetryableError, None),
        ((503, "", "Service unavailable"), RetryableError, None),
    ],
)
def test_what_a_refusal_means(
    service: Service, refusal: tuple[int, str, str], kind: type[Exception], waits: float | None
) -> None:
    service.refuses = refusal
    with pytest.raises(kind) as raised:
        notifier(service).send(message())
    assert refusal[2] in str(raised.value)
    assert type(raised.value) is kind
    assert getattr(raised.value, "retry_after", None) == waits


def test_a_service_that_is_away_is_tried_later(service: Service) -> None:
    away = Service(url="http://127.0.0.1:9")
    with pytest.raises(RetryableError):
        notifier(away).send(message())


def test_the_key_is_never_told(service: Service) -> None:
    for key in (f"made_up-{SERVICE}-{DIGEST}", "short"):
        with pytest.raises(UserError) as raised:
            notifier(service, key=key).send(message())
        assert key not in str(raised.value)


def test_what_is_wrong_is_found_before_anybody_is_told(service: Service) -> None:
    assert list(notifier(service, report_template=REPORT).check()) == []
    wrong = "bbbbbbbb-2a88-4f6e-b855-c550268ce08a"
    (found,) = notifier(service, report_template=wrong).check()
    assert wrong in found.text
    assert service.taken == []
