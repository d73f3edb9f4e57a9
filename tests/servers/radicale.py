"""Radicale (PyPI, GPL-3), a CalDAV server, with one list of tasks of the user "connector"."""

from __future__ import annotations

from pathlib import Path

import requests
from tests.servers.house import Running, begin, in_venv, wait_for

VERSION = "3.9.0"
_USER, _PASSWORD = "connector", "connector-pass-1"
_LIST = "/connector/actions/"
_CONFIG = """\
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}/store
[web]
type = none
[logging]
level = warning
"""
_MAKE_LIST = """\
<?xml version="1.0"?><C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
<displayname>Actions</displayname><C:supported-calendar-component-set><C:comp name="VTODO"/>
</C:supported-calendar-component-set></prop></set></C:mkcalendar>
"""


class Radicale:
    """Radicale on loopback, its files in the test's folder."""

    name = "radicale"

    def install(self) -> None:
        """A virtual environment of its own."""
        in_venv("radicale", f"radicale=={VERSION}")

    def start(self, folder: Path, port: int) -> Running:
        """With an empty list of tasks; `access` has user, password and the list's path."""
        (folder / "users").write_text(f"{_USER}:{_PASSWORD}\n")
        (folder / "config").write_text(_CONFIG.format(port=port, folder=folder))
        program = in_venv("radicale", f"radicale=={VERSION}") / "radicale"
        process = begin([program, "--config", folder / "config"], folder)
        url = f"http://127.0.0.1:{port}"
        wait_for(process, folder, lambda: _answers(url))
        made = requests.request(
            "MKCALENDAR", f"{url}{_LIST}", data=_MAKE_LIST, auth=(_USER, _PASSWORD), timeout=30,
            headers={"Content-Type": "application/xml"},
        )  # fmt: skip
        made.raise_for_status()
        return Running(url, {"user": _USER, "password": _PASSWORD, "list": _LIST}, folder, process)


def _answers(url: str) -> bool:
    try:
        asked = requests.request("PROPFIND", f"{url}/", headers={"Depth": "0"}, auth=(_USER, _PASSWORD), timeout=5)
    except requests.RequestException:
        return False
    return asked.status_code == 207
