"""Roundup 2.6 (PyPI, MIT-style licence) on SQLite: the classic tracker with a few properties more."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import requests
from tests.servers.house import Running, begin, in_venv, wait_for

VERSION = "2.6.0"
_PACKAGES = (f"roundup=={VERSION}", "pyjwt==2.15.1", "pytz==2026.6", "waitress==3.0.2")
_ADMIN, _PASSWORD = "admin", "admin-pass-1"
_PEOPLE = ("connector", "person")
_MORE = "due=Date(), action_id=String(), action_sync=String(), "
_SERVE = "from roundup.cgi.wsgi_handler import RequestDispatcher\napp = RequestDispatcher({tracker!r})\n"


class Roundup:
    """Roundup on loopback, its tracker in the test's folder. Each start makes one tracker with two people."""

    name = "roundup"

    def install(self) -> None:
        """A virtual environment of its own."""
        in_venv("roundup", *_PACKAGES)

    def start(self, folder: Path, port: int) -> Running:
        """Admin, connector and person all have the password in `access`."""
        programs = in_venv("roundup", *_PACKAGES)
        url = f"http://127.0.0.1:{port}"
        tracker = folder / "tracker"
        _run(programs / "roundup-admin", "-i", tracker, "install", "classic", "sqlite")
        _configure(tracker, url)
        _run(programs / "roundup-admin", "-i", tracker, "initialise", _PASSWORD)
        for name in _PEOPLE:
            told = (f"username={name}", f"password={_PASSWORD}", f"address={name}@cases.invalid", "roles=User")
            _run(programs / "roundup-admin", "-i", tracker, "create", "user", *told)
        # roundup-server refuses to run as root; this is its documented way under another server.
        (folder / "cases_wsgi.py").write_text(_SERVE.format(tracker=str(tracker)))
        serve = [programs / "waitress-serve", f"--listen=127.0.0.1:{port}", "--threads=4", "cases_wsgi:app"]
        process = begin(serve, folder, PYTHONPATH=str(folder))
        wait_for(process, folder, lambda: _answers(url))
        return Running(url, {"user": _PEOPLE[0], "person": _PEOPLE[1], "password": _PASSWORD}, folder, process)


def _configure(tracker: Path, url: str) -> None:
    config = (tracker / "config.ini").read_text()
    wanted = {
        ("tracker", "web"): f"{url}/", ("mail", "domain"): "cases.invalid", ("mail", "host"): "localhost",
        ("mail", "debug"): str(tracker / "mail.log"),  # no mail leaves the machine
        ("main", "timezone"): "Europe/London", ("web", "jwt_secret"): "s" * 64,
        # Tests reach it through a stand at another port; the other checks of where a write comes from stay.
        ("web", "csrf_enforce_header_host"): "no", ("web", "api_calls_per_interval"): "0",
        ("main", "password_pbkdf2_default_rounds"): "1000",
    }  # fmt: skip
    for (section, key), value in wanted.items():
        pattern = re.compile(rf"(?ms)(^\[{section}\].*?^)#?\s*{key}\s*=[^\n]*")
        config, found = pattern.subn(lambda match, to=f"{key} = {value}": match[1] + to, config, count=1)  # type: ignore[misc]
        assert found, (section, key)
    (tracker / "config.ini").write_text(config)
    schema = (tracker / "schema.py").read_text()
    head = 'issue = IssueClass(db, "issue",\n'
    assert head in schema
    (tracker / "schema.py").write_text(schema.replace(head, f"{head}{' ' * 19}{_MORE}\n"))


def _run(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"`{command[0]} …` failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/rest/data", auth=(_ADMIN, _PASSWORD), timeout=10).ok
    except requests.RequestException:
        return False
