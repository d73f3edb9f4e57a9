"""Radicale, started once for all tests of this folder, and its lists in the hands of another program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from icalendar import Calendar, Todo
from tests.servers.house import Running, serving
from tests.servers.radicale import Radicale

_CAL = "{urn:ietf:params:xml:ns:caldav}"
_MAKE = """\
<?xml version="1.0"?><C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
<displayname>Actions</displayname><C:supported-calendar-component-set><C:comp name="VTODO"/>
</C:supported-calendar-component-set></prop></set></C:mkcalendar>
"""


class TaskList:
    """One list of tasks, as another program reads and writes it: by a calendar library, each task anew."""

    def __init__(self, url: str, server: Running) -> None:
        self.url = url
        self.server = server
        self.password = server.access["password"]
        self._auth = (server.access["user"], self.password)
        self.ask("MKCALENDAR", data=_MAKE)

    def ask(self, method: str, path: str = "", **asked: Any) -> requests.Response:
        answer = requests.request(method, self.url + path, auth=self._auth, timeout=60, **asked)
        answer.raise_for_status()
        return answer

    def options(self, url: str = "") -> dict[str, Any]:
        """What a `[[connector]]` says to get here."""
        return {"url": url or self.url, "user": self._auth[0], "password": {"env": "LIST_PASSWORD"}}

    def all(self) -> dict[str, str]:
        """Every task's text, by its address."""
        asked = (
            '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/>'
            '</D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
        )
        page = ElementTree.fromstring(self.ask("REPORT", data=asked, headers={"Depth": "1"}).content)
        return {
            str(each.findtext("{DAV:}href")).rpartition("/")[2]: str(each.findtext(f".//{_CAL}calendar-data"))
            for each in page.iter("{DAV:}response")
        }

    def text(self, href: str) -> str:
        answer = self.ask("GET", href)
        return answer.content.decode()

    def put(self, href: str, text: str) -> None:
        self.ask("PUT", href, data=text.encode(), headers={"Content-Type": "text/calendar; charset=utf-8"})

    def delete(self, href: str) -> None:
        self.ask("DELETE", href)

    def todo(self, href: str) -> Todo:
        (found,) = Calendar.from_ical(self.text(href)).walk("VTODO")
        assert isinstance(found, Todo)
        return found

    def change(self, href: str, edit: Callable[[Todo], None]) -> None:
        """Read a task, change it, and write all of it."""
        calendar = Calendar.from_ical(self.text(href))
        (task,) = calendar.walk("VTODO")
        edit(task)
        self.put(href, calendar.to_ical().decode())

    def set(self, href: str, **properties: Any) -> None:
        def edit(task: Todo) -> None:
            for name, value in properties.items():
                task.pop(name)
                if value is not None:
                    task.add(name, value)

        self.change(href, edit)

    def make(self, href: str, **properties: Any) -> None:
        """A task of their own."""
        task = Todo()
        task.add("uid", href)
        for name, value in properties.items():
            task.add(name, value)
        calendar = Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//people//their program//EN")
        calendar.add_component(task)
        self.put(href, calendar.to_ical().decode())

    def forget_tokens(self) -> None:
        """As Radicale does after a month. (That of the list as it is now it would know again.)"""
        self.make("meanwhile.ics", summary="Water the plants")
        folder = self.server.folder / "store" / "collection-root" / self.url.split("/", 3)[3].strip("/")
        for each in (folder / ".Radicale.cache" / "sync-token").iterdir():
            each.unlink()


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(Radicale(), tmp_path_factory.mktemp("radicale")) as running:
        yield running


_numbers = count(1)


@pytest.fixture
def task_list(radicale: Running) -> TaskList:
    """A list of its own for each test."""
    return TaskList(f"{radicale.url}/connector/list-{next(_numbers)}/", radicale)
