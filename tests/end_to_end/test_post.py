"""People are told by real SMTP: whatever the server does, nothing is lost, and nobody is told twice without knowing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import icalendar
import pytest
from post_office import MARKER, PASSWORD, TOKEN, USER, MailingBoard, PostOffice, open_post_office

DAY = "2026-09-08T09:00:00Z"
"""A Tuesday; what was due on 4 September is overdue by four days."""
OFFICER = "di@pol.example"


def at(time: str, day: int = 8) -> str:
    return f"2026-09-{day:02}T{time}:00Z"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with open_post_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def board(tmp_path: Path, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> MailingBoard:
    made = MailingBoard(tmp_path, monkeypatch)
    made.set_up(office)
    return made


def test_a_digest_arrives_whole(board: MailingBoard, office: PostOffice) -> None:
    late, soon = board.add("2026-09-04", OFFICER), board.add("2026-09-20", OFFICER)
    board.run("meeting", "add", f"body={MARKER}", "date=2026-10-01")
    told = board.run("sweep", now=DAY)
    assert (told["delivered"]["sent"], told["sent"]) == (1, 1)
    (letter,) = office.letters
    mail = letter.mail
    assert (mail["From"], mail["To"]) == ("Exampleshire SAB <plan@board.example>", OFFICER)
    assert mail["Subject"] == "Action plan: 1 action is overdue, 1 action is due soon"
    assert (mail["Auto-Submitted"], mail["List-Id"]) == ("auto-generated", "<actiontrack.board.example>")
    assert mail["Date"].datetime.isoformat() == "2026-09-08T09:00:00+00:00"
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    for shown in (text, page):
        assert f"{late}, due 4 September 2026, 4 days overdue, level L1" in shown
        assert "4 days overdue (due 2026-09-04); L1 goes to the lead officer 1 working day after" in shown
        assert f"{soon}, due 20 September 2026" in shown
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("action-plan.ics", "text/calendar")
    calendar = icalendar.Calendar.from_ical(file.get_payload(decode=True))
    dates = {str(each["SUMMARY"]): each.decoded("DUE").isoformat() for each in calendar.walk("VTODO")}
    assert dates == {f"{late} is due": "2026-09-04", f"{soon} is due": "2026-09-20"}
    (meeting,) = calendar.walk("VEVENT")
    assert (str(meeting["SUMMARY"]), meeting.decoded("DTSTART").isoformat()) == ("Meeting of the Board", "2026-10-01")


def test_again_tells_nobody(board: MailingBoard, office: PostOffice) -> None:
    board.add("2026-09-04", OFFICER)
    for time in ("09:00", "09:30", "15:00"):
        board.run("sweep", now=at(time))
        board.run("sends", "deliver", now=at(time))
    assert len(office.letters) == 1


def test_no_word_of_the_plan_leaves_it(board: MailingBoard, office: PostOffice) -> None:
    board.run("review", "add", "ref=SAR-1", f"title={MARKER}", f"regime={MARKER}", now=at("09:00", 1))
    board.run("recommendation", "add", "review=SAR-1", "number=1", f"text={MARKER}")
    board.run("meeting", "add", f"body={MARKER}", "date=2027-06-01")
    for officer in (OFFICER, f"{MARKER} (DI)", f"{MARKER} <{OFFICER}>", ""):
        ref = board.add("2026-09-04", officer)
        board.run("action", "set", ref, "review=SAR-1", code=None)
        board.run("action", "progress", ref, f"{MARKER} progress")
    days = ("2026-08-07", "2026-09-08", "2026-09-28", "2026-10-20", "2026-12-01", "2027-01-04", "2027-02-01")
    for day in days:
        board.run("sweep", now=f"{day}T10:00:00Z", code=None)
    told = {each.to for each in office.letters}
    assert told == {OFFICER, "lead@pol.example", "acc@pol.example", "chair@board.example"}
    assert len(office.letters) >= len(days)
    for letter in office.letters:
        assert "AT-" in letter.said()
        assert MARKER.lower() not in letter.said().lower()
        assert MARKER.encode() not in letter.content


def test_headers_can_not_be_injected(board: MailingBoard, office: PostOffice) -> None:
    config = board.folder / "actiontrack.toml"
    held = config.read_text().replace('"Exampleshire SAB"', '"Exampleshire\\r\\nBcc: all@evil.example\\r\\n\\r\\nSAB"')
    config.write_text(held)
    board.add("2026-09-04", "a@pol.example\r\nBcc: all@evil.example")
    board.add("2026-09-04", "a@pol.example, b@evil.example")
    board.add("2026-09-04", "a@pol.example> SIZE=1\r\nRCPT TO:<all@evil.example")
    board.run("sweep", now=DAY)
    assert {each.to for each in office.letters} == {"lead@pol.example"}, "what is no address falls to the lead"
    for letter in office.letters:
        assert letter.mail["Bcc"] is None
        assert letter.mail["To"] == "lead@pol.example"
        assert letter.mail["From"].addresses[0].addr_spec == "plan@board.example"


# --- the server says no, later, or nothing --------------------------------------------------------------------------


def test_later_is_tried_again_less_and_less_often(board: MailingBoard, office: PostOffice) -> None:
    board.add("2026-09-04", OFFICER)
    office.no[OFFICER] = "451 4.7.1 greylisted, come back"
    board.run("sweep", now=at("09:00"))
    (send,) = board.sends()
    assert (send["state"], send["attempts"], send["next_try"]) == ("claimed", 1, "2026-09-08T09:01:00+00:00")
    assert "451 4.7.1 greylisted" in send["why"]
    board.run("sends", "deliver", now=at("09:00"))
    assert board.sends()[0]["attempts"] == 1, "not before its time"
    board.run("sends", "deliver", now=at("09:01"), code=5)
    assert board.sends()[0]["next_try"] == "2026-09-08T09:03:00+00:00"
    office.no.clear()
    board.run("sends", "deliver", now=at("09:03"))
    (send,) = board.sends()
    assert (send["state"], send["attempts"], send["why"]) == ("sent", 3, "250 2.0.0 queued as 4711")
    assert len(office.letters) == 1


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_no_is_kept_and_told_and_holds_nobody_up(board: MailingBoard, office: PostOffice, where: str) -> None:
    ref = board.add("2026-09-04", OFFICER)
    if where == "rcpt":
        office.no[OFFICER] = "550 5.1.1 no such mailbox"
    else:
        office.at_data = "554 5.7.1 not taken"
    board.run("sweep", now=at("09:00"))
    (send,) = board.sends(to=OFFICER)
    assert send["state"] == "refused"
    assert board.sends(to="unit@board.example")[0]["state"] == "waiting"
    issues = board.run("status", code=1)["issues"]
    assert [each["source"] for each in issues] == ["post"]
    assert OFFICER in issues[0]["text"]
    office.no, office.at_data = {}, ""
    board.run("sends", "deliver", now=at("10:00"))
    (letter,) = office.letters
    assert letter.to == "unit@board.example"
    assert "A digest of 8 September 2026 to an address at pol.example" in letter.said()
    assert ref in letter.said()
    assert OFFICER not in letter.said()
    board.run("sends", "again", send["id"])
    board.run("sends", "deliver", now=at("10:01"))
    assert [each.to for each in office.letters] == ["unit@board.example", OFFICER]
    assert board.run("status")["issues"] == []


def test_the_others_go_past_one_that_is_refused(board: MailingBoard, office: PostOffice) -> None:
    people = [f"officer{at}@pol.example" for at in range(5)]
    for each in people:
        board.add("2026-09-04", each)
    office.no[people[1]] = "550 5.1.1 no such mailbox"
    office.no[people[3]] = "452 4.2.2 mailbox full"
    told = board.run("sweep", now=at("09:00"))["delivered"]
    assert (told["sent"], told["refused"], told["failed"]) == (3, 1, 1)
    assert [each.to for each in office.letters] == [people[0], people[2], people[4]]


@pytest.mark.parametrize("fault", ["drop", "hang"])
@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_cut_or_silent_connection_loses_nothing(
    board: MailingBoard, office: PostOffice, fault: str, step: str
) -> None:
    if (fault, step) == ("hang", "data"):
        step = "after"
    config = board.folder / "actiontrack.toml"
    config.write_text(config.read_text().replace("timeout = 5", "timeout = 0.5" if fault == "hang" else "timeout = 30"))
    board.add("2026-09-04", OFFICER)
    setattr(office, fault, step)
    board.run("sweep", now=at("09:00"))
    before = [each.content for each in office.letters]
    (send,) = board.sends()
    assert (send["state"], send["attempts"]) == ("claimed", 1)
    setattr(office, fault, "")
    board.run("sends", "deliver", now=at("09:20"))
    board.run("sends", "deliver", now=at("09:40"))
    assert board.sends()[0]["state"] == "sent"
    assert len(office.letters) == len(before) + 1
    assert len({each.content for each in office.letters}) == 1, "what goes twice is the same, byte for byte"


def test_an_answer_that_is_lost_makes_one_more_of_the_same(board: MailingBoard, office: PostOffice) -> None:
    board.add("2026-09-04", OFFICER)
    office.drop = "after"
    board.run("sweep", now=at("09:00"))
    office.drop = ""
    board.run("sends", "deliver", now=at("09:20"))
    board.run("sends", "deliver", now=at("09:40"))
    first, second = office.letters
    assert first.key == second.key
    assert first.content == second.content


def test_a_server_that_is_away_is_left_in_peace(board: MailingBoard, office: PostOffice) -> None:
    for number in range(8):
        board.add("2026-09-04", f"officer{number}@pol.example")
    office.drop = "mail"
    told = board.run("sweep", now=at("09:00"))["delivered"]
    assert (told["failed"], told["waiting"]) == (3, 8)
    assert board.run("status", code=1)["issues"][0]["text"].startswith("Notifier mail: 127.0.0.1:")
    tried = office.tried
    board.run("sends", "deliver", now=at("09:00"))
    assert office.tried == tried, "its rest is not over"
    office.drop = ""
    board.run("sends", "deliver", now=at("09:30"))
    assert len(office.letters) == 8
    assert board.run("status")["issues"] == []


# --- the way is safe, or not gone -----------------------------------------------------------------------------------


def test_with_a_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_post_office(tmp_path, login=True) as office:
        board = MailingBoard(tmp_path, monkeypatch)
        board.set_up(office, f'user = "{USER}"\npassword = {{ env = "MAIL_PASSWORD" }}\n')
        board.add("2026-09-04", OFFICER)
        board.add("2026-09-04", "second@pol.example")
        monkeypatch.setenv("MAIL_PASSWORD", "another")
        board.run("sweep", now=at("09:00"))
        assert {each["state"] for each in board.sends()} == {"waiting", "claimed"}
        assert office.letters == []
        assert "535" in board.run("status", code=1)["issues"][0]["text"]
        assert len(set(office.logins)) == len(office.logins) or office.tried == 1, (
            "one try, so that nobody is locked out"
        )
        check = [each for each in board.run("doctor", code=1)["checks"] if each["what"] == "notifier mail"]
        assert not check[0]["ok"]
        monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
        board.run("sends", "deliver", now=at("09:30"))
        assert len(office.letters) == 2
        board.run("doctor")


def test_with_an_oauth_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_post_office(tmp_path, login=True) as office:
        board = MailingBoard(tmp_path, monkeypatch)
        board.set_up(office, f'user = "{USER}"\ntoken = {{ file = "token" }}\n')
        board.add("2026-09-04", OFFICER)
        (tmp_path / "token").write_text("one that has expired")
        board.run("sweep", now=at("09:00"))
        assert office.letters == []
        (tmp_path / "token").write_text(TOKEN)
        board.run("sends", "deliver", now=at("09:30"))
        assert len(office.letters) == 1
        assert office.logins[-1] == f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01"


def test_nothing_goes_in_the_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_post_office(tmp_path, starttls=False) as office:
        board = MailingBoard(tmp_path, monkeypatch)
        board.set_up(office)
        config = tmp_path / "actiontrack.toml"
        config.write_text(config.read_text().replace('"none"', '"starttls"'))
        board.add("2026-09-04", OFFICER)
        board.run("sweep", now=at("09:00"))
        assert office.letters == []
        assert "offers no STARTTLS" in board.run("status", code=1)["issues"][0]["text"]


def test_a_certificate_that_nobody_vouches_for(board: MailingBoard, office: PostOffice) -> None:
    config = board.folder / "actiontrack.toml"
    config.write_text("".join(line for line in config.read_text().splitlines(True) if not line.startswith("ca =")))
    board.add("2026-09-04", OFFICER)
    board.run("sweep", now=at("09:00"))
    assert office.letters == []
    assert "certificate is not trusted" in board.run("status", code=1)["issues"][0]["text"]


# --- killed ---------------------------------------------------------------------------------------------------------


def killed(board: MailingBoard, office: PostOffice, step: str, now: str) -> None:
    """A delivery as a process of its own, killed by SIGKILL when the server has got that far."""
    config = str(board.folder / "actiontrack.toml")
    command = [sys.executable, "-m", "actiontrack", "--config", config, "sends", "deliver"]
    # It waits for a line before it begins, so that the server knows whom to kill.
    starter = "import os, sys; sys.stdin.readline(); os.execv(sys.executable, sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", starter, *command], env={**os.environ, "AT_NOW": now}, stdin=subprocess.PIPE
    )
    office.kill, office.kill_at = [process.pid], step
    process.communicate(b"\n", timeout=120)
    assert process.returncode == -9
    office.kill_at = ""


@pytest.mark.parametrize("step", ["mail", "rcpt", "after"])
def test_one_that_is_killed_loses_nothing_and_repeats_at_most_one(
    board: MailingBoard, office: PostOffice, step: str
) -> None:
    for number in range(3):
        board.add("2026-09-04", f"officer{number}@pol.example")
    office.drop = "mail"
    board.run("sweep", now=at("09:00"))
    office.drop = ""
    killed(board, office, step, at("09:30"))
    assert len(office.letters) == (1 if step == "after" else 0)
    board.run("sends", "deliver", now=at("09:31"))
    assert len({each.to for each in office.letters}) == (3 if step == "after" else 2), "what was at hand is left alone"
    board.run("sends", "deliver", now=at("09:46"))
    board.run("sends", "deliver", now=at("11:00"))
    assert {each["state"] for each in board.sends()} == {"sent"}
    assert {each.to for each in office.letters} == {f"officer{number}@pol.example" for number in range(3)}
    assert len(office.letters) == (4 if step == "after" else 3)
    assert len({each.content for each in office.letters}) == len({each.key for each in office.letters}) == 3
