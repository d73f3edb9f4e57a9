"""An e-mail's bytes: the same for the same message, and no text of anybody's gets into its headers."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.api import Attachment, Message, NotifierContext, RetryableError, SkippableError
from actiontrack.defaults.notifiers.mail import to_mail
from actiontrack.defaults.notifiers.options import FileOptions
from actiontrack.defaults.notifiers.outbox_folder import FileNotifier

AT = datetime(2026, 9, 8, 9, tzinfo=UTC)
SENDER = "plan@board.example"
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "MIME-Version", "Content-Type"]


def message(**changes: object) -> Message:
    file = Attachment("plan.ics", "text/calendar; method=PUBLISH", b"BEGIN")
    held = {
        "key": "a" * 32, "to": "lead@pol.example", "subject": "1 action is overdue", "text": "AT-1\n",
        "html": "<p>AT-1", "at": AT, "board": "Exampleshire", "attachments": (file,),
    }  # fmt: skip
    return Message(**{**held, **changes})  # type: ignore[arg-type]


hostile = st.text(st.sampled_from('aé\r\n\0\u2028\u0085\x0b:;<>@,"= \t'), max_size=30)


@given(subject=hostile, board=hostile, to=hostile, text=st.text(max_size=60), html=st.text(max_size=60))
def test_no_text_makes_a_header(subject: str, board: str, to: str, text: str, html: str) -> None:
    one = message(subject=subject, board=board, to=f"{to}@pol.example", text=text, html=html)
    try:
        made = to_mail(one, SENDER)
    except SkippableError:
        return
    assert made == to_mail(one, SENDER)
    mail = message_from_bytes(made, policy=SMTP)
    assert mail.keys() == HEADERS
    assert len(mail["To"].addresses) == 1
    assert [each.addr_spec for each in mail["From"].addresses] == [SENDER]
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["subject", "board", "to"])
def test_a_line_end_in_a_header_is_refused(name: str) -> None:
    with pytest.raises(SkippableError):
        to_mail(message(**{name: "a@b.example\r\nBcc: all@evil.example"}), SENDER)


def test_what_is_attached_comes_out_as_it_went_in() -> None:
    files = (
        Attachment("pack.pdf", "application/pdf", bytes(range(256))),
        Attachment("é.txt", "text/plain; charset=utf-8", "é".encode()),
    )
    mail = message_from_bytes(to_mail(message(attachments=files), SENDER), policy=SMTP)
    found = [(each.get_filename(), each.get_payload(decode=True)) for each in mail.iter_attachments()]  # type: ignore[attr-defined]
    assert found == [(each.name, each.content) for each in files]


def test_the_folder_has_each_message_once(tmp_path: Path) -> None:
    notifier = FileNotifier(FileOptions(sender=SENDER), NotifierContext("outbox", tmp_path, lambda _: ""))
    for _ in range(2):
        notifier.send(message())
    notifier.send(message(key="b" * 32))
    files = sorted((tmp_path / "outbox").iterdir())
    assert [each.name[:12] for each in files] == ["2026-09-08-a", "2026-09-08-b"]
    assert files[0].read_bytes() == to_mail(message(), SENDER)
    assert list(notifier.check()) == []


def test_a_folder_that_can_not_be_written_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file stands in its place")
    notifier = FileNotifier(FileOptions(), NotifierContext("outbox", tmp_path, lambda _: ""))
    with pytest.raises(RetryableError, match="can't be written"):
        notifier.send(message())
    (problem,) = notifier.check()
    assert "outbox" in problem.text
